"""效能监察: what is approaching, overdue and done in time, by department or by its items.

What ended is counted in the days that are asked for, what is open as it stands now. A yellow card is a case past its
deadline, a red one a case past it for longer; a case whose clock stands still gets none. Overdue is measured by what
was promised, and by the law where nothing was promised.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from cases import supervision_rules
from cases.register_list import DUE, STILL, hall_ranges
from cases.supervision_rules import Rule
from foundation import clock, database
from foundation.workdays import WorkCalendar

BY = {"department": "department_name", "item": "item_code"}

ENDED = """
select {by} as key, min(item_name) as item_name, count(*) as finished,
       count(*) filter (where {due} is not null) as timed,
       count(*) filter (where (closed_at at time zone 'Asia/Shanghai')::date <= {due}) as on_time,
       count(*) filter (where used_days * 2 <= coalesce(promised_days, legal_days)) as early,
       avg(used_days)::float8 as used_days, avg(coalesce(promised_days, legal_days))::float8 as allowed_days,
       count(*) filter (where (select count(*) from case_notice n where n.case_id = c.id) > 1) as asked_twice
  from case_file c
 where closed_at >= $1 and closed_at < $2 and stage in ('closed', 'delivered') {within} group by 1"""
OPEN = """
select {by} as key, min(item_name) as item_name, count(*) as open,
       count(*) filter (where {still}) as still,
       count(*) filter (where ({still}) is not true and {due} >= $1 and {due} <= $2) as near,
       count(*) filter (where ({still}) is not true and {due} < $1 and {due} >= $3) as yellow,
       count(*) filter (where ({still}) is not true and {due} < $3) as red
  from case_file c where closed_at is null {within} group by 1"""


@dataclass(frozen=True, kw_only=True)
class Line:
    """One department, or one item of it. Shares are of 1; None where there is nothing to take a share of.

    `timed` of the `finished` had a deadline; `asked_twice` were given more than one 一次性告知.
    """

    key: str
    name: str
    finished: int = 0
    timed: int = 0
    on_time: int = 0
    early: int = 0
    used_days: float | None = None
    allowed_days: float | None = None
    asked_twice: int = 0
    open: int = 0
    still: int = 0
    near: int = 0
    yellow: int = 0
    red: int = 0
    points: float | None = None
    stars: int | None = None

    @property
    def on_time_share(self) -> float | None:
        return self.on_time / self.timed if self.timed else None

    @property
    def early_share(self) -> float | None:
        return self.early / self.timed if self.timed else None

    @property
    def red_share(self) -> float:
        return self.red / self.open if self.open else 0.0


async def by_department(*, start: date, end: date, within: Sequence[str]) -> list[Line]:
    """Departments, those with the most red and yellow cards first. `within` are hall paths, ``""`` the whole city."""
    return await _lines("department", start, end, within, department=None)


async def by_item(*, department: str, start: date, end: date, within: Sequence[str]) -> list[Line]:
    """The items of one department, in the same order."""
    return await _lines("item", start, end, within, department=department)


async def card_days() -> dict[str, tuple[date | None, date]]:
    """Card → between which deadlines a case stands whose clock runs, for a list of the cases behind a number."""
    today, near_until, red_before = await _bounds(await supervision_rules.current())
    day = timedelta(days=1)
    return {"near": (today, near_until), "yellow": (red_before, today - day), "red": (None, red_before - day)}


async def _bounds(rule: Rule) -> tuple[date, date, date]:
    """Today; until when a deadline is near; the day before which a missed one is red."""
    calendar, today = await WorkCalendar.current(), clock.today()
    near = calendar.add_workdays(today, rule.near_workdays)
    return today, near, _red_before(calendar, today, rule.red_workdays)


def total(lines: Sequence[Line], rule: Rule) -> Line:
    """All of them together."""
    summed: dict[str, Any] = {
        name: sum(getattr(one, name) for one in lines)
        for name in ("finished", "timed", "on_time", "early", "asked_twice", "open", "still", "near", "yellow", "red")
    }
    for name in ("used_days", "allowed_days"):
        known = [(getattr(one, name), one.finished) for one in lines if getattr(one, name) is not None]
        number = sum(finished for _, finished in known)
        summed[name] = sum(value * finished for value, finished in known) / number if number else None
    return _judged(Line(key="", name="合计", **summed), rule)


async def _lines(by: str, start: date, end: date, within: Sequence[str], *, department: str | None) -> list[Line]:
    rule, parts = await supervision_rules.current(), {"by": BY[by], "due": DUE}
    ended, opened = [_midnight(start), _midnight(end + timedelta(days=1))], list(await _bounds(rule))
    found: dict[str, dict[str, Any]] = {}
    for statement, values in ((ENDED, ended), (OPEN, opened)):
        where = _where(within, department, values)
        still = STILL.format(today="$1::date")
        for row in await database.fetch(statement.format(within=where, still=still, **parts), *values):
            found.setdefault(row["key"], {}).update(row)
    lines = [_line(row, named_by=by, rule=rule) for row in found.values()]
    return sorted(lines, key=lambda one: (-one.red, -one.yellow, -one.near, -one.finished, one.name))


def _where(within: Sequence[str], department: str | None, values: list[Any]) -> str:
    """Narrowed to halls and to a department; what it needs is added to `values`."""
    where = ""
    if department is not None:
        values.append(department)
        where += f" and department_name = ${len(values)}"
    if "" not in within:
        where += f" and {hall_ranges(within, values)}"
    return where


def _line(row: dict[str, Any], *, named_by: str, rule: Rule) -> Line:
    given = {name: value for name, value in row.items() if name != "item_name"}
    return _judged(Line(name=row["item_name"] if named_by == "item" else row["key"], **given), rule)


def _judged(line: Line, rule: Rule) -> Line:
    if line.finished < rule.least or line.on_time_share is None or line.early_share is None:
        return line
    points = rule.points(on_time=line.on_time_share, early=line.early_share, red=line.red_share)
    return Line(**{**vars(line), "points": round(points, 1), "stars": rule.stars(points)})


def _red_before(calendar: WorkCalendar, today: date, workdays: int) -> date:
    """A deadline before this day has been missed by at least so many working days."""
    day = today
    while workdays:
        day -= timedelta(days=1)
        workdays -= calendar.is_workday(day)
    return day


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), clock.SHANGHAI)
