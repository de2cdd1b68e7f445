"""Working days: 法定节假日 and 调休 of 2026, years not published yet, what staff decide."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from foundation import clock, workdays
from foundation.actor import Actor
from foundation.models import AuditRow, WorkdayOverride
from foundation.workdays import OverrideInvalid, WorkCalendar

BY = Actor.staff(1)
CALENDAR = WorkCalendar()
MADE_UP = ["2026-01-04", "2026-02-14", "2026-02-28", "2026-05-09", "2026-09-20", "2026-10-10"]  # 调休上班
OFF = ["2026-01-01", "2026-02-16", "2026-02-23", "2026-04-06", "2026-05-05", "2026-06-19", "2026-09-25", "2026-10-07"]


@pytest.mark.parametrize("day", MADE_UP)
def test_a_made_up_weekend_is_a_workday(day: str) -> None:
    assert date.fromisoformat(day).weekday() >= 5
    assert CALENDAR.is_workday(date.fromisoformat(day))


@pytest.mark.parametrize("day", OFF)
def test_a_holiday_on_a_weekday_is_off(day: str) -> None:
    assert date.fromisoformat(day).weekday() < 5
    assert not CALENDAR.is_workday(date.fromisoformat(day))


def test_a_year_nobody_has_published_counts_weekends_and_says_so() -> None:
    assert CALENDAR.is_workday(date(2093, 1, 1)) == (date(2093, 1, 1).weekday() < 5)
    assert CALENDAR.provisional(date(2093, 1, 1))
    assert not CALENDAR.provisional(date(2026, 1, 1))


def test_the_day_of_acceptance_is_not_counted() -> None:
    assert CALENDAR.add_workdays(date(2026, 3, 2), 5) == date(2026, 3, 9)
    assert CALENDAR.add_workdays(date(2026, 2, 13), 1) == date(2026, 2, 14)  # made up on a Saturday
    assert CALENDAR.add_workdays(date(2026, 2, 14), 1) == date(2026, 2, 24)  # after the Spring Festival
    assert CALENDAR.add_workdays(date(2026, 3, 7), 0) == date(2026, 3, 7)


@given(st.dates(date(2020, 1, 1), date(2026, 11, 1)), st.integers(min_value=0, max_value=60))
def test_adding_and_counting_agree(day: date, number: int) -> None:
    later = CALENDAR.add_workdays(day, number)
    assert CALENDAR.workdays_between(day, later) == number
    assert CALENDAR.workdays_between(later, day) == -number
    assert number == 0 or CALENDAR.is_workday(later)


async def test_staff_overrule_the_calendar_and_its_version_moves(db: None) -> None:
    before = await WorkCalendar.current()
    storm = date(2026, 7, 15)
    await WorkdayOverride.create(day=storm, is_workday=False, reason="台风停工", set_by="staff:1")
    after = await WorkCalendar.current()
    assert before.is_workday(storm)
    assert not after.is_workday(storm)
    assert before.version != after.version
    assert after.add_workdays(storm - timedelta(days=1), 1) == date(2026, 7, 16)


async def test_staff_declare_a_day_and_take_it_back(db: None) -> None:
    day = clock.today() + timedelta(days=9)
    published = (await WorkCalendar.current()).is_workday(day)
    await workdays.declare(day=day, is_workday=not published, reason="本地通知", by=BY)
    changed = await WorkCalendar.current()
    assert changed.is_workday(day) != published
    assert [one.day for one in await workdays.declared(since=clock.today())] == [day]
    with clock.shifted(timedelta(minutes=1)):
        await workdays.declare(day=day, is_workday=None, reason="通知撤回", by=BY)
    again = await WorkCalendar.current()
    assert again.is_workday(day) == published
    assert again.edition >= changed.edition  # a version never means two calendars
    assert await workdays.declared(since=clock.today()) == []
    said = [row.detail["is_workday"] for row in await AuditRow.filter(action="workday.declared").order_by("id")]
    assert said == [not published, None]


@pytest.mark.parametrize(("days", "reason"), [(-1, "晚了"), (800, "太远"), (3, " ")])
async def test_a_declaration_is_checked(db: None, days: int, reason: str) -> None:
    with pytest.raises(OverrideInvalid) as no:
        await workdays.declare(day=clock.today() + timedelta(days=days), is_workday=True, reason=reason, by=BY)
    assert len(no.value.detail) == 1
