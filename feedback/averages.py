"""服务评价公开: averages of finished quarters by hall, department and item, so told that nobody can be found in them.

A group with fewer than so many marks (setting) shows no figure; numbers of marks are rounded down to fives and
averages to one decimal, so that a small group cannot be reckoned from the others; there are no other periods that
overlap, and none that is still going on. Words show only from groups that are shown, with the quarter and no day.
"""

from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from feedback.errors import RatingNotFound
from foundation import clock, database, settings

By = Literal["hall", "department", "item"]
KEYS: dict[By, tuple[str, str]] = {
    "hall": ("coalesce(h.code, '')", "max(h.name)"),
    "department": ("r.department", "r.department"),
    "item": ("r.item_code", "max(r.item_name)"),
}
ROUNDED_TO = 5
QUARTERS_SHOWN = 8


@dataclass(frozen=True, kw_only=True)
class Average:
    """A group of marks. Too few, and all figures are None. `marks` is "at least so many"."""

    key: str
    name: str
    marks: int | None
    average: float | None
    satisfied: int | None  # per cent of the three upper levels
    withdrawn: int | None


@dataclass(frozen=True, kw_only=True)
class Published:
    quarter: str
    quarters: list[str]
    least: int
    lines: list[Average]


@dataclass(frozen=True, kw_only=True)
class Words:
    """What somebody wrote, as staff let it pass."""

    level: int
    text: str
    place: str
    quarter: str


def quarter_of(day: date) -> str:
    """2026Q3."""
    return f"{day.year}Q{(day.month + 2) // 3}"


def span(quarter: str) -> tuple[date, date]:
    """First day, and the first day after."""
    year, number = int(quarter[:4]), int(quarter[5:])
    return date(year, 3 * number - 2, 1), date(year + number // 4, 3 * number % 12 + 1, 1)


def finished_quarters() -> list[str]:
    """The last ones that are over, the latest first."""
    first, found = span(quarter_of(clock.today()))[0], []
    for _ in range(QUARTERS_SHOWN):
        found.append(quarter_of(date(first.year - (first.month == 1), (first.month - 2) % 12 + 1, 1)))
        first = span(found[-1])[0]
    return found


async def published(*, by: By, quarter: str = "") -> Published:
    """The averages of a finished quarter, the last one unless told otherwise. Raises RatingNotFound for any other."""
    quarters = finished_quarters()
    quarter = quarter or quarters[0]
    if quarter not in quarters:
        raise RatingNotFound("没有这个季度的公开数据，请从列出的季度中选择。")
    least = settings.current().feedback.publish_least
    rows = await _groups(by, quarter)
    return Published(quarter=quarter, quarters=quarters, least=least, lines=[_line(row, least) for row in rows])


async def words(*, hall_code: str, quarter: str = "", limit: int = 50) -> list[Words]:
    """What was written about a hall, where its group is shown; in no order that tells when."""
    known = await published(by="hall", quarter=quarter)
    if not any(one.key == hall_code and one.marks is not None for one in known.lines):
        return []
    start, end = span(known.quarter)
    rows = await database.fetch(
        """select r.level, w.shown, r.place from rating_words w join rating r on r.id = w.rating_id
             join hall h on h.id = r.hall_id
            where w.state = 'shown' and r.withdrawn_at is null and h.code = $1 and r.done_on >= $2 and r.done_on < $3
            order by r.level desc, md5(w.id::text) limit $4""",
        hall_code, start, end, limit,
    )  # fmt: skip
    return [Words(level=row["level"], text=row["shown"], place=row["place"], quarter=known.quarter) for row in rows]


async def _groups(by: By, quarter: str) -> list[Any]:
    (key, name), (start, end) = KEYS[by], span(quarter)
    return await database.fetch(
        f"""select {key} as key, {name} as name,
                   count(*) filter (where r.withdrawn_at is null) as marks,
                   avg(r.level) filter (where r.withdrawn_at is null) as average,
                   count(*) filter (where r.withdrawn_at is null and r.level > 2) as satisfied,
                   count(*) filter (where r.withdrawn_at is not null) as withdrawn
              from rating r left join hall h on h.id = r.hall_id
             where r.done_on >= $1 and r.done_on < $2 and {key} <> '' group by {key} order by {name}, {key}""",
        start, end,
    )  # fmt: skip


def _line(row: Any, least: int) -> Average:
    number = row["marks"]
    if number < least:
        return Average(key=row["key"], name=row["name"], marks=None, average=None, satisfied=None, withdrawn=None)
    return Average(
        key=row["key"],
        name=row["name"],
        marks=number - number % ROUNDED_TO,
        average=round(float(row["average"]), 1),
        satisfied=round(100 * row["satisfied"] / number),
        withdrawn=row["withdrawn"] - row["withdrawn"] % ROUNDED_TO,
    )
