from datetime import timedelta

import pytest

from appointments import booking, queue_end, rescheduling, waitlist
from appointments.events import BookingRescheduled, BookingSoon, WaitlistClosed, WaitlistOffered
from foundation import clock
from notifications import booking_listeners
from notifications.models import Message
from tests.builders.appointments import a_citizen, a_full_slot, a_held_place, a_type, deadline_passes, slots_of_one_day

pytestmark = pytest.mark.usefixtures("db")


async def told(citizen) -> list[tuple[str, str]]:
    rows = await Message.filter(citizen_id=citizen.number, channel="inbox").order_by("id")
    return [(one.title, one.page) for one in rows]


async def test_an_offer_and_its_end():
    slot, holder, held = await a_full_slot()
    citizen = await a_citizen()
    entry = await waitlist.join(slot_id=slot.id, by=citizen)
    await booking.cancel(code=held.code, by=holder)
    offered = await waitlist.by_id(entry.id)
    ids = {"entry_id": entry.id, "citizen_id": citizen.number}
    event = WaitlistOffered(**ids, appointment_id=offered.appointment_id, until=offered.offer_until)
    for _ in range(2):
        await booking_listeners.tell_offered(event)
    (message,) = await Message.filter(citizen_id=citizen.number, channel="inbox")
    assert f"{clock.shanghai(offered.offer_until):%H:%M}" in message.text
    await deadline_passes(slot)
    await queue_end.lapse_offers()
    for why in ("lapsed", "lapsed", "booked"):
        await booking_listeners.tell_closed(WaitlistClosed(**ids, why=why))
    page = f"pages/waiting/{entry.code}"
    assert await told(citizen) == [("候补有号，请尽快确认", page), ("候补已结束", page)]


async def test_an_offer_that_is_over_is_not_told():
    slot, holder, held = await a_full_slot()
    citizen = await a_citizen()
    entry = await waitlist.join(slot_id=slot.id, by=citizen)
    await booking.cancel(code=held.code, by=holder)
    await waitlist.decline(code=entry.code, by=citizen)
    event = WaitlistOffered(entry_id=entry.id, citizen_id=citizen.number, appointment_id=1, until=clock.now())
    await booking_listeners.tell_offered(event)
    assert await told(citizen) == []


async def test_another_time_and_two_reminders_of_it():
    first, second = await slots_of_one_day(2, of=await a_type())
    held, citizen, _ = await a_held_place(slot=first)
    moved = await rescheduling.reschedule(code=held.code, slot_id=second.id, by=citizen, key="move")
    ids = {"citizen_id": citizen.number}
    await booking_listeners.tell_rescheduled(BookingRescheduled(appointment_id=moved.id, from_id=held.id, **ids))
    for kind in ("day_before", "two_hours", "two_hours"):
        await booking_listeners.tell_soon(BookingSoon(appointment_id=moved.id, kind=kind, **ids))
        await booking_listeners.tell_soon(BookingSoon(appointment_id=held.id, kind=kind, **ids))  # given up since
    page = f"pages/booking/{moved.code}"
    assert await told(citizen) == [("改约成功", page), ("预约提醒", page), ("预约提醒", page)]
    assert moved.starts_at - held.starts_at == timedelta(minutes=30)


def test_every_end_of_waiting_has_words():
    assert set(booking_listeners.SILENT) <= waitlist.WHY.keys()
