"""最近可约: where an item can be booked next, one line a business: the first day with places, and how many are left.

Numbers may be old by the time they are read: `booking.reserve` decides.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from appointments.availability import Recent, Seen
from appointments.slots import STATE
from foundation import clock, database

AHEAD = timedelta(days=60)
MOST = 50

# Of each business its first day with a place, by the index of its slots; what is kept for others is left out.
READ = f"""
select t.code as type_code, t.name as type_name, h.code as hall_code, h.name as hall_name, h.path as hall_path,
       h.longitude, h.latitude, f.*
  from appointment_type t join hall h on h.id = t.hall_id and h.active
 cross join lateral (
   select s.day, sum(s.capacity - s.booked)::int as left, min(s.starts_at) as starts_at,
          (array_agg(s.id order by s.starts_at))[1] as slot_id
     from slot s where s.type_id = coalesce(t.pool_id, t.id) and s.day between $2 and $3 and s.share = 'public'
      and s.booked < s.capacity and {STATE} = 'open'
    group by s.day order by s.day limit 1) f
 where t.active and t.item_codes ? $1 order by f.starts_at, t.id limit {MOST}
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Free:
    """`left` places for everybody on `day`, the first of them at `starts_at`."""

    type_code: str
    type_name: str
    hall_code: str
    hall_name: str
    hall_path: str
    longitude: float | None
    latitude: float | None
    day: date
    left: int
    starts_at: datetime
    slot_id: int


_seen: Recent[Free] = Recent()


async def of_item(item_code: str) -> Seen[Free]:
    """Where this item can be booked next, the soonest first. In a crowd each process asks once a second."""
    today = clock.today()
    return await _seen.get((item_code, today), lambda: _read(item_code, today))


async def _read(item_code: str, today: date) -> list[Free]:
    return [Free(**row) for row in await database.fetch(READ, item_code, today, today + AHEAD)]
