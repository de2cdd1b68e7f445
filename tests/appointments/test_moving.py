"""The office moves a booking: both or neither, past every deadline and limit, and the person hears of it."""

from datetime import timedelta

import pytest

from appointments import affected, booking, capacity, limits, moving, proposal, waitlist
from appointments.changes import Places
from appointments.choices import Choice
from appointments.errors import CannotReschedule, OtherBusiness, ReasonNeeded, SlotNotFound
from appointments.events import BookingRescheduled
from appointments.models import Appointment, FurtherSlot, Slot
from appointments.planning_errors import CannotMove
from foundation import clock
from foundation.errors import Forbidden
from foundation.models import AuditRow
from notifications import booking_listeners
from notifications.models import Message
from tests.builders.appointments import (
    STAFF,
    a_citizen,
    a_full_slot,
    a_held_place,
    a_slot,
    a_type,
    amiss,
    booked_and_live,
    citizens,
    slots_of_one_day,
    told,
)
from tests.builders.planning import a_planned_type, periods, slots_on, workday

pytestmark = pytest.mark.usefixtures("db")


async def move(held, slot, **how):
    return await moving.move(code=held.code, slot_id=slot.id, **{"by": STAFF, "reason": "窗口设备故障", **how})


async def test_the_old_place_is_free_and_the_new_one_held():
    of = await a_type()
    old, new = await slots_of_one_day(2, of=of)
    held, citizen, _ = await a_held_place(slot=old)
    moved = await move(held, new)
    assert (moved.slot_id, moved.state, moved.citizen_id) == (new.id, "booked", citizen.number)
    assert moved.code != held.code
    assert (await booked_and_live(old), await booked_and_live(new)) == ((0, 0), (1, 1))
    assert (await booking.find(code=held.code, for_=citizen)).state == "rescheduled"
    (row,) = await AuditRow.filter(action="booking.moved")
    assert (row.actor, row.reason) == (str(STAFF), "窗口设备故障")
    assert await amiss() == []


async def test_neither_limit_nor_deadline_stands_in_the_way():
    await limits.change(kind="that_day", most=1, by=STAFF)
    of = await a_type(cancel_minutes=7 * 24 * 60)  # nobody can cancel two days before
    old, new = await slots_of_one_day(2, of=of)
    held, _, _ = await a_held_place(slot=old)
    assert (await move(held, new)).slot_id == new.id


async def test_a_full_or_stopped_time_leaves_the_old_one():
    of = await a_type()
    old, full, stopped = await slots_of_one_day(3, of=of)
    held, _, _ = await a_held_place(slot=old)
    await a_held_place(slot=full)
    await Slot.filter(id=stopped.id).update(state="suspended")
    for slot in (full, stopped, old):
        with pytest.raises(CannotMove):
            await move(held, slot)
    assert (await booking.find(code=held.code, for_=STAFF)).state == "booked"
    assert await booked_and_live(old) == (1, 1)


async def test_one_booking_of_a_business_and_day():
    of, citizen = await a_type(), await a_citizen()
    (old, *_) = await slots_of_one_day(1, of=of)
    held, _, _ = await a_held_place(slot=old, by=citizen)
    ten = clock.shanghai(clock.now() + timedelta(days=5)).replace(hour=10, minute=0, second=0, microsecond=0)
    await a_held_place(slot=await a_slot(of=of, starts_at=ten), by=citizen)
    beside = await a_slot(of=of, starts_at=ten + timedelta(minutes=30))
    with pytest.raises(CannotMove):
        await move(held, beside)
    assert (await booking.find(code=held.code, for_=citizen)).state == "booked"


async def test_who_may_and_what_cannot():
    held, citizen, slot = await a_held_place()
    with pytest.raises(Forbidden):
        await move(held, slot, by=citizen)
    with pytest.raises(ReasonNeeded):
        await move(held, slot, reason=" ")
    with pytest.raises(OtherBusiness):
        await move(held, await a_slot())
    with pytest.raises(SlotNotFound):
        await moving.move(code=held.code, slot_id=404404, by=STAFF, reason="改期")
    free = await a_slot(of=await slot.type)
    await booking.cancel(code=held.code, by=citizen)
    with pytest.raises(CannotReschedule):
        await move(held, free)


async def test_a_long_business_takes_all_its_slots_or_none():
    of = await a_type(slots_needed=2)
    first, second, third, fourth = await slots_of_one_day(4, of=of)
    held, _, _ = await a_held_place(slot=first)
    moved = await move(held, third)
    (further,) = await FurtherSlot.filter(appointment_id=moved.id)
    assert (moved.slot_id, further.slot_id) == (third.id, fourth.id)
    await fourth.refresh_from_db()
    assert fourth.booked == 1
    with pytest.raises(CannotMove):
        await move(moved, fourth)  # the day ends before the second
    assert second.id


async def test_a_member_of_a_pool_moves_within_the_pool():
    pool = await a_type()
    member = await a_type(hall=await pool.hall, pool=pool)
    old, new = await slots_of_one_day(2, of=pool)
    held, _, _ = await a_held_place(slot=old)
    await Appointment.filter(id=held.id).update(type_id=member.id)
    moved = await move(held, new)
    assert (moved.slot_id, (await Appointment.get(id=moved.id)).type_id) == (new.id, member.id)


async def test_the_waiter_gets_the_place_that_is_left():
    full, _, held = await a_full_slot()
    waiter = await a_citizen()
    await waitlist.join(slot_id=full.id, by=waiter)
    await move(held, await a_slot(of=await full.type))
    assert await Appointment.filter(citizen_id=waiter.number, slot_id=full.id, state="held").exists()
    assert await amiss() == []


async def test_the_person_is_told_where_to_come_and_why(redis_db):
    of = await a_type()
    old, new = await slots_of_one_day(2, of=of)
    held, citizen, _ = await a_held_place(slot=old)
    moved = await move(held, new)
    (event,) = await told("BookingRescheduled")
    assert (event["by_office"], event["reason"]) == (True, "窗口设备故障")
    heard = BookingRescheduled(appointment_id=moved.id, citizen_id=citizen.number, from_id=held.id, by_office=True,
                               reason="窗口设备故障")  # fmt: skip
    await booking_listeners.tell_rescheduled(heard)
    message = await Message.get(citizen_id=citizen.number, channel="inbox")
    assert moved.code in message.text
    assert "窗口设备故障" in message.text


async def test_who_was_kept_is_listed_until_resolved():
    of, day = await a_planned_type(periods(windows=3)), await workday()
    first, second, *_ = await slots_on(of, day)
    held = [await booking.reserve(slot_id=first.id, by=one, key="cut") for one in await citizens(3)]
    hall = await of.hall
    assert await affected.left_over(hall_code=hall.code) == []
    shown = await proposal.propose(Places(slot_id=first.id, to=1), by=STAFF)
    await proposal.apply(proposal_id=shown.id, otherwise=Choice("keep"), by=STAFF)
    listed = await affected.left_over(hall_code=hall.code)
    assert [(one.id, one.why) for one in listed] == [(held[1].id, "over"), (held[2].id, "over")]
    await move(held[2], second)
    assert [one.id for one in await affected.left_over(hall_code=hall.code)] == [held[1].id]
    await booking.cancel(code=held[0].code, by=STAFF, reason="本人来电")
    assert await affected.left_over(hall_code=hall.code) == []  # there is room for who was too many


async def test_who_was_too_many_has_one_of_the_places_added_later():
    of, day = await a_planned_type(periods(windows=3)), await workday()
    slot, *_ = await slots_on(of, day)
    held = [await booking.reserve(slot_id=slot.id, by=one, key="cut") for one in await citizens(3)]
    hall = await of.hall
    shown = await proposal.propose(Places(slot_id=slot.id, to=1), by=STAFF)
    await proposal.apply(proposal_id=shown.id, otherwise=Choice("keep"), by=STAFF)
    await capacity.add_places(slot_id=slot.id, to=2, by=STAFF)
    assert [one.id for one in await affected.left_over(hall_code=hall.code)] == [held[2].id]
    await capacity.add_places(slot_id=slot.id, to=9, by=STAFF)
    assert await affected.left_over(hall_code=hall.code) == []
    assert (await Slot.get(id=slot.id)).over == 0
