from datetime import date, timedelta

import pytest

from appointments import history, preview, schedule, special_days
from appointments.errors import ScheduleInvalid, TypeNotFound
from appointments.models import Schedule, Slot
from appointments.timetable import Period
from foundation import clock
from foundation.workdays import WorkCalendar
from tests.builders.appointments import STAFF, a_hall, a_type

pytestmark = pytest.mark.usefixtures("db")


def mornings(*, windows: int = 2, ends: str = "11:00") -> list[Period]:
    return [Period(weekday=day, starts="09:00", ends=ends, slot_minutes=30, windows=windows) for day in range(1, 6)]


async def a_workday() -> date:
    return (await WorkCalendar.current()).add_workdays(clock.today(), 2)


async def test_a_preview_says_what_generating_would_make_and_keeps_nothing():
    of, day = await a_type(hall=await a_hall()), await a_workday()
    planned = await preview.coming_days(type_id=of.id, periods=mornings(), start=day)
    assert [one.day for one in planned] == [day + timedelta(days=n) for n in range(14)]
    first = planned[0]
    assert (first.slots, first.places) == (4, 8)
    assert first.opens
    assert first.closes
    assert first.closes - first.opens == timedelta(hours=2)
    assert await Schedule.all().count() == await Slot.all().count() == 0

    await schedule.create(type_id=of.id, periods=mornings(), effective_from=day, by=STAFF)
    await schedule.generate(type_id=of.id, start=day, end=planned[-1].day, by=STAFF)
    made = {one.day: await Slot.filter(type=of, day=one.day).count() for one in planned}
    assert made == {one.day: one.slots for one in planned}


async def test_a_preview_looks_past_the_timetable_of_today_and_sees_exceptional_days():
    hall = await a_hall()
    of, day = await a_type(hall=hall), await a_workday()
    await schedule.create(type_id=of.id, periods=mornings(windows=9), effective_from=clock.today(), by=STAFF)
    await special_days.add(hall_code=hall.code, day=day, kind="closed", reason="停电", by=STAFF)
    closed, *others = await preview.coming_days(type_id=of.id, periods=mornings(windows=1), start=day)
    assert (closed.slots, closed.places, closed.opens, closed.closes) == (0, 0, None, None)
    assert {one.places for one in others} == {0, 4}


async def test_a_wrong_timetable_has_no_preview():
    of = await a_type()
    with pytest.raises(ScheduleInvalid) as raised:
        await preview.coming_days(type_id=of.id, periods=mornings(ends="08:00"), start=clock.today())
    assert raised.value.detail == ["周一至周五 09:00–08:00：结束时间应晚于开始时间"]
    with pytest.raises(TypeNotFound):
        await preview.coming_days(type_id=0, periods=mornings(), start=clock.today())


async def test_the_history_of_a_type_tells_of_its_schedule_slots_and_hall_and_of_no_other():
    hall, day = await a_hall(), await a_workday()
    of, other = await a_type(hall=hall), await a_type()
    for one in (other, of):
        await schedule.create(type_id=one.id, periods=mornings(), effective_from=day, by=STAFF)
        await schedule.generate(type_id=one.id, start=day, end=day, by=STAFF)
    await special_days.add(hall_code=hall.code, day=day, kind="closed", reason="停电", by=STAFF)
    found = await history.of_type(type_id=of.id)
    assert [one.action for one in found] == [
        "slots.generated", "schedule_exception.added", "slots.generated", "schedule.created"
    ]  # fmt: skip
    assert {one.actor for one in found} == {str(STAFF)}
    assert found[-1].detail["version"] == 1
    assert found[1].reason == "停电"
    assert [one.action for one in await history.of_type(type_id=of.id, limit=1)] == ["slots.generated"]
