"""What can be rated: finished visits, closed cases, walk-ins of today; and for which place each is counted."""

from collections.abc import Collection
from datetime import date, datetime
from typing import Any, Literal

from msgspec import Struct

from feedback.errors import NotFinishedYet, NothingToRate
from foundation import clock, database
from foundation.questions import Asking, Question

SubjectKind = Literal["visit", "case", "ticket"]
DONE = {"visit": ("finished",), "case": ("closed", "delivered"), "ticket": ("finished",)}


class Awaited(Struct, frozen=True):
    """A service that waits to be rated, in a line."""

    kind: SubjectKind
    number: str
    title: str
    place: str


class Rateable(Struct, frozen=True, kw_only=True):
    """A service of somebody: what it is and for what it is counted. `number`: booking code, case_no or ticket."""

    kind: SubjectKind
    id: int
    number: str
    title: str
    place: str
    state: str
    hall_id: int | None
    department: str
    item_code: str
    item_name: str
    done_at: datetime | None
    done_on: date
    citizen_id: int | None


class Own(Rateable, frozen=True, kw_only=True):
    """A service of whoever asks; `rated` already, or not."""

    rated: bool


VISITS = """
select 'visit' as kind, a.id, a.code as number, t.name as title, h.name as place, a.state, h.id as hall_id,
       d.name as department,
       case when jsonb_array_length(t.item_codes) = 1 then t.item_codes->>0 else '' end as item_code,
       t.name as item_name, a.changed_at as done_at, a.day as done_on, a.citizen_id
  from appointment a join appointment_type t on t.id = a.type_id join hall h on h.id = t.hall_id
  join department d on d.id = t.department_id"""
CASES = """
select 'case' as kind, c.id, c.case_no as number, c.item_name as title, c.department_name as place, c.stage as state,
       null::bigint as hall_id, c.department_name as department, c.item_code, c.item_name, c.closed_at as done_at,
       (coalesce(c.closed_at, c.changed_at) at time zone 'Asia/Shanghai')::date as done_on, c.citizen_id
  from case_file c"""
# A walk-in is known by the number of the document it was drawn with, until night.
TICKETS = """
select 'ticket' as kind, q.id, h.code || '-' || to_char(q.day, 'YYYYMMDD') || '-' || q.number as number,
       d.name as title, h.name as place, q.state, h.id as hall_id, d.name as department, '' as item_code,
       '' as item_name, q.finished_at as done_at, q.day as done_on, c.id as citizen_id
  from ticket q join hall h on h.id = q.hall_id join department d on d.id = q.department_id
  left join citizen c on c.id_fingerprint = q.person_fingerprint and c.state = 'active'
 where q.appointment_id is null and q.person_fingerprint <> ''"""

RATED = "exists (select from rating r where r.subject_kind = done.kind and r.subject_id = done.id)"
# `offset 0`: first what is theirs, then how long ago. Else the planner looks as well for all that ended since.
WAITING = Question(
    Awaited,
    f"""
select done.kind, done.number, done.title, done.place from (
    select 'visit' as kind, a.id, a.code as number, t.name as title, h.name as place, a.changed_at as done_at
      from appointment a join appointment_type t on t.id = a.type_id join hall h on h.id = t.hall_id
     where a.citizen_id = asked.who and a.state = 'finished'
    union all
    select 'case', c.id, c.case_no, c.item_name, c.department_name, c.closed_at
      from case_file c where c.citizen_id = asked.who and c.stage in ('closed', 'delivered')
    offset 0) done
 where not {RATED} and done_at > asked.since order by done_at desc limit asked.most""",
    who="bigint",
    since="timestamptz",
    most="int",
)
HERE = f"""
select done.* from (
    {VISITS} join citizen p on p.id = a.citizen_id
     where a.state = 'finished' and a.day = $2 and h.code = $1
       and (a.citizen_id = $3 or p.id_fingerprint = any($4) or a.code = $5)
    union all {TICKETS} and q.state = 'finished' and q.day = $2 and h.code = $1
       and (q.person_fingerprint = any($4) or c.id = $3)) done
  left join ticket at on at.appointment_id = done.id and done.kind = 'visit' or at.id = done.id and done.kind = 'ticket'
 where not {RATED} order by at.window is distinct from nullif($6, ''), done_at desc limit 5"""


def _own(services: str) -> Question[Own]:
    sql = f"select done.*, {RATED} as rated from ({services}) done"
    return Question(Own, sql, number="text", who="bigint")


OWN: dict[SubjectKind, Question[Own]] = {
    "visit": _own(f"{VISITS} where a.code = asked.number and a.citizen_id = asked.who"),
    "case": _own(f"{CASES} where c.case_no = asked.number and c.citizen_id = asked.who"),
    "ticket": _own(f"select * from ({TICKETS}) own where own.number = asked.number and own.citizen_id = asked.who"),
}

# Ratings with what was rated, and the number that who gave one knows it by.
GIVEN = """rating r
  left join appointment a on r.subject_kind = 'visit' and a.id = r.subject_id
  left join case_file c on r.subject_kind = 'case' and c.id = r.subject_id
  left join ticket q on r.subject_kind = 'ticket' and q.id = r.subject_id left join hall h on h.id = q.hall_id"""
NUMBER = "coalesce(a.code, c.case_no, h.code || '-' || to_char(q.day, 'YYYYMMDD') || '-' || q.number)"


def waiting_for(citizen_id: int, *, since: datetime, limit: int) -> Asking[list[Awaited]]:
    """Finished visits and closed cases of the citizen that have no rating yet, the latest first."""
    return WAITING.asking(citizen_id, since, limit, then=list)


async def finished_here(
    *, hall_code: str, window: str = "", citizen_id: int | None = None, prints: Collection[str] = (), code: str = ""
) -> list[Rateable]:
    """What was finished today in a hall and is not rated: of a citizen, a document's fingerprints or a booking code.

    What was done at `window` comes first.
    """
    rows = await database.fetch(HERE, hall_code, clock.today(), citizen_id, list(prints), code, window)
    return [_rateable(row) for row in rows]


async def finished(kind: SubjectKind, number: str, citizen_id: int) -> Own:
    """The citizen's own. Raises NothingToRate, also for another's; NotFinishedYet."""
    found = await OWN[kind].row(number, citizen_id)
    if found is None:
        raise NothingToRate
    if found.state not in DONE[kind]:
        raise NotFinishedYet
    return found


async def rated(kind: SubjectKind, number: str, citizen_id: int) -> int | None:
    """The id of what the citizen rated under `number`."""
    return await database.fetchval(  # type: ignore[no-any-return]
        f"select r.subject_id from {GIVEN} where r.citizen_id = $3 and r.subject_kind = $1 and {NUMBER} = $2",
        kind, number, citizen_id,
    )  # fmt: skip


def _rateable(row: Any) -> Rateable:
    return Rateable(**{name: row[name] for name in Rateable.__struct_fields__})
