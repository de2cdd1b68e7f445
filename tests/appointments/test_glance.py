"""A hall's day at a glance, equal to what is there, and what somebody should look at."""

from datetime import datetime, timedelta

import pytest

from appointments import booking, calling, checkin, glance, suspension, waitlist
from appointments.glance import Glance
from appointments.models import AppointmentType, Slot
from catalogue.models import Hall
from foundation import clock, database
from tests.builders.appointments import (
    STAFF,
    a_citizen,
    a_full_slot,
    a_hall,
    a_held_place,
    a_slot,
    a_type,
    citizens,
    slots_of_one_day,
)
from tests.builders.hall_queue import a_department, a_walk_in

pytestmark = pytest.mark.usefixtures("db", "redis_db")


@pytest.fixture
async def hall() -> Hall:
    return await a_hall()


@pytest.fixture
async def of(hall: Hall) -> AppointmentType:
    return await a_type(hall=hall)


async def seen(hall: Hall, at: datetime) -> Glance:
    with clock.frozen(at):
        return await glance.of_hall(hall_code=hall.code)


async def test_the_day_is_counted_as_it_is(hall: Hall, of: AppointmentType) -> None:
    first, second = await slots_of_one_day(2, of=of, capacity=3)
    held = [(await a_held_place(slot=first))[0] for _ in range(3)]
    later, _, _ = await a_held_place(slot=second)
    gone, owner, _ = await a_held_place(slot=second)
    await booking.cancel(code=gone.code, by=owner)
    elsewhere, _, _ = await a_held_place()
    assert elsewhere.hall_code != hall.code
    department = await a_department(hall=hall)
    with clock.frozen(first.starts_at):
        for one in held[:2]:
            await checkin.admit(code=one.code, hall_code=hall.code, by=STAFF)
        await a_walk_in(hall, department)
        done = await calling.next_ticket(hall_code=hall.code, window="1", by=STAFF)
        await calling.finish(ticket_id=done.ticket_id, hall_code=hall.code, by=STAFF)
        now = await calling.next_ticket(hall_code=hall.code, window="2", by=STAFF)
    found = await seen(hall, first.starts_at)
    assert (found.held, found.capacity, found.expected, found.cancelled) == (4, 6, 2, 1)
    assert (found.waiting, found.serving, found.finished) == (1, 1, 1)
    assert found.waiting_since == first.starts_at
    assert [(one.window, one.number) for one in found.at_work] == [("1", None), ("2", now.number)]
    assert [(one.starts_at, one.expected, one.here) for one in found.coming] == [
        (first.starts_at, 1, 1), (second.starts_at, 1, 0),
    ]  # fmt: skip
    assert later.type_name in found.coming[0].businesses


async def test_a_window_is_at_work_for_half_an_hour_after_its_last_call(hall: Hall, of: AppointmentType) -> None:
    (slot,) = await slots_of_one_day(1, of=of)
    department = await a_department(hall=hall)
    with clock.frozen(slot.starts_at):
        await a_walk_in(hall, department)
        call = await calling.next_ticket(hall_code=hall.code, window="1", by=STAFF)
        await calling.finish(ticket_id=call.ticket_id, hall_code=hall.code, by=STAFF)
    for minutes, windows in ((29, ["1"]), (31, [])):
        found = await seen(hall, slot.starts_at + timedelta(minutes=minutes))
        assert [one.window for one in found.at_work] == windows


async def test_a_time_that_is_over_is_not_ahead(hall: Hall, of: AppointmentType) -> None:
    first, second = await slots_of_one_day(2, of=of)
    for slot in (first, second):
        await a_held_place(slot=slot)
    assert [one.starts_at for one in (await seen(hall, first.ends_at)).coming] == [second.starts_at]


async def kinds(slot: Slot) -> dict[str, int]:
    hall = await Hall.get(appointment_types__id=slot.type_id)  # type: ignore[attr-defined]
    return {one.kind: one.count for one in await glance.concerns(hall_code=hall.code) if one.day == slot.day}


async def test_a_hall_in_order_concerns_nobody(of: AppointmentType) -> None:
    slot = await a_slot(of=of)
    await a_held_place(slot=slot)
    assert await kinds(slot) == {}


async def test_places_that_are_amiss_are_told(of: AppointmentType) -> None:
    slot = await a_slot(of=of, capacity=2)
    for citizen in await citizens(2):
        await a_held_place(slot=slot, by=citizen)
    await suspension.suspend(slot_id=slot.id, by=STAFF, reason="设备检修")
    assert await kinds(slot) == {"suspended": 1}
    await database.execute("update slot set capacity = 1, over = 1 where id = $1", slot.id)
    assert await kinds(slot) == {"suspended": 1, "over": 1}
    await database.execute("update slot set state = 'withdrawn' where id = $1", slot.id)
    assert await kinds(slot) == {"orphaned": 2}
    await database.execute("update slot set booked = 1 where id = $1", slot.id)
    assert await kinds(slot) == {"orphaned": 2, "out_of_step": 1}


async def test_an_offer_that_stands_is_told(of: AppointmentType) -> None:
    slot, holder, held = await a_full_slot()
    await waitlist.join(slot_id=slot.id, by=await a_citizen())
    assert await kinds(slot) == {}
    await booking.cancel(code=held.code, by=holder)
    assert await kinds(slot) == {"offered": 1}
    elsewhere = await a_slot(of=of)
    assert await kinds(elsewhere) == {}
