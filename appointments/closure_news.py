"""停办 that is coming or going on, as everybody may read it."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from foundation import clock, database

AHEAD = timedelta(days=14)
COMING = """
select h.code as hall_code, coalesce(nullif(h.short_name, ''), h.name) as hall_name, t.name as type_name, c.reason,
       c.note, c.starts_at, c.ends_at, c.made_at
  from closure c left join hall h on h.id = c.hall_id left join appointment_type t on t.id = c.type_id
 where c.kind <> 'plan' and c.state <> 'withdrawn' and c.ends_at > $1 and c.starts_at < $2
 order by c.starts_at, c.id limit $3"""


@dataclass(frozen=True, kw_only=True)
class ComingClosure:
    """Without a hall the whole city is closed, without a type the whole hall."""

    hall_code: str | None
    hall_name: str | None
    type_name: str | None
    reason: str
    note: str
    starts_at: datetime
    ends_at: datetime
    made_at: datetime


async def coming(*, limit: int) -> list[ComingClosure]:
    """The next ones first, of the coming two weeks."""
    now = clock.now()
    return [ComingClosure(**row) for row in await database.fetch(COMING, now, now + AHEAD, limit)]
