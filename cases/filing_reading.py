"""Applications as they are read for people: those of one person as lines, or one with its hall and its case."""

from datetime import datetime

from msgspec import Struct

from foundation.questions import Asking, Question


class FilingRow(Struct, frozen=True, kw_only=True):
    """What a line is made of."""

    code: str
    item_code: str
    item_name: str
    hall: str
    state: str
    case_no: str
    agent_id: int | None
    expires_at: datetime | None
    changed_at: datetime


class FilingRead(Struct, frozen=True, kw_only=True):
    """What a page is made of, but for what was brought, is owed, and is delivered."""

    citizen_id: int
    agent_id: int | None
    guide_id: int
    code: str
    item_code: str
    item_slug: str
    item_name: str
    hall_code: str
    hall: str
    state: str
    answers_sealed: str
    promised: list[str]
    missing: list[dict[str, str]]
    reason: str
    pledge_version: str
    pledged_at: datetime | None
    submitted_at: datetime | None
    returned_at: datetime | None
    expires_at: datetime | None
    case_no: str


THEIRS = Question(
    FilingRow,
    """
select f.code, f.item_code, f.item_name, h.name as hall, f.state, coalesce(c.case_no, '') as case_no, f.agent_id,
       f.expires_at, f.changed_at
  from filing f join hall h on h.id = f.hall_id left join case_file c on c.id = f.case_id
 where f.citizen_id = asked.who order by f.changed_at desc limit asked.most""",
    who="bigint",
    most="int",
)
ONE = Question(
    FilingRead,
    """
select f.citizen_id, f.agent_id, f.guide_id, f.code, f.item_code, f.item_slug, f.item_name, h.code as hall_code,
       h.name as hall, f.state, f.answers_sealed, f.promised, f.missing, f.reason, f.pledge_version, f.pledged_at,
       f.submitted_at, f.returned_at, f.expires_at, coalesce(c.case_no, '') as case_no
  from filing f join hall h on h.id = f.hall_id left join case_file c on c.id = f.case_id
 where f.code = asked.code""",
    code="text",
)


async def of(citizen_id: int, *, limit: int) -> list[FilingRow]:
    """A person's applications, the latest changed first."""
    return await THEIRS.rows(citizen_id, limit)


def by_code(code: str) -> Asking[FilingRead | None]:
    return ONE.asking(code, then=lambda found: found[0] if found else None)
