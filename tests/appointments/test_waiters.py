"""Who waits at a hall: in the order they are served, masked, with the offers that stand and the places that rest."""

from datetime import timedelta

import pytest

from appointments import booking, waiters, waiting_rules, waitlist
from appointments.models import AppointmentType
from appointments.waiting_rules import Rule
from catalogue.models import Hall
from foundation import clock
from tests.builders.appointments import STAFF, a_citizen, a_hall, a_held_place, a_type, slots_of_one_day

pytestmark = pytest.mark.usefixtures("db")


@pytest.fixture
async def hall() -> Hall:
    return await a_hall()


@pytest.fixture
async def of(hall: Hall) -> AppointmentType:
    return await a_type(hall=hall)


async def test_who_has_an_offer_stands_first_then_who_came_first(hall: Hall, of: AppointmentType) -> None:
    (slot,) = await slots_of_one_day(1, of=of)
    held, holder, _ = await a_held_place(slot=slot)
    for name in ("王五", "赵六", "钱七"):
        await waitlist.join(slot_id=slot.id, by=await a_citizen(name=name))
    await booking.cancel(code=held.code, by=holder)
    (queue,) = await waiters.of_hall(hall_code=hall.code)
    assert (queue.slot_id, queue.booked, queue.capacity, queue.cooling) == (slot.id, 1, 1, 0)
    assert [(one.name, one.state_name) for one in queue.waiters] == [
        ("王*", "有号待确认"), ("赵*", "候补中"), ("钱*", "候补中"),
    ]  # fmt: skip
    assert [one.offer_until is not None for one in queue.waiters] == [True, False, False]


async def test_who_has_left_is_not_listed(hall: Hall, of: AppointmentType) -> None:
    (slot,) = await slots_of_one_day(1, of=of)
    await a_held_place(slot=slot)
    waiter = await a_citizen()
    entry = await waitlist.join(slot_id=slot.id, by=waiter)
    assert len(await waiters.of_hall(hall_code=hall.code)) == 1
    await waitlist.leave(code=entry.code, by=waiter)
    assert await waiters.of_hall(hall_code=hall.code) == []


async def test_places_that_rest_are_counted_and_no_more(hall: Hall, of: AppointmentType) -> None:
    (slot,) = await slots_of_one_day(1, of=of)
    held, holder, _ = await a_held_place(slot=slot)
    await waiting_rules.change(type_id=of.id, rule=Rule(cooling="random"), by=STAFF)
    await booking.cancel(code=held.code, by=holder)
    (queue,) = await waiters.of_hall(hall_code=hall.code)
    assert (queue.cooling, queue.waiters) == (1, [])


async def test_a_day_and_a_business_can_be_picked_and_days_gone_are_left_out(hall: Hall, of: AppointmentType) -> None:
    other = await a_type(hall=hall)
    for one in (of, other):
        (slot,) = await slots_of_one_day(1, of=one)
        await a_held_place(slot=slot)
        await waitlist.join(slot_id=slot.id, by=await a_citizen())
    code = hall.code
    assert len(await waiters.of_hall(hall_code=code)) == 2
    assert [one.type_id for one in await waiters.of_hall(hall_code=code, type_id=other.id)] == [other.id]
    assert len(await waiters.of_hall(hall_code=code, day=slot.day)) == 2
    assert await waiters.of_hall(hall_code=code, day=slot.day + timedelta(days=1)) == []
    assert await waiters.of_hall(hall_code=(await a_hall()).code) == []
    with clock.frozen(slot.starts_at + timedelta(days=1)):
        assert await waiters.of_hall(hall_code=code) == []


async def test_each_business_has_its_rule_or_the_usual_one(hall: Hall, of: AppointmentType) -> None:
    other = await a_type(hall=hall)
    strict = Rule(waitlist=False, offer_minutes=10)
    await waiting_rules.change(type_id=other.id, rule=strict, by=STAFF)
    found = {one.type_id: one.rule for one in await waiters.rules(hall_code=hall.code)}
    assert found == {of.id: Rule(), other.id: strict}
