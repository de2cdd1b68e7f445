"""今日概览: a hall's day in a few numbers, who is at work, what comes next, and what somebody should look at."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from appointments import seats, types
from appointments.agenda import NOT_CANCELLED
from appointments.states import VISITS
from appointments.waiting import AT_WORK
from catalogue.models import Hall
from foundation import clock, database

COMING = 4  # times of the day that are shown ahead


@dataclass(frozen=True, kw_only=True)
class AtWork:
    """A window that called within half an hour: the ticket it serves now, if any."""

    window: str
    number: str | None
    called_at: datetime


@dataclass(frozen=True, kw_only=True)
class Coming:
    """A time of today that is not over: who is expected, and for what."""

    starts_at: datetime
    ends_at: datetime
    expected: int
    here: int
    businesses: list[str]


@dataclass(frozen=True, kw_only=True)
class Glance:
    """The day so far. `held` counts who took a place and did not cancel; `waiting_since` is the longest wait."""

    capacity: int
    held: int
    expected: int
    waiting: int
    serving: int
    finished: int
    no_show: int
    cancelled: int
    waiting_since: datetime | None
    at_work: list[AtWork]
    coming: list[Coming]


Kind = Literal["out_of_step", "orphaned", "over", "suspended", "offered"]


@dataclass(frozen=True, kw_only=True)
class Concern:
    """Something to look at: how many, and the first day it is about."""

    kind: Kind
    count: int
    day: date


PLACES = """
select coalesce(sum(s.capacity) filter (where s.state <> 'withdrawn'), 0)::int as capacity
  from slot s join appointment_type t on t.id = s.type_id where t.hall_id = $1 and s.day = $2
"""
STATES = """
select a.state, count(*)::int as count
  from slot s join appointment_type t on t.id = s.type_id join appointment a on a.slot_id = s.id
 where t.hall_id = $1 and s.day = $2 group by a.state
"""
QUEUE = """
select count(*) filter (where state = 'waiting')::int as waiting,
       count(*) filter (where state = 'called')::int as serving,
       count(*) filter (where state = 'finished')::int as finished,
       min(drawn_at) filter (where state = 'waiting') as waiting_since
  from ticket where hall_id = $1 and day = $2
"""
WINDOWS = """
select distinct on ("window") "window", case when state = 'called' then number end as number, called_at
  from ticket
 where hall_id = $1 and day = $2 and "window" <> '' and called_at is not null
   and (state = 'called' or state <> 'waiting' and called_at > $3)
 order by "window", state = 'called' desc, called_at desc
"""
AHEAD = f"""
select s.starts_at, s.ends_at, count(a.id) filter (where a.state = 'booked')::int as expected,
       count(a.id) filter (where a.state in ('checked_in', 'serving'))::int as here,
       array_agg(distinct business.name) as businesses
  from slot s join appointment_type t on t.id = s.type_id join appointment a on a.slot_id = s.id and {NOT_CANCELLED}
  join appointment_type business on business.id = a.type_id
 where t.hall_id = $1 and s.day = $2 and s.ends_at > $3
 group by s.starts_at, s.ends_at order by s.starts_at, s.ends_at limit {COMING}
"""
SLOTS_AHEAD = "from slot s join appointment_type t on t.id = s.type_id and t.hall_id = $1 and s.day >= $2"
CONCERNS = f"""
select 'orphaned' as kind, count(*)::int as count, min(s.day) as day {SLOTS_AHEAD}
  join appointment a on a.slot_id = s.id and a.state in {VISITS} where s.state = 'withdrawn'
union all
select 'over', count(*)::int, min(s.day) {SLOTS_AHEAD} where s.state <> 'withdrawn' and s.booked > s.capacity
union all
select 'suspended', count(*)::int, min(s.day) {SLOTS_AHEAD} where s.state = 'suspended'
union all
select 'offered', count(*)::int, min(w.day) from waitlist_entry w join appointment_type t on t.id = w.type_id
 where t.hall_id = $1 and w.day >= $2 and w.state = 'offered'
"""


async def of_hall(*, hall_code: str) -> Glance:
    """Today at a hall. Raises HallNotFound."""
    hall, today, now = await types.find_hall(code=hall_code), clock.today(), clock.now()
    states = {row["state"]: row["count"] for row in await database.fetch(STATES, hall.id, today)}
    queue = await database.fetchrow(QUEUE, hall.id, today)
    assert queue is not None
    cancelled = sum(states.get(one, 0) for one in ("cancelled", "office_cancelled", "rescheduled"))
    return Glance(
        **queue, capacity=await database.fetchval(PLACES, hall.id, today),
        held=sum(states.values()) - cancelled - sum(states.get(one, 0) for one in ("declined", "lapsed")),
        expected=states.get("booked", 0), no_show=states.get("no_show", 0), cancelled=cancelled,
        at_work=[AtWork(**row) for row in await database.fetch(WINDOWS, hall.id, today, now - AT_WORK)],
        coming=[Coming(**row) for row in await database.fetch(AHEAD, hall.id, today, now)],
    )  # fmt: skip


async def concerns(*, hall_code: str) -> list[Concern]:
    """What is amiss from today on, or waits for an answer; what is in order is left out. Raises HallNotFound."""
    hall = await types.find_hall(code=hall_code)
    rows = await database.fetch(CONCERNS, hall.id, clock.today())
    return [*await _out_of_step(hall), *(Concern(**row) for row in rows if row["count"])]


async def _out_of_step(hall: Hall) -> list[Concern]:
    slots = await seats.out_of_step(hall_id=hall.id)
    if not slots:
        return []
    first = await database.fetchval("select min(day) from slot where id = any($1)", [one["slot_id"] for one in slots])
    return [Concern(kind="out_of_step", count=len(slots), day=first)]
