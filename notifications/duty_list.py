"""待办提醒 as one member of staff has them: their own, those of their halls that nobody owns, those they oversee."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from foundation import clock, database
from identity.access import Role, StaffMember
from notifications.duties import KINDS

SHOWN = 50  # of a kind; the page of the kind has them all

THEIRS = """
  from staff_reminder r
  left join staff_reminder_read s on s.reminder_id = r.id and s.staff_id = $1
 where r.ended_at is null
   and (r.owner_id = $1
        or (r.owner_id is null and exists (
                select from unnest($2::text[], $3::text[]) g (kind, path)
                 where g.kind = r.kind and starts_with(r.hall_path, g.path)))
        or (r.escalated_at is not null and exists (
                select from unnest($4::text[], $5::text[]) g (kind, path)
                 where g.kind = r.kind and starts_with(r.hall_path, g.path))))"""
COUNTS = f"""
select r.kind, count(*) as number, count(*) filter (where r.late) as late, count(*) filter (where s.id is null) as fresh
{THEIRS} group by r.kind"""
LISTED = f"""
select * from (
    select r.id, r.kind, r.subject, r.name, r.owner_id, r.due_on, r.late, r.escalated_at is not null as escalated,
           s.id is null as fresh, row_number() over (partition by r.kind order by r.due_on, r.id) as place
    {THEIRS}) as ranked where place <= $6 order by kind, place"""
READ = f"""
insert into staff_reminder_read (reminder_id, staff_id, read_at)
select r.id, $1, $6 {THEIRS} and s.id is null and ($7 = '' or r.kind = $7)
on conflict (reminder_id, staff_id) do nothing"""


@dataclass(frozen=True, kw_only=True)
class Count:
    """How many of one kind are theirs; `fresh` are those they have not read."""

    kind: str
    name: str
    number: int
    late: int
    fresh: int


@dataclass(frozen=True, kw_only=True)
class Line:
    """One of them. `escalated`: whoever oversees is told of it as well."""

    id: int
    kind: str
    subject: str
    name: str
    owner_id: int | None
    due_on: date
    late: bool
    escalated: bool
    fresh: bool


async def counts(who: StaffMember) -> list[Count]:
    """By kind, in one order; kinds of which there are none are left out."""
    rows = {row["kind"]: row for row in await database.fetch(COUNTS, *_theirs(who))}
    return [Count(name=kind.name, **rows[key]) for key, kind in KINDS.items() if key in rows]


async def listed(who: StaffMember) -> dict[str, list[Line]]:
    """Kind → the most urgent of them, `SHOWN` at most."""
    found: dict[str, list[Line]] = {}
    for row in await database.fetch(LISTED, *_theirs(who), SHOWN):
        one = Line(**{name: row[name] for name in Line.__dataclass_fields__})
        found.setdefault(one.kind, []).append(one)
    return found


async def mark_read(who: StaffMember, *, kind: str = "") -> None:
    """They have seen theirs, of one kind or all."""
    await database.execute(READ, *_theirs(who), clock.now(), kind)


def _theirs(who: StaffMember) -> list[Any]:
    answers = _grants(who, {key: kind.answers for key, kind in KINDS.items()})
    oversees = _grants(who, {key: kind.oversees for key, kind in KINDS.items()})
    return [who.id, *answers, *oversees]


def _grants(who: StaffMember, roles: dict[str, Sequence[Role]]) -> tuple[list[str], list[str]]:
    """Kinds and hall paths, side by side."""
    pairs = sorted({(kind, path) for kind, some in roles.items() for role in some for path in who.hall_paths(role)})
    return [kind for kind, _ in pairs], [path for _, path in pairs]
