import asyncio
from datetime import date, datetime, timedelta

import pytest

from appointments import booking, schedule, special_days
from appointments.errors import (
    ExceptionExists,
    ExceptionNotFound,
    RangeInvalid,
    ReasonNeeded,
    ScheduleInvalid,
    SlotSuspended,
    TypeNotFound,
)
from appointments.models import Schedule, Slot
from appointments.schedule import Generated
from appointments.timetable import Period, clock_time
from foundation import clock
from foundation.models import AuditRow, WorkdayOverride
from tests.builders.appointments import STAFF, a_citizen, a_hall, a_type

pytestmark = pytest.mark.usefixtures("db")

# In 2026 the National Day holiday is 1–7 October; Saturday 10 October is a working day for it (调休).
MONDAY = date(2026, 9, 28)
MORNING = [Period(weekday=n, starts="09:00", ends="11:00", slot_minutes=30, windows=3) for n in range(1, 6)]


@pytest.fixture(autouse=True)
def early_september():
    with clock.frozen(datetime(2026, 9, 1, 2, 0, tzinfo=clock.SHANGHAI)):
        yield


async def a_planned_type(periods=MORNING, **rules):
    of = await a_type(**rules)
    await schedule.create(type_id=of.id, periods=periods, effective_from=date(2026, 9, 1), by=STAFF)
    return of


async def generate(of, start, end=None):
    return await schedule.generate(type_id=of.id, start=start, end=end or start, by=STAFF)


async def starts(of, day):
    return [clock.shanghai(one.starts_at).strftime("%H:%M") for one in await slots(of, day)]


async def slots(of, day):
    return await Slot.filter(type_id=of.id, day=day).order_by("starts_at")


async def test_slots_of_a_day():
    of = await a_planned_type(
        [Period(weekday=1, starts="09:00", ends="10:15", slot_minutes=30, windows=5, online_percent=50)]
    )
    assert await generate(of, MONDAY) == Generated(added=2)
    first, second = await slots(of, MONDAY)
    assert first.starts_at == clock_time(MONDAY, "09:00")
    assert first.ends_at == second.starts_at == first.starts_at + timedelta(minutes=30)
    assert (first.capacity, first.booked, first.state) == (2, 0, "open")
    assert first.close_at == first.starts_at


async def test_a_share_of_one_window_is_still_a_place():
    assert Period(weekday=1, starts="09:00", ends="10:00", slot_minutes=30, windows=1, online_percent=10).places() == {
        "public": 1
    }


async def test_again_changes_nothing_and_notes_nothing():
    of = await a_planned_type()
    week = (MONDAY, MONDAY + timedelta(days=2))
    assert (await generate(of, *week)).added == 12
    assert await generate(of, *week) == Generated(kept=12)
    assert await AuditRow.filter(action="slots.generated").count() == 1


async def test_two_at_once():
    of = await a_planned_type()
    one, other = await asyncio.gather(generate(of, MONDAY), generate(of, MONDAY))
    assert {one.added, other.added} == {0, 4}
    assert {one.kept, other.kept} == {0, 4}


async def test_festivals_are_off_and_makeup_saturdays_are_on():
    of = await a_planned_type()
    await generate(of, date(2026, 9, 28), date(2026, 10, 11))
    assert not await slots(of, date(2026, 10, 5))  # a Monday within the holiday
    assert await starts(of, date(2026, 10, 10)) == ["09:00", "09:30", "10:00", "10:30"]  # Saturday, follows Friday
    assert not await slots(of, date(2026, 10, 11))  # an ordinary Sunday


async def test_a_saturday_of_its_own_is_served_but_not_on_a_festival():
    saturday = [Period(weekday=6, starts="09:00", ends="10:00", slot_minutes=60, windows=1)]
    of = await a_planned_type([*MORNING, *saturday])
    await generate(of, date(2026, 9, 19), date(2026, 10, 3))
    assert await starts(of, date(2026, 9, 19)) == ["09:00"]
    assert not await slots(of, date(2026, 10, 3))


async def test_staff_may_declare_a_day_off():
    of = await a_planned_type()
    await WorkdayOverride.create(day=MONDAY, is_workday=False, reason="台风停课停工", set_by=str(STAFF))
    assert (await generate(of, MONDAY)).added == 0


async def test_release_counts_working_days_back():
    of = await a_planned_type(release_workdays=3, release_time="13:30")
    await generate(of, date(2026, 10, 9))
    (first, *_) = await slots(of, date(2026, 10, 9))
    # 8 October, then 30 and 29 September: the holiday does not count.
    assert first.release_at == clock_time(date(2026, 9, 29), "13:30")


async def test_a_closed_day_and_its_return():
    hall = await a_hall()
    of = await a_planned_type(hall=hall)
    await generate(of, MONDAY)
    await special_days.add(hall_code=hall.code, day=MONDAY, kind="closed", reason="系统检修", by=STAFF)
    assert not await slots(of, MONDAY)
    assert [one.day for one in await special_days.coming(hall_code=hall.code)] == [MONDAY]
    with pytest.raises(ExceptionExists):
        await special_days.add(hall_code=hall.code, day=MONDAY, kind="open", reason="又开", by=STAFF)
    await special_days.remove(hall_code=hall.code, day=MONDAY, by=STAFF)
    assert not await slots(of, MONDAY)  # beyond the horizon: the night makes them
    assert (await generate(of, MONDAY)).added == 4
    with pytest.raises(ExceptionNotFound):
        await special_days.remove(hall_code=hall.code, day=MONDAY, by=STAFF)


async def test_a_day_off_is_opened():
    hall = await a_hall()
    of = await a_planned_type(hall=hall)
    sunday = date(2026, 9, 6)
    await special_days.add(hall_code=hall.code, day=sunday, kind="open", reason="假日办", by=STAFF)
    assert await starts(of, sunday) == ["09:00", "09:30", "10:00", "10:30"]


async def test_special_days_are_checked():
    hall = await a_hall()
    with pytest.raises(ReasonNeeded):
        await special_days.add(hall_code=hall.code, day=MONDAY, kind="closed", reason="", by=STAFF)
    with pytest.raises(RangeInvalid):
        await special_days.add(hall_code=hall.code, day=date(2026, 8, 31), kind="closed", reason="晚了", by=STAFF)


async def test_a_new_version_moves_free_slots_and_leaves_held_ones():
    of = await a_planned_type()
    await generate(of, MONDAY)
    first, second, *_ = await slots(of, MONDAY)
    await Slot.filter(id__in=[first.id, second.id]).update(booked=1)
    hourly = [Period(weekday=1, starts="09:00", ends="12:00", slot_minutes=60, windows=9)]
    await schedule.create(type_id=of.id, periods=hourly, effective_from=MONDAY, by=STAFF)
    done = await generate(of, MONDAY)
    assert (done.added, done.changed, done.removed, done.withdrawn, done.kept) == (1, 1, 1, 1, 1)
    assert done.orphaned == (second.id,)
    after = {clock.shanghai(one.starts_at).strftime("%H:%M"): one for one in await slots(of, MONDAY)}
    assert (after["09:00"].capacity, after["09:00"].ends_at) == (3, first.ends_at)  # held: as promised
    assert after["09:30"].state == "withdrawn"
    assert (after["10:00"].capacity, after["11:00"].capacity) == (9, 9)
    assert "10:30" not in after


async def test_a_withdrawn_slot_keeps_its_people_takes_no_more_and_comes_back():
    hall = await a_hall()
    of = await a_type(hall=hall)
    with clock.frozen(datetime.now(clock.SHANGHAI)):
        today = clock.today()
        daily = [Period(weekday=n, starts="09:00", ends="10:00", slot_minutes=60, windows=3) for n in range(1, 8)]
        await schedule.create(type_id=of.id, periods=daily, effective_from=today, by=STAFF)
        await schedule.generate(type_id=of.id, start=today, end=today + timedelta(days=20), by=STAFF)
        slot = (await Slot.filter(type_id=of.id, release_at__lt=clock.now(), day__gt=today).order_by("day"))[0]
        held = await booking.reserve(slot_id=slot.id, by=await a_citizen(), key="one")
        await special_days.add(hall_code=hall.code, day=slot.day, kind="closed", reason="停电", by=STAFF)
        with pytest.raises(SlotSuspended):
            await booking.reserve(slot_id=slot.id, by=await a_citizen(), key="two")
        assert (await booking.find(code=held.code, for_=STAFF)).state == "booked"
        await special_days.remove(hall_code=hall.code, day=slot.day, by=STAFF)
        await booking.reserve(slot_id=slot.id, by=await a_citizen(), key="three")


async def test_a_free_slot_with_a_history_is_withdrawn_not_deleted():
    of = await a_type()
    with clock.frozen(datetime.now(clock.SHANGHAI)):
        today = clock.today()
        daily = [Period(weekday=n, starts="09:00", ends="10:00", slot_minutes=60, windows=3) for n in range(1, 8)]
        await schedule.create(type_id=of.id, periods=daily, effective_from=today, by=STAFF)
        await schedule.generate(type_id=of.id, start=today, end=today + timedelta(days=20), by=STAFF)
        slot = (await Slot.filter(type_id=of.id, release_at__lt=clock.now(), day__gt=today).order_by("-day"))[0]
        citizen = await a_citizen()
        held = await booking.reserve(slot_id=slot.id, by=citizen, key="one")
        await booking.cancel(code=held.code, by=STAFF, reason="试一试")
        later = [Period(weekday=n, starts="14:00", ends="15:00", slot_minutes=60, windows=3) for n in range(1, 8)]
        await schedule.create(type_id=of.id, periods=later, effective_from=today, by=STAFF)
        done = await schedule.generate(type_id=of.id, start=slot.day, end=slot.day, by=STAFF)
    assert (done.added, done.withdrawn, done.removed, done.orphaned) == (1, 1, 0, ())


async def test_staff_suspension_survives_the_night():
    of = await a_planned_type()
    await generate(of, MONDAY)
    await Slot.filter(type_id=of.id).update(state="suspended")
    assert await generate(of, MONDAY) == Generated(kept=4)
    assert {one.state for one in await slots(of, MONDAY)} == {"suspended"}


async def test_what_has_begun_stays():
    of = await a_planned_type()
    today = date(2026, 9, 1)
    with clock.frozen(clock_time(today, "09:45")):
        assert await generate(of, today) == Generated(added=2)
        assert await starts(of, today) == ["10:00", "10:30"]


async def test_versions_follow_each_other():
    of = await a_planned_type()
    await schedule.create(type_id=of.id, periods=MORNING[:1], effective_from=MONDAY, by=STAFF)
    first, second = await Schedule.filter(type_id=of.id).order_by("version")
    assert (first.version, first.effective_until) == (1, MONDAY - timedelta(days=1))
    assert (second.version, second.effective_until) == (2, None)


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"weekday": 8}, "星期应为"),
        ({"starts": "9:00"}, "时间应写作"),
        ({"ends": "24:00"}, "时间应写作"),
        ({"ends": "08:00"}, "结束时间应晚于"),
        ({"slot_minutes": 4}, "每个号段应为"),
        ({"slot_minutes": 480}, "不足一个号段"),
        ({"windows": 0}, "窗口数应为"),
        ({"online_percent": 101}, "比例应为"),
    ],
)
async def test_a_faulty_period_is_named(change, fault):
    good = {"weekday": 1, "starts": "09:00", "ends": "12:00", "slot_minutes": 30, "windows": 2}
    with pytest.raises(ScheduleInvalid) as refused:
        await schedule.create(
            type_id=(await a_type()).id, periods=[Period(**{**good, **change})], effective_from=MONDAY, by=STAFF
        )
    assert len(refused.value.detail) == 1
    assert fault in refused.value.detail[0]


async def test_overlaps_and_past_versions_are_refused():
    of = await a_type()
    overlapping = [MORNING[0], Period(weekday=1, starts="10:30", ends="12:00", slot_minutes=30, windows=1)]
    with pytest.raises(ScheduleInvalid, match="排班有误") as refused:
        await schedule.create(type_id=of.id, periods=overlapping, effective_from=date(2026, 8, 1), by=STAFF)
    assert refused.value.detail == ["周一 09:00–11:00 与 10:30–12:00 重叠", "生效日期不能早于今天"]
    with pytest.raises(ScheduleInvalid):
        await schedule.create(type_id=of.id, periods=[], effective_from=MONDAY, by=STAFF)
    with pytest.raises(TypeNotFound):
        await schedule.create(type_id=404, periods=MORNING, effective_from=MONDAY, by=STAFF)


async def test_a_range_is_checked():
    of = await a_planned_type()
    with pytest.raises(RangeInvalid):
        await generate(of, MONDAY, MONDAY - timedelta(days=1))
    with pytest.raises(RangeInvalid):
        await generate(of, MONDAY, MONDAY + timedelta(days=93))
