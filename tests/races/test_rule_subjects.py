"""What rules count beside the person has a lock of its own. Each control turns that lock off and breaks the rule."""

import asyncio
from collections.abc import Sequence
from datetime import timedelta

import asyncpg
import pytest

from appointments import appeals, booking, credit, exemptions, limits, sanctions
from appointments.errors import TooManyBookings
from appointments.models import Appointment
from appointments.rule_errors import AppealDecided, SanctionOver
from appointments.rule_models import Sanction
from foundation import database
from foundation.actor import Actor
from identity.models import Citizen
from tests.builders.appointments import STAFF, a_citizen, a_slot, booked_and_live
from tests.builders.locks import until_somebody_waits
from tests.builders.rules import NO_SHOWS, a_rule, an_event, no_shows

pytestmark = pytest.mark.usefixtures("db")

PHONE = "p" * 64
NO_LOCK = "select count(*) from unnest($1::bigint[]) c (id), (select $2::text[], $3::text[]) rest"


async def on_one_phone(number: int) -> list[Actor]:
    people = [await a_citizen() for _ in range(number)]
    await Citizen.filter(id__in=[one.number for one in people]).update(phone_fingerprint=PHONE)
    return people


async def the_second_while_the_first_is_not_committed(people: Sequence[Actor]) -> tuple[int, object]:
    """Two reserve at once, each a slot of their own; how many live bookings there are, and what the second got."""
    slots = [await a_slot(starts_in=timedelta(days=2 + n)) for n in range(2)]
    booked = asyncio.Event()

    async def first():
        async with database.transaction():
            await booking.reserve(slot_id=slots[0].id, by=people[0], key="first")
            booked.set()
            await until_somebody_waits(second_one)

    async def second():
        await booked.wait()
        return await booking.reserve(slot_id=slots[1].id, by=people[1], key="second")

    second_one = asyncio.create_task(second())
    outcome = (await asyncio.gather(first(), second_one, return_exceptions=True))[1]
    for slot in slots:
        counter, live = await booked_and_live(slot)
        assert counter == live
    return await Appointment.filter(state="booked").count(), outcome


async def test_two_persons_on_one_phone():
    await a_rule(subject="phone", event="held_now", period="live", threshold=1)
    live, outcome = await the_second_while_the_first_is_not_committed(await on_one_phone(2))
    assert live == 1
    assert isinstance(outcome, TooManyBookings)


async def test_control_without_the_phones_lock_both_book(monkeypatch):
    monkeypatch.setattr(
        "appointments.seats.PERSONS_FIRST",
        """select citizen_id, nextval('appointment_id_seq'), pg_advisory_xact_lock(hashtextextended('citizen:' ||
                  citizen_id, 1)) from unnest($1::bigint[]) as citizen_id
            where cardinality($2::text[]) + cardinality($3::text[]) >= 0""",
    )
    monkeypatch.setattr(
        "appointments.seats.FREE_PERSONS_FIRST",
        """select citizen_id, nextval('appointment_id_seq'), pg_advisory_xact_lock(hashtextextended('citizen:' ||
                  citizen_id, 1)) from unnest($1::bigint[]) as citizen_id""",
    )
    await a_rule(subject="phone", event="held_now", period="live", threshold=1)
    live, _ = await the_second_while_the_first_is_not_committed(await on_one_phone(2))
    assert live == 2


async def test_many_persons_on_one_phone_in_many_halls():
    await a_rule(subject="phone", period="week", event="held_now", threshold=3)
    people, slots = await on_one_phone(12), [await a_slot() for _ in range(12)]
    outcomes = await asyncio.gather(
        *(booking.reserve(slot_id=slot.id, by=one, key="k") for one, slot in zip(people, slots, strict=True)),
        return_exceptions=True,
    )
    assert sum(isinstance(one, booking.Booking) for one in outcomes) == 3
    assert sum(isinstance(one, TooManyBookings) for one in outcomes) == 9


async def test_one_person_in_many_halls_at_once():
    await a_rule(period="week", threshold=2)
    citizen, slots = await a_citizen(), [await a_slot() for _ in range(12)]
    outcomes = await asyncio.gather(
        *(booking.reserve(slot_id=slot.id, by=citizen, key=str(slot.id)) for slot in slots), return_exceptions=True
    )
    assert sum(isinstance(one, booking.Booking) for one in outcomes) == 2
    assert sum(isinstance(one, TooManyBookings) for one in outcomes) == 10


async def lock_in_turn(first: Sequence[int], second: Sequence[int], lock) -> list[object]:
    """One holds a lock of `first` when the other begins with `second`; then each goes on with the rest."""
    both = asyncio.Barrier(2)

    async def one(ids):
        async with database.transaction():
            await lock(ids, both)

    return await asyncio.gather(one(first), one(second), return_exceptions=True)


async def test_everybody_locks_in_one_order():
    await a_rule(subject="phone", event="held_now", period="live", threshold=9)
    a, b = [one.number for one in await on_one_phone(2)]

    async def at_once(ids, both):
        await both.wait()
        await limits.lock_subjects(ids, booked_by=["citizen:1"], organisations=["x"])

    for _ in range(5):
        assert await lock_in_turn([a, b], [b, a], at_once) == [None, None]


async def test_control_in_the_order_given_they_deadlock():
    a, b = [one.number for one in await on_one_phone(2)]

    async def one_by_one(ids, both):
        for number in ids:
            await database.joined().execute(limits.LOCK_PERSON, number)
            if number == ids[0]:
                await both.wait()

    outcomes = await lock_in_turn([a, b], [b, a], one_by_one)
    assert [type(one) for one in outcomes if one].count(asyncpg.DeadlockDetectedError) == 1


async def test_a_waiter_whose_phone_is_busy_is_only_tried():
    await a_rule(subject="phone", event="held_now", period="live", threshold=1)
    (one, other), held = await on_one_phone(2), asyncio.Event()

    async def books():
        async with database.transaction():
            await limits.lock_persons(one.number)
            held.set()
            await tried

    async def tries():
        await held.wait()
        async with database.transaction() as tx:
            return await tx.fetchval(limits.TRY_PERSON, other.number, [])

    tried = asyncio.create_task(tries())
    await books()
    assert await tried is False


async def two_weighings_at_once() -> int:
    """Both visits were missed before either is weighed: the night marks many, two workers hear of them."""
    await a_rule(**NO_SHOWS)
    citizen = await a_citizen()
    missed = [await an_event(citizen, days_ago=n) for n in (3, 4)]
    weighed = asyncio.Event()

    async def first():
        async with database.transaction():
            await sanctions.weigh(missed[0].id)
            weighed.set()
            await until_somebody_waits(second_one)

    async def second():
        await weighed.wait()
        await sanctions.weigh(missed[1].id)

    second_one = asyncio.create_task(second())
    await asyncio.gather(first(), second_one)
    return await Sanction.all().count()


async def test_two_events_weighed_at_once_are_one_sanction():
    assert await two_weighings_at_once() == 1


async def test_control_without_the_subjects_locks_they_are_two(monkeypatch):
    monkeypatch.setattr(limits, "LOCK_SUBJECTS", NO_LOCK)
    assert await two_weighings_at_once() == 2


async def weighed_while_the_other_is_exempted() -> list[credit.Held]:
    """Of two missed visits one is exempted, not yet committed, when the other is weighed."""
    await a_rule(**NO_SHOWS)
    citizen = await a_citizen()
    first, second = [await an_event(citizen, days_ago=n) for n in (4, 3)]
    exempted = asyncio.Event()

    async def exempts():
        async with database.transaction():
            await exemptions.grant(code=first.code, by=STAFF, reason="大厅停电")
            exempted.set()
            await until_somebody_waits(weighing)

    async def weighs():
        await exempted.wait()
        await sanctions.weigh(second.id)

    weighing = asyncio.create_task(weighs())
    await asyncio.gather(exempts(), weighing)
    return await credit.of(citizen)


async def test_what_is_being_exempted_is_not_weighed():
    assert await weighed_while_the_other_is_exempted() == []


async def test_control_without_the_persons_lock_it_is_weighed(monkeypatch):
    monkeypatch.setattr(limits, "LOCK_SUBJECTS", NO_LOCK)
    assert len(await weighed_while_the_other_is_exempted()) == 1


async def an_appeal():
    await a_rule(**NO_SHOWS)
    citizen = await a_citizen()
    await no_shows(citizen)
    (held,) = await credit.of(citizen)
    return await appeals.file(code=held.code, text="当天住院，有证明", by=citizen)


@pytest.mark.parametrize("accept", [True, False])
async def test_one_decision_counts(accept):
    """Two staff decide one appeal, a third lifts the sanction: whatever comes first, they agree on what came of it."""
    filed = await an_appeal()
    outcomes = await asyncio.gather(
        appeals.decide(appeal_id=filed.appeal_id, accept=accept, reason="甲", by=STAFF),
        appeals.decide(appeal_id=filed.appeal_id, accept=not accept, reason="乙", by=Actor.staff(2)),
        sanctions.lift(code=filed.code, by=Actor.staff(3), reason="丙"),
        return_exceptions=True,
    )
    now = await credit.by_id(filed.id)
    assert [type(one) for one in outcomes[:2] if one].count(AppealDecided) in (1, 2)
    assert {type(one) for one in outcomes if one} <= {AppealDecided, SanctionOver}
    assert now.state == "lifted"
    assert now.appeal_state == ("accepted" if outcomes[0 if accept else 1] is None or all(outcomes[:2]) else "rejected")
