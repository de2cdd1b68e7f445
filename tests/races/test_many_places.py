"""Many wants in one statement: the first come first, nobody twice, whatever others do to the slots meanwhile."""

import asyncio
from datetime import timedelta

import asyncpg
import pytest

from appointments import booking, seats, waitlist
from appointments.errors import SlotClosed, SlotFull, SlotSuspended
from appointments.reserving import Wish
from foundation import clock, database
from foundation.actor import Actor
from foundation.models import AuditRow
from tests.builders.appointments import a_citizen, a_slot, a_type, amiss, booked_and_live, citizens, told
from tests.builders.locks import until_somebody_waits

pytestmark = pytest.mark.usefixtures("db")


async def together(*pairs):
    """One transaction for all of these (citizen, slot), in this order; what was seen of each."""
    wishes = [Wish(slot_id=slot.id, citizen_id=by.number, by=by, key=f"wish {slot.id}") for by, slot in pairs]
    async with database.transaction():
        numbers = await seats.lock_and_number([one.citizen_id for one in wishes])
        return await seats.take_at_once([one.want(numbers[one.citizen_id]) for one in wishes])


async def test_the_first_come_first_and_the_rest_hear_that_it_is_full():
    slots, crowd = [await a_slot(capacity=n) for n in (2, 3)], await citizens(10)
    seen = await together(*((one, slots[nth % 2]) for nth, one in enumerate(crowd)))
    got = [row["created_at"] is not None for row in seen]
    assert got == [True] * 4 + [False, True] + [False] * 4
    for row in (row for row in seen if row["created_at"] is None):
        with pytest.raises(SlotFull):
            await booking.taken_or_refused(row, body_hash="")
    assert [await booked_and_live(slot) for slot in slots] == [(2, 2), (3, 3)]
    assert await AuditRow.filter(action="booking.reserved").count() == len(await told("BookingConfirmed")) == 5


async def test_who_may_not_have_a_place_takes_none_from_the_next():
    slot, stranger, crowd = await a_slot(capacity=1), await a_citizen(verified=False), await citizens(2)
    seen = await together((stranger, slot), (crowd[0], slot), (crowd[1], slot))
    assert [row["created_at"] is not None for row in seen] == [False, True, False]


async def test_a_person_wants_one_place_at_a_time():
    slot, other, citizen = await a_slot(), await a_slot(), await a_citizen()
    with pytest.raises(AssertionError):
        await together((citizen, slot), (citizen, other))


async def behind(slot, change, asks):
    """What `asks` gave or raised: it came to wait for the slot's lock, which another released after `change`."""
    held = asyncio.Event()

    async def holds():
        async with database.transaction() as tx:
            await tx.execute("select 1 from slot where id = $1 for update", slot.id)
            held.set()
            await until_somebody_waits(asking)
            await tx.execute(change, slot.id)

    async def waits():
        await held.wait()
        return await asks()

    asking = asyncio.create_task(waits())
    return (await asyncio.gather(holds(), asking, return_exceptions=True))[1]


async def behind_one_who_takes_a_place():
    """Two want the last two places in one statement, while somebody takes one of them."""
    slot, (first, second) = await a_slot(capacity=2), await citizens(2)
    take = "update slot set booked = booked + 1 where id = $1"
    return slot, await behind(slot, take, lambda: together((first, slot), (second, slot)))


async def test_places_are_counted_under_the_lock():
    slot, seen = await behind_one_who_takes_a_place()
    assert [row["created_at"] is not None for row in seen] == [True, False]
    assert (await booked_and_live(slot)) == (2, 1)


async def test_control_places_counted_before_the_lock_are_too_many(monkeypatch):
    """Only the CHECK stands in the way then, and fails both of them."""
    monkeypatch.setattr(seats, "TAKE", seats.TAKE.replace("l.capacity - l.booked as free", "2 as free"))
    slot, seen = await behind_one_who_takes_a_place()
    assert isinstance(seen, asyncpg.CheckViolationError)
    assert (await booked_and_live(slot)) == (1, 0)


async def behind_one_who_changes(slot, change: str):
    """A reservation that waits for the slot's lock while it is changed."""
    citizen = await a_citizen()
    return await behind(slot, change, lambda: booking.reserve(slot_id=slot.id, by=citizen, key="waits"))


CLOSE = "update slot set close_at = clock_timestamp() where id = $1"


async def test_what_changes_while_we_wait_counts():
    assert isinstance(await behind_one_who_changes(await a_slot(), CLOSE), SlotClosed)
    suspend = "update slot set state = 'suspended' where id = $1"
    assert isinstance(await behind_one_who_changes(await a_slot(), suspend), SlotSuspended)
    widen = "update slot set capacity = 5 where id = $1"
    assert isinstance(await behind_one_who_changes(await a_slot(), widen), booking.Booking)


UNTIL_IT_CLOSES = "select pg_sleep(extract(epoch from close_at - clock_timestamp())) from slot where id = $1"


async def test_a_slot_that_closes_while_we_wait_is_closed():
    slot = await a_slot(close_at=clock.now() + timedelta(seconds=2))
    assert isinstance(await behind_one_who_changes(slot, UNTIL_IT_CLOSES), SlotClosed)
    assert await booked_and_live(slot) == (0, 0)


async def test_control_the_clock_read_before_the_lock_lets_in_too_late(monkeypatch):
    early = seats.TAKE.replace("select clock_timestamp() as now from", "select statement_timestamp() as now from")
    monkeypatch.setattr(seats, "TAKE", early)
    slot = await a_slot(close_at=clock.now() + timedelta(seconds=2))
    assert isinstance(await behind_one_who_changes(slot, UNTIL_IT_CLOSES), booking.Booking)


async def crossing_batches():
    """Batches over the same slots in opposite orders, again and again."""
    of = await a_type()
    slots = [await a_slot(of=of, capacity=40, starts_in=timedelta(days=2, minutes=n)) for n in range(4)]
    crowds = [await citizens(16) for _ in range(6)]
    batches = [
        [(one, slots[nth % 4 if order % 2 else 3 - nth % 4]) for nth, one in enumerate(crowd)]
        for order, crowd in enumerate(crowds)
    ]
    done = await asyncio.gather(*(together(*batch) for batch in batches), return_exceptions=True)
    return slots, done


async def test_batches_that_cross_never_deadlock():
    slots, done = await crossing_batches()
    assert [one for one in done if isinstance(one, BaseException)] == []
    assert [await booked_and_live(slot) for slot in slots] == [(24, 24)] * 4
    assert await amiss() == []


async def test_control_batches_that_lock_in_the_order_of_arrival_deadlock():
    slots, both_hold_one = [await a_slot(capacity=4) for _ in range(2)], asyncio.Barrier(2)

    async def locks(order):
        async with database.transaction() as tx:
            await tx.execute("select 1 from slot where id = $1 for update", order[0].id)
            await both_hold_one.wait()
            await tx.execute("select 1 from slot where id = $1 for update", order[1].id)

    done = await asyncio.gather(locks(slots), locks(slots[::-1]), return_exceptions=True)
    assert any(isinstance(one, asyncpg.DeadlockDetectedError) for one in done)


async def test_batches_and_cancellations_and_waiters_at_once():
    slots = [await a_slot(capacity=5) for _ in range(3)]
    held = [await booking.reserve(slot_id=slot.id, by=one, key="held") for slot in slots for one in await citizens(5)]
    for slot in slots:
        await waitlist.join(slot_id=slot.id, by=await a_citizen())
    crowds = [await citizens(12) for _ in range(4)]
    done = await asyncio.gather(
        *(together(*((one, slots[nth % 3]) for nth, one in enumerate(crowd))) for crowd in crowds),
        *(booking.cancel(code=one.code, by=Actor.citizen(one.citizen_id)) for one in held),
        return_exceptions=True,
    )
    assert [one for one in done if isinstance(one, BaseException)] == []
    assert await amiss() == []
