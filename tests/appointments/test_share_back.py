"""Priority and staff places that nobody took are everybody's before the day; what is taken stays."""

from datetime import date, datetime

import pytest

from appointments import schedule, share_back, waitlist
from appointments.jobs import give_shares_back
from appointments.models import Appointment, Slot
from appointments.timetable import Period, clock_time
from foundation import clock
from foundation.models import AuditRow
from tests.builders.appointments import STAFF, a_citizen, a_held_place, a_type
from tests.builders.planning import a_planned_type, periods, slots_on, workday

pytestmark = pytest.mark.usefixtures("db")

SHARED = periods(ends="10:00", windows=10, online_percent=50, priority_percent=20, staff_percent=10)


async def capacities(of, day) -> dict[tuple[str, str], int]:
    return {(f"{clock.shanghai(one.starts_at):%H:%M}", one.share): one.capacity for one in await slots_on(of, day)}


async def test_unused_places_go_to_everybody_once():
    of, day = await a_planned_type(SHARED), await workday()
    taken = next(one for one in await slots_on(of, day) if one.share == "priority")
    await Slot.filter(id=taken.id).update(booked=1)
    assert await share_back.give_back(type_id=of.id, day=day, by=STAFF) == 5
    assert await capacities(of, day) == {
        ("09:00", "public"): 7, ("09:00", "priority"): 1, ("09:00", "staff"): 0,
        ("09:30", "public"): 8, ("09:30", "priority"): 0, ("09:30", "staff"): 0,
    }  # fmt: skip
    assert await share_back.give_back(type_id=of.id, day=day, by=STAFF) == 0
    (row,) = await AuditRow.filter(action="slots.shared_back")
    assert row.detail["places"] == 5


async def test_the_night_leaves_them_where_they_went():
    of, day = await a_planned_type(SHARED), await workday()
    await share_back.give_back(type_id=of.id, day=day, by=STAFF)
    before = await capacities(of, day)
    assert (await schedule.generate(type_id=of.id, start=day, end=day, by=STAFF)).nothing
    assert await capacities(of, day) == before


async def test_the_moment_counts_working_days_at_the_hour_of_release():
    # In 2026 the National Day holiday is 1–7 October: two working days before the 9th is the 30th of September.
    day = date(2026, 10, 9)
    with clock.frozen(datetime(2026, 9, 1, 2, 0, tzinfo=clock.SHANGHAI)):
        of = await a_type(share_back_workdays=2, release_time="09:30")
        friday = [Period(weekday=5, starts="09:00", ends="10:00", slot_minutes=60, windows=4,
                         online_percent=50, priority_percent=50)]  # fmt: skip
        await schedule.create(type_id=of.id, periods=friday, effective_from=clock.today(), by=STAFF)
        await schedule.generate(type_id=of.id, start=day, end=day, by=STAFF)
    with clock.frozen(clock_time(date(2026, 9, 30), "09:29")):
        await give_shares_back()
        assert await capacities(of, day) == {("09:00", "public"): 2, ("09:00", "priority"): 2}
    with clock.frozen(clock_time(date(2026, 9, 30), "09:30")):
        await give_shares_back()
        assert await capacities(of, day) == {("09:00", "public"): 4, ("09:00", "priority"): 0}


async def test_who_waits_for_the_public_share_comes_first():
    shared = periods(ends="09:30", windows=2, online_percent=50, priority_percent=50)
    of, day = await a_planned_type(shared), await workday()
    public = next(one for one in await slots_on(of, day) if one.share == "public")
    await a_held_place(slot=public)
    waiter = await a_citizen()
    await waitlist.join(slot_id=public.id, by=waiter)
    await share_back.give_back(type_id=of.id, day=day, by=STAFF)
    assert await Appointment.filter(citizen_id=waiter.number, slot_id=public.id, state="held").exists()


async def test_a_slot_of_priority_alone_has_a_public_row_to_go_to():
    alone = periods(ends="09:30", windows=2, online_percent=0, priority_percent=100)
    of, day = await a_planned_type(alone), await workday()
    assert await capacities(of, day) == {("09:00", "public"): 0, ("09:00", "priority"): 2}
    await share_back.give_back(type_id=of.id, day=day, by=STAFF)
    assert await capacities(of, day) == {("09:00", "public"): 2, ("09:00", "priority"): 0}


async def test_a_stopped_slot_gives_nothing():
    of, day = await a_planned_type(SHARED), await workday()
    await Slot.filter(type_id=of.id).update(state="suspended")
    assert await share_back.give_back(type_id=of.id, day=day, by=STAFF) == 0
