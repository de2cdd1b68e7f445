"""Guides that need a look: out of force soon, not looked at for long, or a draft that waits."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from foundation import clock, database

SOON = timedelta(days=60)
"""How long before its last day a guide is named: enough to write, review and publish the next version."""
LOOK_AGAIN = timedelta(days=365 * 2)
"""How long a guide may stand without a new version before somebody should read it again."""
WAITING = timedelta(days=3)

LISTED = """
select i.slug, i.name, d.name as department, g.version, g.effective_date, (g.content->>'expires')::date as expires,
       g.published_at, w.id as draft_id, w.state as draft_state, w.changed_at as draft_changed_at,
       i.guide_id is not null as in_force, n.version as next_version, n.effective_date as next_date
  from service_item i
  join department d on d.id = i.department_id
  left join guide g on g.id = i.guide_id
  left join guide n on n.item_id = i.id and n.state = 'draft'
  left join guide_draft w on w.slug = i.slug and w.state in ('editing', 'submitted')
 where ($1 = '' or i.name ilike $2 or i.slug ilike $2 or i.item_code ilike $2 or i.aliases::text ilike $2)
   and ($3 = '' or d.code = $3)
 order by i.name"""

ENDING = """
select i.slug, i.name, (g.content->>'expires')::date as expires, i.guide_id is null as over
  from service_item i
  join lateral (select content from guide where item_id = i.id
                 order by array_position(array['draft', 'published'], state::text) nulls last, version desc limit 1
               ) g on true
 where (g.content->>'expires')::date <= $1 order by expires, i.slug"""


@dataclass(frozen=True, kw_only=True)
class Ending:
    """An item whose latest version has a last day, near or gone; `over`: nothing is in force any more."""

    slug: str
    name: str
    expires: date
    over: bool


@dataclass(frozen=True, kw_only=True)
class Listed:
    """An item as editors find it; without a version it is not handled now."""

    slug: str
    name: str
    department: str
    version: int | None
    effective_date: date | None
    expires: date | None
    published_at: datetime | None
    draft_id: int | None
    draft_state: str | None
    draft_changed_at: datetime | None
    in_force: bool
    next_version: int | None
    next_date: date | None

    @property
    def warning(self) -> str:
        """Why somebody should look at it, or nothing."""
        if self.draft_state == "submitted" and clock.now() - (self.draft_changed_at or clock.now()) > WAITING:
            return "等待审核超过 3 天"
        if self.expires is not None and self.expires - clock.today() <= SOON and not self.next_version:
            return f"{self.expires} 失效"
        if (
            self.effective_date is not None
            and clock.today() - self.effective_date > LOOK_AGAIN
            and not (self.draft_id or self.next_version)
        ):
            return "两年没有更新，请复核"
        return ""


async def listed(search: str = "", department: str = "") -> list[Listed]:
    """Items whose name, code or everyday name holds `search`, of one department; all without one."""
    like = "%" + search.strip().replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%"
    return [Listed(**dict(row)) for row in await database.fetch(LISTED, search.strip(), like, department)]


async def ending() -> list[Ending]:
    """What is out of force or soon will be, with no version after it."""
    return [Ending(**dict(row)) for row in await database.fetch(ENDING, clock.today() + SOON)]
