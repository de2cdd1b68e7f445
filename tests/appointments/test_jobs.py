from datetime import timedelta

import pytest

from appointments import booking, checkin, jobs, schedule
from appointments.models import Appointment, AppointmentType, Slot
from appointments.timetable import Period
from foundation import clock, database, personal_data
from foundation.jobs import declared
from foundation.workdays import WorkCalendar
from identity.events import CitizensMerged
from tests.builders.appointments import (
    STAFF,
    a_citizen,
    a_held_place,
    a_slot,
    a_type,
    booked_and_live,
    on_the_day,
    slots_of_one_day,
    told,
)

pytestmark = pytest.mark.usefixtures("db")
DAILY = [Period(weekday=n, starts="09:00", ends="10:00", slot_minutes=30, windows=1) for n in range(1, 8)]


async def test_every_night_makes_slots_before_they_are_released():
    of = await a_type(release_workdays=2)
    await schedule.create(type_id=of.id, periods=DAILY, effective_from=clock.today(), by=STAFF)
    await jobs.make_slots_ahead()
    slots = await Slot.filter(type_id=of.id).order_by("day")
    assert any(one.release_at > clock.now() for one in slots)
    assert slots[-1].day <= (await WorkCalendar.current()).add_workdays(clock.today(), 7)
    await jobs.make_slots_ahead()
    assert await Slot.filter(type_id=of.id).count() == len(slots)


async def test_one_broken_type_does_not_stop_the_night(monkeypatch):
    broken, fine = await a_type(), await a_type()
    for of in (broken, fine):
        await schedule.create(type_id=of.id, periods=DAILY, effective_from=clock.today(), by=STAFF)
    make = schedule.generate

    async def sometimes(*, type_id, **rest):
        if type_id == broken.id:
            raise RuntimeError("broken")
        return await make(type_id=type_id, **rest)

    monkeypatch.setattr(schedule, "generate", sometimes)
    await jobs.make_slots_ahead()
    assert not await Slot.filter(type_id=broken.id).exists()
    assert await Slot.filter(type_id=fine.id).exists()


async def test_scheduled_work_is_declared():
    assert {name for name in declared if name.startswith("appointments.jobs.")} == {
        "appointments.jobs.make_slots_ahead", "appointments.jobs.end_the_day", "appointments.jobs.compare_places",
        "appointments.jobs.pass_places_on", "appointments.jobs.close_queues", "appointments.jobs.remind",
        "appointments.jobs.give_shares_back", "appointments.jobs.forget_old_proposals",
    }  # fmt: skip


async def merge(kept, gone):
    await jobs.follow_merge(CitizensMerged(kept=kept.number, gone=gone.number))


async def test_what_the_gone_account_booked_follows():
    kept, gone = await a_citizen(), await a_citizen()
    held, _, slot = await a_held_place(by=gone)
    await merge(kept, gone)
    await merge(kept, gone)
    assert [one.id for one in await booking.of(kept)] == [held.id]
    assert await booking.of(gone) == []
    assert await booked_and_live(slot) == (1, 1)


async def test_of_two_of_one_day_one_goes_and_frees_its_place():
    kept, gone, business = await a_citizen(), await a_citizen(), await a_type()
    first, second = await slots_of_one_day(2, of=business)
    stays, _, _ = await a_held_place(slot=first, by=kept)
    goes, _, _ = await a_held_place(slot=second, by=gone)
    await merge(kept, gone)
    assert [(one.id, one.state) for one in await booking.of(kept)] == [
        (goes.id, "office_cancelled"), (stays.id, "booked")
    ]  # fmt: skip
    assert (await booked_and_live(first), await booked_and_live(second)) == ((1, 1), (0, 0))
    assert len(await told("BookingCancelled")) == 1


async def test_of_two_of_one_day_the_one_begun_stays():
    kept, gone, business = await a_citizen(), await a_citizen(), await a_type()
    first, second = await slots_of_one_day(2, of=business)
    goes, _, _ = await a_held_place(slot=first, by=kept)
    begun, _, _ = await a_held_place(slot=second, by=gone)
    with on_the_day(begun):
        await checkin.admit(code=begun.code, hall_code=begun.hall_code, by=STAFF)
    await merge(kept, gone)
    assert {one.id: one.state for one in await booking.of(kept)} == {
        goes.id: "office_cancelled", begun.id: "checked_in"
    }  # fmt: skip


async def test_two_accounts_that_used_one_key():
    kept, gone = await a_citizen(), await a_citizen()
    mine, theirs = await a_slot(), await a_slot()
    first = await booking.reserve(slot_id=mine.id, by=kept, key="same")
    await booking.reserve(slot_id=theirs.id, by=gone, key="same")
    await merge(kept, gone)
    assert await Appointment.filter(citizen_id=kept.number).count() == 2
    assert (await booking.reserve(slot_id=mine.id, by=kept, key="same")).id == first.id


async def test_export_and_forget():
    held, citizen, slot = await a_held_place()
    (row,) = await personal_data.collectors["appointments"].export(citizen.number)
    assert (row["code"], row["state"], row["hall"]) == (held.code, "已预约", held.hall_name)
    async with database.transaction():
        await personal_data.collectors["appointments"].forget(citizen.number)
    assert await booked_and_live(slot) == (0, 0)
    assert (await booking.by_id(held.id)).state == "office_cancelled"


async def test_closed_types_get_no_slots():
    of = await a_type()
    await schedule.create(type_id=of.id, periods=DAILY, effective_from=clock.today(), by=STAFF)
    await AppointmentType.filter(id=of.id).update(active=False)
    with clock.shifted(timedelta(days=1)):
        await jobs.make_slots_ahead()
    assert not await Slot.filter(type_id=of.id).exists()
