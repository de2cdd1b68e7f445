"""公布的例外日: the days of whole halls that are not as the week is, for anybody: 假日办, 延时服务, 停止办理."""

from dataclasses import dataclass
from datetime import date

from foundation import database

READ = """
select h.code as hall_code, h.name as hall_name, x.day, x.kind, x.starts, x.ends, x.instead, x.reason
  from schedule_exception x join hall h on h.id = x.hall_id and h.active
 where x.day between $1 and $2 and x.type_id is null and x.kind in ('open', 'hours', 'closed')
 order by x.day, h.path, x.starts limit $3
"""
MOST = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class AnnouncedDay:
    """`kind`: open 加开办理, hours 延时服务 (from `starts` to `ends`, beside the usual hours or `instead`), closed."""

    hall_code: str
    hall_name: str
    day: date
    kind: str
    starts: str
    ends: str
    instead: bool
    reason: str


async def between(first: date, last: date) -> list[AnnouncedDay]:
    """The announced days of all halls, in their order."""
    return [AnnouncedDay(**row) for row in await database.fetch(READ, first, last, MOST)]
