"""Gathered reservations: together in one transaction, each with its own outcome."""

import asyncio
from datetime import timedelta

import asyncpg
import pytest

from appointments import booking, gathering, limits, reserving, seats
from appointments.errors import SlotFull
from appointments.models import Appointment
from appointments.reserving import Wish
from appointments.rush_errors import TooManyAtOnce
from foundation import database, logs
from foundation.database import DatabaseGone
from foundation.idempotency import KeyReused
from foundation.models import AuditRow
from identity.errors import RealNameNeeded
from tests.builders.appointments import (
    a_citizen,
    a_slot,
    a_type,
    amiss,
    booked_and_live,
    citizens,
    slots_of_one_day,
    told,
)
from tests.builders.locks import until_somebody_waits

pytestmark = pytest.mark.usefixtures("db")


@pytest.fixture
def batches(monkeypatch):
    """How many went together in each batch."""
    seen, really = [], gathering._together

    async def counted(wishes):
        seen.append(len(wishes))
        return await really(wishes)

    monkeypatch.setattr(gathering, "_together", counted)
    return seen


def wish(slot, citizen, key="gathered"):
    return Wish(slot_id=slot.id, citizen_id=citizen.number, by=citizen, key=key)


async def all_at_once(slot, crowd, key="gathered"):
    return await asyncio.gather(
        *(booking.reserve(slot_id=slot.id, by=one, key=key) for one in crowd), return_exceptions=True
    )


async def test_many_go_together_and_each_gets_its_own(batches):
    slot, other, crowd = await a_slot(capacity=20), await a_slot(capacity=3), await citizens(30)
    outcomes = await asyncio.gather(all_at_once(slot, crowd[:20]), all_at_once(other, crowd[20:]))
    assert batches == [30]
    assert [one.citizen_id for one in outcomes[0]] == [one.number for one in crowd[:20]]
    assert [isinstance(one, booking.Booking) for one in outcomes[1]] == [True] * 3 + [False] * 7
    assert all(isinstance(one, SlotFull) for one in outcomes[1][3:])
    rows = await AuditRow.filter(action="booking.reserved")
    assert sorted(row.actor for row in rows) == sorted(str(one) for one in crowd[:23])
    assert len(await told("BookingConfirmed")) == 23


async def test_each_keeps_the_id_of_its_request():
    slot = await a_slot(capacity=2)

    async def as_request(name, citizen):
        logs.use_request_id(name)
        return await booking.reserve(slot_id=slot.id, by=citizen, key="one")

    work = [asyncio.create_task(as_request(f"request-{n}", one)) for n, one in enumerate(await citizens(2))]
    held = await asyncio.gather(*work)
    for n, one in enumerate(held):
        assert (await AuditRow.get(subject=f"appointment:{one.id}")).request_id == f"request-{n}"


async def test_one_persons_wishes_go_one_after_the_other(batches):
    slots, citizen = [await a_slot(starts_in=timedelta(days=2 + n)) for n in range(7)], await a_citizen()
    outcomes = await asyncio.gather(
        *(booking.reserve(slot_id=one.id, by=citizen, key=f"{one.id}") for one in slots), return_exceptions=True
    )
    assert sum(isinstance(one, booking.Booking) for one in outcomes) == limits.DEFAULTS["overall"]
    assert batches == [1] * 7


async def test_refusals_stand_beside_successes(batches):
    slot, stranger, (first, second) = await a_slot(capacity=2), await a_citizen(verified=False), await citizens(2)
    await booking.reserve(slot_id=(await a_slot()).id, by=first, key="gathered")
    outcomes = await all_at_once(slot, [stranger, first, second])
    assert [type(one) for one in outcomes] == [RealNameNeeded, KeyReused, booking.Booking]
    assert batches == [1, 3]


async def test_a_bad_row_fails_nobody_else(monkeypatch):
    """A code that is taken breaks the statement, and only its own booking."""
    slot, crowd = await a_slot(capacity=3), await citizens(3)
    codes = iter(["TWICE", "TWICE", "OTHER"])
    monkeypatch.setattr(reserving.crypto, "random_code", lambda length: next(codes))
    outcomes = await all_at_once(slot, crowd)
    assert sum(isinstance(one, booking.Booking) for one in outcomes) == 2
    assert sum(isinstance(one, asyncpg.UniqueViolationError) for one in outcomes) == 1
    assert await booked_and_live(slot) == (2, 2)


async def test_control_without_going_one_by_one_all_fail(monkeypatch):
    slot, crowd = await a_slot(capacity=3), await citizens(3)
    codes = iter(["TWICE", "TWICE", "OTHER"])
    monkeypatch.setattr(reserving.crypto, "random_code", lambda length: next(codes))
    with pytest.raises(asyncpg.UniqueViolationError):
        await gathering._together([wish(slot, one) for one in crowd])
    assert await booked_and_live(slot) == (0, 0)


async def test_who_hangs_up_before_it_is_sent_takes_no_place(batches):
    slot, (gone, stays) = await a_slot(capacity=1), await citizens(2)
    asking = asyncio.create_task(booking.reserve(slot_id=slot.id, by=gone, key="one"))
    other = asyncio.create_task(booking.reserve(slot_id=slot.id, by=stays, key="one"))
    await asyncio.sleep(0)
    asking.cancel()
    assert (await other).citizen_id == stays.number
    assert batches == [1]


async def behind_a_lock(sql, *args, until, work):
    """`work` goes on while somebody else holds what `sql` locks, until the fact `until` is there."""
    locked, free = asyncio.Event(), asyncio.Event()

    async def holds():
        async with database.transaction() as tx:
            await tx.execute(sql, *args)
            locked.set()
            await free.wait()

    holding = asyncio.create_task(holds())
    await locked.wait()
    doing = asyncio.create_task(work())
    try:
        await until(doing)
    finally:
        free.set()
    await holding
    return doing


async def test_who_hangs_up_after_it_was_sent_finds_it_by_the_key():
    slot, (gone, stays) = await a_slot(capacity=2), await citizens(2)
    lock = "select 1 from slot where id = $1 for update"
    asking = []

    async def both():
        asking.extend(asyncio.create_task(booking.reserve(slot_id=slot.id, by=one, key="k")) for one in (gone, stays))
        return await asking[1]

    async def sent_and_gone(doing):
        await until_somebody_waits(doing)
        asking[0].cancel()

    doing = await behind_a_lock(lock, slot.id, until=sent_and_gone, work=both)
    assert (await doing).citizen_id == stays.number
    assert asking[0].cancelled()
    assert await booked_and_live(slot) == (2, 2)
    assert (await booking.reserve(slot_id=slot.id, by=gone, key="k")).citizen_id == gone.number
    assert await booked_and_live(slot) == (2, 2)


async def test_a_person_who_is_busy_elsewhere_holds_nobody_up(batches):
    slot, (busy, other) = await a_slot(capacity=2), await citizens(2)

    async def the_other_is_through(doing):
        assert (await booking.reserve(slot_id=slot.id, by=other, key="k")).citizen_id == other.number
        await until_somebody_waits(doing)

    doing = await behind_a_lock(
        limits.LOCK_PERSON, busy.number, until=the_other_is_through,
        work=lambda: booking.reserve(slot_id=slot.id, by=busy, key="k"),
    )  # fmt: skip
    assert (await doing).citizen_id == busy.number
    assert await booked_and_live(slot) == (2, 2)


async def test_what_one_statement_cannot_decide_goes_alone(batches):
    long, old = await a_type(slots_needed=2), await a_citizen()
    first, _ = await slots_of_one_day(2, of=long)
    kept = await a_slot(share="priority")
    outcomes = await asyncio.gather(
        booking.reserve(slot_id=first.id, by=await a_citizen(), key="k"),
        booking.reserve(slot_id=kept.id, by=old, key="k"),
        booking.reserve(slot_id=(await a_slot()).id, by=await a_citizen(), key="k"),
    )
    assert len({one.id for one in outcomes}) == 3
    assert await amiss() == []


async def test_one_slot_has_one_batch_at_a_time(batches, monkeypatch):
    monkeypatch.setattr(gathering, "TOGETHER", 8)
    slot, crowd = await a_slot(capacity=20), await citizens(24)
    await all_at_once(slot, crowd)
    assert batches == [8, 8, 8]
    assert await booked_and_live(slot) == (20, 20)


async def test_too_many_are_sent_away_and_the_others_served(monkeypatch):
    monkeypatch.setattr(gathering, "MOST_WAITING", 5)
    outcomes = await all_at_once(await a_slot(capacity=20), await citizens(8))
    assert [type(one) for one in outcomes[5:]] == [TooManyAtOnce] * 3
    assert {one.retry_after for one in outcomes[5:]} == {1}
    assert all(isinstance(one, booking.Booking) for one in outcomes[:5])


async def test_no_database_is_everybodys_misfortune(monkeypatch):
    async def gone(wishes):
        raise DatabaseGone

    monkeypatch.setattr(gathering, "_together", gone)
    outcomes = await all_at_once(await a_slot(capacity=3), await citizens(3))
    assert {type(one) for one in outcomes} == {DatabaseGone}
    assert len(set(map(id, outcomes))) == 3


async def test_a_locked_slot_holds_up_no_other():
    locked, free, (first, second) = await a_slot(), await a_slot(), await citizens(2)

    async def the_other_is_through(doing):
        assert (await booking.reserve(slot_id=free.id, by=second, key="k")).slot_id == free.id
        await until_somebody_waits(doing)

    async def both():
        return await booking.reserve(slot_id=locked.id, by=first, key="k")

    lock = "select 1 from slot where id = $1 for update"
    doing = await behind_a_lock(lock, locked.id, until=the_other_is_through, work=both)
    assert (await doing).slot_id == locked.id


async def test_two_processes_never_sell_a_place_twice():
    slot, crowd = await a_slot(capacity=11), await citizens(60)
    processes = [gathering.Gatherer() for _ in range(3)]
    rows = await asyncio.gather(*(processes[n % 3].ask(wish(slot, one)) for n, one in enumerate(crowd)))
    assert sum(row["created_at"] is not None for row in rows) == 11
    assert await booked_and_live(slot) == (11, 11)
    assert await amiss() == []


async def test_finishing_waits_for_what_is_on_its_way():
    slot, (citizen,) = await a_slot(), await citizens(1)
    asking = asyncio.create_task(booking.reserve(slot_id=slot.id, by=citizen, key="last"))
    await asyncio.sleep(0)
    await gathering.ours().finish()
    assert await Appointment.filter(citizen_id=citizen.number).count() == 1
    assert (await asking).citizen_id == citizen.number


def test_another_event_loop_has_its_own():
    async def one():
        return gathering.ours()

    assert asyncio.run(one()) is not asyncio.run(one())


async def test_the_statements_of_a_batch_are_two(monkeypatch):
    said = []
    really = database.Transaction.fetch

    async def overheard(self, sql, *args):
        said.append(sql)
        return await really(self, sql, *args)

    monkeypatch.setattr(database.Transaction, "fetch", overheard)
    await all_at_once(await a_slot(capacity=9), await citizens(9))
    assert said == [seats.FREE_PERSONS_FIRST, seats.TAKE]
