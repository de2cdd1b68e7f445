from datetime import timedelta

import pytest

from appointments import booking, jobs, limits, rescheduling, waitlist
from appointments.errors import (
    BookingNotFound,
    CannotReschedule,
    NotYetReleased,
    OtherBusiness,
    SlotFull,
    SlotNotFound,
    TooLateToReschedule,
)
from appointments.events import BookingRescheduled
from appointments.models import Appointment, AppointmentType
from appointments.waiting_models import WaitlistEntry
from foundation import audit
from foundation.actor import Actor
from foundation.errors import Forbidden
from foundation.idempotency import KeyReused
from tests.builders.appointments import (
    STAFF,
    a_citizen,
    a_held_place,
    a_slot,
    a_type,
    booked_and_live,
    slots_of_one_day,
    told,
)

pytestmark = pytest.mark.usefixtures("db")


async def two_slots(capacity: int = 1):
    first, second = await slots_of_one_day(2, of=await a_type(), capacity=capacity)
    held, citizen, _ = await a_held_place(slot=first)
    return first, second, held, citizen


async def states(citizen) -> list[tuple[int, str]]:
    return sorted(await Appointment.filter(citizen_id=citizen.number).values_list("slot_id", "state"))


async def test_one_place_for_another_within_a_day():
    first, second, held, citizen = await two_slots()
    moved = await rescheduling.reschedule(code=held.code, slot_id=second.id, by=citizen, key="move")
    assert (moved.slot_id, moved.state, moved.code == held.code) == (second.id, "booked", False)
    assert await states(citizen) == [(first.id, "rescheduled"), (second.id, "booked")]
    assert (await booked_and_live(first), await booked_and_live(second)) == ((0, 0), (1, 1))
    (event,) = await told("BookingRescheduled")
    assert (event["appointment_id"], event["from_id"]) == (moved.id, held.id)
    assert await told("BookingCancelled") == []
    deeds = await audit.latest([f"appointment:{held.id}"])
    assert (deeds[0].action, deeds[0].detail) == ("booking.rescheduled", {"to": moved.id})


async def test_the_same_key_gives_the_same_booking():
    _, second, held, citizen = await two_slots()
    moved = await rescheduling.reschedule(code=held.code, slot_id=second.id, by=citizen, key="move")
    assert (await rescheduling.reschedule(code=held.code, slot_id=second.id, by=citizen, key="move")).id == moved.id
    with pytest.raises(KeyReused):
        await rescheduling.reschedule(code=moved.code, slot_id=second.id, by=citizen, key="move")
    with pytest.raises(CannotReschedule):
        await rescheduling.reschedule(code=held.code, slot_id=second.id, by=citizen, key="another")


async def test_to_a_full_slot_the_old_is_kept():
    first, second, held, citizen = await two_slots()
    await a_held_place(slot=second)
    waiter = await waitlist.join(slot_id=first.id, by=await a_citizen())
    with pytest.raises(SlotFull):
        await rescheduling.reschedule(code=held.code, slot_id=second.id, by=citizen, key="move")
    assert await states(citizen) == [(first.id, "booked")]
    assert (await waitlist.by_id(waiter.id)).state == "waiting"
    assert await booked_and_live(first) == (1, 1)


async def test_to_the_same_slot_nothing_happens():
    first, _, held, citizen = await two_slots()
    assert (await rescheduling.reschedule(code=held.code, slot_id=first.id, by=citizen, key="move")).id == held.id
    assert await booked_and_live(first) == (1, 1)
    assert await told("BookingRescheduled") == []


async def test_it_counts_once_against_the_limits():
    _, second, held, citizen = await two_slots()
    for kind in ("overall", "that_day"):
        await limits.change(kind=kind, most=1, by=STAFF)
    moved = await rescheduling.reschedule(code=held.code, slot_id=second.id, by=citizen, key="move")
    assert moved.slot_id == second.id


async def test_refusals_leave_everything_as_it_was():
    first, second, held, citizen = await two_slots()
    of = await AppointmentType.get(id=held.type_id)
    unreleased = await a_slot(of=of, starts_in=timedelta(days=3), released_ago=-timedelta(hours=1))
    other = await a_slot()
    for slot_id, no in ((other.id, OtherBusiness), (other.id + 999, SlotNotFound), (unreleased.id, NotYetReleased)):
        with pytest.raises(no):
            await rescheduling.reschedule(code=held.code, slot_id=slot_id, by=citizen, key=f"to {slot_id}")
    with pytest.raises(BookingNotFound):
        await rescheduling.reschedule(code=held.code, slot_id=second.id, by=await a_citizen(), key="stranger")
    with pytest.raises(Forbidden):
        await rescheduling.reschedule(code=held.code, slot_id=second.id, by=Actor.system("night"), key="job")
    assert await states(citizen) == [(first.id, "booked")]


async def test_only_until_the_cancel_deadline():
    soon = await a_slot(starts_in=timedelta(minutes=90))
    later = await a_slot(of=await AppointmentType.get(id=soon.type_id))
    held, citizen, _ = await a_held_place(slot=soon)
    with pytest.raises(TooLateToReschedule):
        await rescheduling.reschedule(code=held.code, slot_id=later.id, by=citizen, key="move")
    assert await states(citizen) == [(soon.id, "booked")]


async def test_the_old_place_goes_to_who_waits_for_it_and_own_waiting_ends():
    first, second, held, citizen = await two_slots()
    waiter = await waitlist.join(slot_id=first.id, by=await a_citizen())
    (elsewhere,) = [await a_slot(of=await AppointmentType.get(id=held.type_id), starts_in=timedelta(days=3))]
    full, _, _ = await a_held_place(slot=elsewhere)
    mine = await waitlist.join(slot_id=full.slot_id, by=citizen)
    assert (await waitlist.by_id(mine.id)).place == 1
    moved = await rescheduling.reschedule(code=held.code, slot_id=second.id, by=citizen, key="move")
    assert (await waitlist.by_id(waiter.id)).state == "offered"
    assert await booked_and_live(first) == (1, 1)
    event = BookingRescheduled(appointment_id=moved.id, citizen_id=citizen.number, from_id=held.id)
    await jobs.end_waiting_of_rescheduled(event)
    assert (await waitlist.by_id(mine.id)).state == "waiting"  # another day
    await WaitlistEntry.filter(id=mine.id).update(day=moved.day)
    await jobs.end_waiting_of_rescheduled(event)
    assert (await waitlist.by_id(mine.id)).state == "closed"


async def test_an_offer_is_no_booking_yet():
    first, second, held, holder = await two_slots()
    citizen = await a_citizen()
    entry = await waitlist.join(slot_id=first.id, by=citizen)
    await booking.cancel(code=held.code, by=holder)
    offer = await Appointment.get(id=(await waitlist.find(code=entry.code, for_=citizen)).appointment_id)
    with pytest.raises(CannotReschedule):
        await rescheduling.reschedule(code=offer.code, slot_id=second.id, by=citizen, key="move")
    assert await booked_and_live(first) == (1, 1)
