"""办件列表: cases as staff look for them, the newest first, within the halls whose staff they are."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from cases import views
from cases.models import Case
from foundation import clock, database

PAGE = 50
MOST = 1000
LAST = 2**62
OPEN_LIGHTS = {
    "red": "closed_at is null and {due} < {today} and ({still}) is not true",
    "yellow": "closed_at is null and {due} >= {today} and warn_from <= {today} and ({still}) is not true",
    "green": "closed_at is null and {due} >= {today} and warn_from > {today} and ({still}) is not true",
    "grey": "closed_at is null and ({due} is null or ({still}))",
}
DUE = "coalesce(promised_due, legal_due)"  # both are known or neither is, where a period was promised
STILL = "paused and (pause_until is null or pause_until >= {today})"
RUNNING = f"closed_at is null and ({STILL.format(today='{0}::date')}) is not true"
# From name to name by the index: a table of millions has a few dozen departments.
DEPARTMENTS = """
with recursive names as (
  select min(department_name) as name from case_file
  union all
  select (select min(department_name) from case_file where department_name > names.name) from names
   where name is not null
)
select name from names where name is not null"""

SOURCES = """
with recursive sources as (
  select min(source) as source from case_event
  union all
  select (select min(source) from case_event where source > sources.source) from sources where source is not null
)
select source from sources where source is not null"""


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """What is looked for: what is empty matches all. Days are those of the registration; `due_from` and `due_until` are
    for deadlines of open cases whose clock runs.
    """

    number: str = ""
    item: str = ""
    department: str = ""
    stage: str = ""
    light: str = ""
    start: date | None = None
    end: date | None = None
    due_from: date | None = None
    due_until: date | None = None
    contradictory: bool = False


@dataclass(frozen=True, kw_only=True)
class Row:
    """A case in a list; the applicant is masked."""

    id: int
    case_no: str
    item_name: str
    department_name: str
    applicant: str
    stage: str
    light: str
    due: date | None
    contradictions: int
    created_at: datetime


async def listed(
    wanted: Wanted, *, within: Sequence[str], before: int = 0, limit: int = PAGE
) -> list[Row]:  # fmt: skip
    """A page of cases, older than the one with the id `before`; `within` are hall paths, ``""`` the whole city."""
    conditions = _made(wanted, before)
    where = " and ".join(text.format(f"${n}") for n, (text, _) in enumerate(conditions, start=1))
    values = [value for _, value in conditions]
    if "" not in within:
        where = f"{where} and {hall_ranges(within, values)}"
    statement = f"select id from case_file where {where} order by id desc limit ${len(values) + 1}"
    ids = [row["id"] for row in await database.fetch(statement, *values, limit)]
    return [_row(one) for one in await Case.filter(id__in=ids).order_by("-id")]


def hall_ranges(within: Sequence[str], values: list[Any]) -> str:
    """Those whose path begins so, as ranges of an index; their bounds are added to `values`."""
    ranges = []
    for path in within:
        values += [path, path[:-1] + chr(ord(path[-1]) + 1)]
        ranges.append(f"(hall_path ~>=~ ${len(values) - 1} and hall_path ~<~ ${len(values)})")
    return f"({' or '.join(ranges) or 'false'})"


def _made(wanted: Wanted, before: int) -> list[tuple[str, Any]]:
    """Only what is asked for becomes a part of the statement, so that an index can serve it."""
    asked: list[tuple[str, Any]] = [
        ("case_no = {}", wanted.number.strip()),
        ("item_code = {}", wanted.item.strip()),
        ("department_name = {}", wanted.department),
        ("stage = {}", wanted.stage),
        ("created_at >= {}", _midnight(wanted.start) if wanted.start else None),
        ("created_at < {}", _midnight(wanted.end + timedelta(days=1)) if wanted.end else None),
        ("contradictions > 0 and {}::bool", wanted.contradictory),
    ]
    if wanted.light:
        asked.append((_light(wanted.light), clock.today()))
    if wanted.due_from or wanted.due_until:
        asked += [(f"{DUE} >= {{}}", wanted.due_from), (f"{DUE} <= {{}}", wanted.due_until), (RUNNING, clock.today())]
    return [("id < {}", before or LAST), *((text, value) for text, value in asked if value)]


def _light(colour: str) -> str:
    """A condition on today's day."""
    still = STILL.format(today="{0}::date")
    return OPEN_LIGHTS[colour].format(due=DUE, today="{0}::date", still=still)


def _midnight(day: date) -> datetime:
    return datetime.combine(day, datetime.min.time(), clock.SHANGHAI)


def _row(case: Case) -> Row:
    return Row(
        id=case.id,
        case_no=case.case_no,
        item_name=case.item_name,
        department_name=case.department_name,
        applicant=views.applicant(case),
        stage=case.stage,
        light=views.light(case, clock.today()),
        due=case.promised_due if case.promised_days is not None else case.legal_due,
        contradictions=case.contradictions,
        created_at=case.created_at,
    )


async def departments() -> list[str]:
    return [row["name"] for row in await database.fetch(DEPARTMENTS)]


async def sources() -> list[str]:
    """Whose cases there are."""
    return [row["source"] for row in await database.fetch(SOURCES)]


async def counts(*, within: Sequence[str]) -> dict[str, int]:
    """Open cases by light, for the head of the list; counted to `MOST`."""
    given: list[Any] = [clock.today()]
    halls = "" if "" in within else f"and {hall_ranges(within, given)}"
    still = STILL.format(today="$1::date")
    parts = [
        f"(select count(*) from (select from case_file where {text.format(due=DUE, today='$1::date', still=still)}"
        f" {halls} limit {MOST}) as counted) as {colour}"
        for colour, text in OPEN_LIGHTS.items()
    ]
    row = await database.fetchrow(f"select {', '.join(parts)}", *given)
    assert row is not None
    return dict(row)
