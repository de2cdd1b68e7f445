"""统计: how full, how punctual, how long, by hall, business, hour, weekday or day; computed from the rows each time.

A place belongs to its slot's business (those of a 综合窗口 to the pool), a booking to its own business and its slot's
hour, a number drawn in the hall to the hour it was drawn. Offers that nobody took and bookings moved to another slot
(改约) are no bookings. Days and hours are those of Asia/Shanghai.
"""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from appointments.agenda import NOT_CANCELLED
from appointments.states import OFFERS
from appointments.statistics_errors import StatisticsRangeInvalid
from appointments.timetable import WEEKDAYS
from foundation import database

By = Literal["day", "weekday", "hour", "type", "hall"]
MOST_DAYS = 366
NO_BOOKINGS = (*OFFERS, "rescheduled")

HOUR = "extract(hour from {} at time zone 'Asia/Shanghai')::int"
KEYS: dict[By, tuple[str, str, str]] = {  # of a slot `s`, of a booking `a` in it, of a ticket `k`
    "day": ("s.day", "a.day", "k.day"),
    "weekday": (
        "extract(isodow from s.day)::int",
        "extract(isodow from a.day)::int",
        "extract(isodow from k.day)::int",
    ),
    "hour": (HOUR.format("s.starts_at"), HOUR.format("s.starts_at"), HOUR.format("k.drawn_at")),
    "type": ("s.type_id", "a.type_id", "a.type_id"),
    "hall": ("t.hall_id", "t.hall_id", "k.hall_id"),
}
HALLS = """
select id from hall where exists (select from unnest($1::text[]) as prefix where starts_with(path, prefix))
"""
NAMED_HALLS = "select id, path, name from hall where id = any($1)"
BUSINESSES = """
select h.path, t.id, t.name, h.name as hall from appointment_type t join hall h on h.id = t.hall_id where t.id = any($1)
"""
# $1 the halls, $2 and $3 the first and the last day, $4 the one business or null. Each gives a row per key, and one
# over all of them, for medians do not add up.
PLACES = f"""
with ours as (
  select id from appointment_type
   where hall_id = any($1) or pool_id in (select id from appointment_type where hall_id = any($1))
), held as (
  select a.id, a.slot_id from appointment a join ours on ours.id = a.type_id
   where a.day between $2 and $3 and {NOT_CANCELLED}
), taken as (
  select slot_id, count(*) as places
    from (select slot_id from held
          union all select f.slot_id from held join further_slot f on f.appointment_id = held.id)
   group by slot_id
), counted as (
  select {{key}} as key, s.capacity, coalesce(taken.places, 0) as taken
    from slot s join appointment_type t on t.id = s.type_id left join taken on taken.slot_id = s.id
   where t.hall_id = any($1) and s.day between $2 and $3 and s.state <> 'withdrawn'
     and ($4::bigint is null or s.type_id = $4)
)
select grouping(key) as overall, key, coalesce(sum(capacity), 0)::int as places, coalesce(sum(taken), 0)::int as taken
  from counted group by grouping sets ((key), ())
"""
BOOKINGS = f"""
with counted as (
  select {{key}} as key, a.state, extract(epoch from s.starts_at - a.created_at)::float8 / 3600 as lead
    from appointment a join slot s on s.id = a.slot_id join appointment_type t on t.id = a.type_id
   where t.hall_id = any($1) and a.day between $2 and $3 and a.state not in {NO_BOOKINGS}
     and ($4::bigint is null or a.type_id = $4)
)
select grouping(key) as overall, key, count(*)::int as booked,
       count(*) filter (where state = 'finished')::int as finished,
       count(*) filter (where state = 'no_show')::int as no_show,
       count(*) filter (where state = 'unserved')::int as unserved,
       count(*) filter (where state = 'cancelled')::int as cancelled,
       count(*) filter (where state = 'office_cancelled')::int as office_cancelled,
       percentile_cont(0.5) within group (order by lead) as lead_hours
  from counted group by grouping sets ((key), ())
"""
TICKETS = """
with counted as (
  select {key} as key, k.appointment_id is null as walk_in,
         extract(epoch from k.first_called_at - k.drawn_at)::float8 / 60 as wait,
         case when k.state = 'finished' then extract(epoch from k.finished_at - k.called_at)::float8 / 60 end as service
    from ticket k left join appointment a on a.id = k.appointment_id
   where k.hall_id = any($1) and k.day between $2 and $3 and ($4::bigint is null or a.type_id = $4)
)
select grouping(key) as overall, key, count(*)::int as tickets, count(*) filter (where walk_in)::int as walk_ins,
       percentile_cont(0.5) within group (order by wait) as wait_minutes,
       percentile_cont(0.9) within group (order by wait) as long_wait_minutes,
       percentile_cont(0.5) within group (order by service) as service_minutes
  from counted group by grouping sets ((key), ())
"""


@dataclass(frozen=True, kw_only=True)
class Line:
    """What belongs to one hall, business, hour, weekday or day, or to all of them; `name` is what people read.

    Middle values are medians; nine of ten wait no longer than `long_wait_minutes`. None where nothing was measured.
    """

    key: int | date | None
    name: str
    places: int = 0
    taken: int = 0
    booked: int = 0
    finished: int = 0
    no_show: int = 0
    unserved: int = 0
    cancelled: int = 0
    office_cancelled: int = 0
    lead_hours: float | None = None
    tickets: int = 0
    walk_ins: int = 0
    wait_minutes: float | None = None
    long_wait_minutes: float | None = None
    service_minutes: float | None = None

    @property
    def occupancy(self) -> float | None:
        """占用率: places taken of all places."""
        return _share(self.taken, self.places)

    @property
    def no_show_rate(self) -> float | None:
        """爽约率: of those whose day came and who had not cancelled, who stayed away."""
        return _share(self.no_show, self.finished + self.unserved + self.no_show)

    @property
    def cancel_rate(self) -> float | None:
        """取消率: of all bookings, those their owner cancelled."""
        return _share(self.cancelled, self.booked)


@dataclass(frozen=True)
class Statistics:
    lines: list[Line]
    total: Line


async def over(*, within: Collection[str], start: date, end: date, by: By, type_id: int | None = None) -> Statistics:
    """All of it from `start` to `end`, both counted, for the halls under the paths `within`; of one business if named.

    Raises StatisticsRangeInvalid.
    """
    if not 0 <= (end - start).days < MOST_DAYS:
        raise StatisticsRangeInvalid
    halls = [row["id"] for row in await database.fetch(HALLS, list(within))]
    merged: dict[tuple[bool, Any], dict[str, Any]] = {}
    for table, key in zip((PLACES, BOOKINGS, TICKETS), KEYS[by], strict=True):
        for row in await database.fetch(table.format(key=key), halls, start, end, type_id):
            overall, name, *_ = row
            merged.setdefault((bool(overall), name), {}).update(row)
    total = merged.pop((True, None))
    keys = [key for _, key in merged]
    named = await _names(by, keys)
    ordered = sorted(merged.values(), key=lambda row: (row["key"] is None, named[row["key"]][0]))
    return Statistics([_line(row, named[row["key"]][1]) for row in ordered], _line(total, "合计"))


def _line(row: dict[str, Any], name: str) -> Line:
    return Line(**{field: value for field, value in row.items() if field != "overall"}, name=name)


async def _names(by: By, keys: Sequence[Any]) -> dict[Any, tuple[Any, str]]:
    """Key → what the lines are ordered by, and what people read."""
    if by == "type":
        rows = await database.fetch(BUSINESSES, [key for key in keys if key])
        several = len({row["hall"] for row in rows}) > 1
        named = {
            row["id"]: (tuple(row)[:2], f"{row['name']}（{row['hall']}）" if several else row["name"]) for row in rows
        }
        return {**named, None: ((), "现场取号")}
    if by == "hall":
        return {row["id"]: (row["path"], row["name"]) for row in await database.fetch(NAMED_HALLS, list(keys))}
    return {key: (key, TEXTS[by](key)) for key in keys}


TEXTS: dict[By, Callable[[Any], str]] = {
    "day": lambda day: f"{day} 周{WEEKDAYS[day.weekday()]}",
    "weekday": lambda weekday: f"周{WEEKDAYS[weekday - 1]}",
    "hour": lambda hour: f"{hour:02d}:00–{hour + 1:02d}:00",
}


def _share(part: int, whole: int) -> float | None:
    return part / whole if whole else None
