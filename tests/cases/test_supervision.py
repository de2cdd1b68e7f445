"""Cards, shares and stars by department and item; rules that are versions; reports that stay."""

from datetime import date, datetime, time, timedelta
from typing import Any

import asyncpg
import pytest

from cases import supervision, supervision_jobs, supervision_reports, supervision_rules
from cases.models import Case
from cases.supervision import Line
from cases.supervision_errors import ReportNotFound, SupervisionRuleInvalid
from cases.supervision_models import SupervisionReport
from cases.supervision_rules import Rule
from foundation import clock, database
from foundation.actor import Actor
from foundation.workdays import WorkCalendar
from tests.builders.cases import case_number

pytestmark = pytest.mark.usefixtures("db")
BY = Actor.staff(7)
CITY = [""]


async def a_case(department: str = "民政局", *, item: str = "marriage", hall: str = "9901/", **columns: Any) -> Case:
    """A row as the fold leaves it; days are given in full."""
    given = {"stage": "accepted", "promised_days": 10, "legal_days": 20, **columns}
    return await Case.create(
        case_no=case_number(), source="demo", item_code=item, item_name=f"事项 {item}", department_name=department,
        hall_path=hall, **given,
    )  # fmt: skip


async def ended(*, days_ago: int = 1, late: int = 0, used: int = 4, **other: Any) -> Case:
    """Closed so many days ago, `late` days after its deadline (before it, where negative)."""
    at = at_noon(clock.today() - timedelta(days=days_ago))
    due = clock.shanghai(at).date() - timedelta(days=late)
    return await a_case(stage="closed", closed_at=at, promised_due=due, used_days=used, **other)


def at_noon(day: date) -> datetime:
    return datetime.combine(day, time(12), clock.SHANGHAI)


async def workdays_from_today(number: int) -> date:
    calendar, day = await WorkCalendar.current(), clock.today()
    if number >= 0:
        return calendar.add_workdays(day, number)
    while number:
        day -= timedelta(days=1)
        number += calendar.is_workday(day)
    return day


async def lines(**other: Any) -> list[Line]:
    end = clock.today()
    return await supervision.by_department(start=end - timedelta(days=29), end=end, within=other.get("within", CITY))


async def test_cards_by_how_long_a_deadline_was_missed() -> None:
    for due in (-4, -3, -2, -1, 0, 2, 3):
        await a_case(promised_due=await workdays_from_today(due))
    await a_case(promised_due=await workdays_from_today(-9), paused=True)
    await a_case(legal_due=await workdays_from_today(-9), promised_days=None)
    (one,) = await lines()
    assert (one.open, one.still, one.near) == (9, 1, 2)
    assert (one.yellow, one.red) == (3, 2)  # three working days late is still yellow, four is red, and so is nine


async def test_what_ended_in_time_early_and_twice_asked() -> None:
    await ended(late=-1, used=5)
    await ended(late=0, used=6)
    await ended(late=1, used=12)
    await ended(days_ago=40)  # before the days that are asked for
    await a_case(stage="refused", closed_at=clock.now(), promised_due=clock.today())
    (one,) = await lines()
    assert (one.finished, one.timed, one.on_time, one.early) == (3, 3, 2, 1)
    assert one.used_days == pytest.approx(23 / 3)
    assert one.allowed_days == 10


async def test_stars_follow_the_published_formula_and_need_enough_cases() -> None:
    for n in range(10):
        await ended(late=1 if n == 0 else -1, used=4)
    (few,) = await lines()
    assert (few.points, few.stars) == (0.9 * 70 + 10 + 20, 4)
    await supervision_rules.change(rule=Rule(least=11), by=BY)
    (too_few,) = await lines()
    assert (too_few.points, too_few.stars) == (None, None)


@pytest.mark.parametrize(("points", "stars"), [(100, 5), (95, 5), (94.9, 4), (80, 3), (60, 2), (59.9, 1), (0, 1)])
def test_lines_between_stars(points: float, stars: int) -> None:
    assert Rule().stars(points) == stars


async def test_items_of_a_department_and_halls_of_ones_own() -> None:
    await ended(item="marriage")
    await ended(item="adoption", hall="9902/")
    await ended(department="公安局", item="passport")
    end = clock.today()
    items = await supervision.by_item(department="民政局", start=end, end=end, within=CITY)
    assert items == []
    items = await supervision.by_item(department="民政局", start=end - timedelta(days=5), end=end, within=CITY)
    assert sorted((one.key, one.name, one.finished) for one in items) == [
        ("adoption", "事项 adoption", 1), ("marriage", "事项 marriage", 1)
    ]  # fmt: skip
    assert [(one.key, one.finished) for one in await lines(within=["9902/"])] == [("民政局", 1)]
    whole = supervision.total(await lines(), Rule(least=1))
    assert (whole.finished, whole.on_time, whole.stars) == (3, 3, 5)


async def test_the_worst_stands_first() -> None:
    await a_case("甲", promised_due=await workdays_from_today(-2))
    await a_case("乙", promised_due=await workdays_from_today(-8))
    await a_case("丙", promised_due=await workdays_from_today(9))
    assert [one.name for one in await lines()] == ["乙", "甲", "丙"]


async def test_faults_of_a_rule_are_all_told() -> None:
    with pytest.raises(SupervisionRuleInvalid) as refused:
        await supervision_rules.change(rule=Rule(red_workdays=0, on_time_weight=71, four_stars=95), by=BY)
    assert len(refused.value.detail) == 3
    assert await supervision_rules.current() == Rule()


async def test_a_report_is_made_once_and_stays() -> None:
    week = supervision_reports.last_week()
    assert week.weekday() == 0
    assert week + timedelta(days=7) <= clock.today() < week + timedelta(days=14)
    await a_case(stage="closed", closed_at=at_noon(week + timedelta(days=6)), promised_due=week, used_days=9)
    await supervision_jobs.make_weekly_report()
    await supervision_jobs.make_weekly_report()
    await supervision_rules.change(rule=Rule(red_workdays=9), by=BY)
    found = await supervision_reports.of(week)
    assert (found.total.finished, found.total.on_time, found.rule, found.until) == (
        1, 0, Rule(), week + timedelta(days=6)
    )  # fmt: skip
    assert await supervision_reports.weeks() == [week]
    with pytest.raises(ReportNotFound):
        await supervision_reports.of(week - timedelta(days=7))
    for statement in ("update supervision_report set lines = '[]'", "delete from supervision_report"):
        with pytest.raises(asyncpg.RestrictViolationError):
            await database.execute(statement)


async def test_a_report_compares_with_the_week_before() -> None:
    week = supervision_reports.last_week()
    await ended(days_ago=(clock.today() - week).days + 3)
    await supervision_reports.make(week - timedelta(days=7))
    await supervision_reports.make(week)
    assert (await supervision_reports.of(week)).before["民政局"].finished == 1
    assert await SupervisionReport.all().count() == 2
