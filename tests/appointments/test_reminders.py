from datetime import timedelta

import pytest

from appointments import booking, jobs, reminders
from appointments.models import Appointment
from foundation import clock
from tests.builders.appointments import a_citizen, a_held_place, a_slot, a_type, told

pytestmark = pytest.mark.usefixtures("db")


def local(moment, hour: int, minute: int = 0):
    return clock.shanghai(moment).replace(hour=hour, minute=minute, second=0, microsecond=0)


async def test_the_day_before_and_two_hours_before_each_once():
    held, citizen, _ = await a_held_place()  # at 10:00 the day after tomorrow
    day_before = held.starts_at - timedelta(days=1)
    for moment, kinds in (
        (local(day_before, 8, 59), []),
        (local(day_before, 9, 1), ["day_before"]),
        (local(day_before, 20), ["day_before"]),
        (held.starts_at - timedelta(minutes=121), ["day_before"]),
        (held.starts_at - timedelta(minutes=119), ["day_before", "two_hours"]),
        (held.starts_at - timedelta(minutes=1), ["day_before", "two_hours"]),
    ):
        with clock.frozen(moment):
            await jobs.remind()
            await jobs.remind()
        assert [one["kind"] for one in await told("BookingSoon")] == kinds, moment
    (first, _) = await told("BookingSoon")
    assert (first["appointment_id"], first["citizen_id"]) == (held.id, citizen.number)


async def test_a_run_that_comes_late_tells_only_what_still_helps():
    held, _, _ = await a_held_place()
    with clock.frozen(held.starts_at - timedelta(minutes=30)):
        assert await reminders.tell_due() == 1
    other, _, _ = await a_held_place(slot=await a_slot(of=await a_type(), starts_at=held.starts_at))
    with clock.frozen(other.starts_at + timedelta(minutes=1)):
        assert await reminders.tell_due() == 0


async def test_who_has_cancelled_or_has_just_booked_is_left_in_peace():
    held, citizen, slot = await a_held_place()
    await booking.cancel(code=held.code, by=citizen)
    late = await booking.reserve(slot_id=slot.id, by=await a_citizen(), key="late")
    moment = local(held.starts_at - timedelta(days=1), 12)
    await Appointment.filter(id=late.id).update(created_at=moment - timedelta(minutes=5))
    with clock.frozen(moment):
        assert await reminders.tell_due() == 0
    await Appointment.filter(id=late.id).update(created_at=held.starts_at - timedelta(minutes=90))
    with clock.frozen(held.starts_at - timedelta(minutes=60)):
        assert await reminders.tell_due() == 0


async def test_two_hours_reach_over_midnight():
    midnight = local(clock.now() + timedelta(days=2), 0, 30)
    held, _, _ = await a_held_place(slot=await a_slot(starts_at=midnight))
    with clock.frozen(held.starts_at - timedelta(minutes=100)):
        await reminders.tell_due()
    assert "two_hours" in [one["kind"] for one in await told("BookingSoon")]


async def test_many_are_told_in_batches(monkeypatch):
    monkeypatch.setattr(reminders, "DUE", reminders.DUE.replace(f"limit {reminders.BATCH}", "limit 2"))
    monkeypatch.setattr(reminders, "BATCH", 2)
    slot = await a_slot(capacity=5, starts_at=local(clock.now() + timedelta(days=2), 10))
    for _ in range(5):
        await a_held_place(slot=slot)
    with clock.frozen(slot.starts_at - timedelta(hours=1)):
        await jobs.remind()
    assert len(await told("BookingSoon")) == 5
