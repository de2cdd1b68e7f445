"""摇号公示: the draws of a type or a hall, and the result as it is published: numbers of entries, and no person."""

import json
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from appointments import types
from appointments.draw_errors import DrawNotDone, DrawNotFound
from appointments.draw_models import Draw
from appointments.models import AppointmentType
from appointments.redraw import method
from foundation import audit, clock, database
from foundation.audit import Deed

NAMES = {"closed": "摇号中", "drawn": "已公布", "cancelled": "已取消"}


@dataclass(frozen=True, kw_only=True)
class DrawTimes:
    """When one registers for a day; `may_register` and `not_open_yet` by the database's clock."""

    code: str
    day: date
    state: str
    opens_at: datetime
    closes_at: datetime
    release_at: datetime
    may_register: bool
    not_open_yet: bool

    @property
    def label(self) -> str:
        if self.state == "open":
            return "登记未开始" if self.not_open_yet else "登记中" if self.may_register else "等待摇号"
        return NAMES[self.state]


@dataclass(frozen=True, kw_only=True)
class DrawView(DrawTimes):
    """A draw as everybody reads it; `places` are today's while it is open, then those that were drawn."""

    seed_hash: str
    seed: str
    entries_hash: str
    reason: str
    places: int
    entries: int
    won: int
    type_id: int
    type_code: str
    type_name: str
    department_name: str
    hall_code: str
    hall_name: str


@dataclass(frozen=True)
class DrawSlot:
    """A slot that can be wished for."""

    id: int
    starts_at: datetime
    ends_at: datetime
    places: int


TIMES = """d.code, d.day, d.state, d.opens_at, d.closes_at, d.release_at,
       d.state = 'open' and clock_timestamp() >= d.opens_at and clock_timestamp() < d.closes_at as may_register,
       d.state = 'open' and clock_timestamp() < d.opens_at as not_open_yet"""
PLACES = """case d.state
         when 'open' then (select coalesce(sum(greatest(s.capacity - s.booked, 0)), 0) from slot s
                            where s.type_id = d.type_id and s.day = d.day and s.state = 'open' and s.share = 'public')
         else (select coalesce(sum((p ->> 2)::int), 0) from jsonb_array_elements(d.places) p) end::int as places"""
# Each count has an index of its own: the page of a draw is read by all who hope.
ENTRIES = """case d.state
         when 'open' then (select count(*) from draw_entry where draw_id = d.id and outcome = 'registered')
         when 'cancelled' then (select count(*) from draw_entry where draw_id = d.id and outcome <> 'withdrawn')
         else (select count(*) from draw_entry where draw_id = d.id and rank is not null) end::int as entries,
       (select count(*) from draw_entry where draw_id = d.id and outcome = 'won')::int as won"""
READ = f"""
select {TIMES}, d.seed_hash, d.seed, d.entries_hash, d.reason, {PLACES}, {ENTRIES}, t.id as type_id,
       t.code as type_code, t.name as type_name, p.name as department_name, h.code as hall_code, h.name as hall_name
  from draw d join appointment_type t on t.id = d.type_id join hall h on h.id = t.hall_id
  join department p on p.id = t.department_id
"""


async def find(*, code: str) -> DrawView:
    """Raises DrawNotFound."""
    row = await database.fetchrow(f"{READ} where d.code = $1", code)
    if row is None:
        raise DrawNotFound
    return DrawView(**row)


async def of_type(*, type_id: int) -> list[DrawTimes]:
    """The draws of the days to come, the nearest first."""
    rows = await database.fetch(
        f"select {TIMES} from draw d where d.type_id = $1 and d.day >= $2 order by d.day", type_id, clock.today()
    )
    return [DrawTimes(**row) for row in rows]


async def of_hall(*, hall_code: str, limit: int = 60) -> list[DrawView]:
    """The draws of a hall, the latest day first. Raises HallNotFound."""
    hall = await types.find_hall(code=hall_code)
    rows = await database.fetch(f"{READ} where t.hall_id = $1 order by d.day desc, t.id, d.id limit $2", hall.id, limit)
    return [DrawView(**row) for row in rows]


async def slots(*, code: str) -> list[DrawSlot]:
    """What can be wished for now, the earliest first."""
    rows = await database.fetch(
        """select s.id, s.starts_at, s.ends_at, greatest(s.capacity - s.booked, 0) as places
             from draw d join slot s on s.type_id = d.type_id and s.day = d.day
            where d.code = $1 and s.state = 'open' and s.share = 'public' order by s.starts_at, s.id""",
        code,
    )
    return [DrawSlot(**row) for row in rows]


async def published(*, code: str) -> dict[str, Any]:
    """The result for everybody, as `python -m appointments.redraw` reads it. Raises DrawNotFound, DrawNotDone."""
    draw = await database.fetchrow(
        f"""select v.*, d.places as fixed, d.id, d.closed_at, d.drawn_at from ({READ}) v join draw d on d.code = v.code
             where v.code = $1""",
        code,
    )
    if draw is None:
        raise DrawNotFound
    if draw["state"] != "drawn":
        raise DrawNotDone(detail={"state": draw["state"]})
    rows = await database.fetch(
        """select number, wishes, any_slot, rank, outcome, slot_id, passed from draw_entry
            where draw_id = $1 and rank is not null order by rank""",
        draw["id"],
    )
    return {
        "method": method.NAME,
        "draw": draw["code"],
        "business": draw["type_name"],
        "hall": draw["hall_name"],
        **{name: draw[name].isoformat() for name in ("day", "opens_at", "closes_at", "closed_at", "drawn_at")},
        **{name: draw[name] for name in ("seed_hash", "seed", "entries_hash")},
        "places": [{"slot": slot, "starts_at": at, "places": n} for slot, at, n in json.loads(draw["fixed"])],
        "entries": [_published(row) for row in rows],
    }


def _published(row: Any) -> dict[str, Any]:
    return {
        "number": row["number"],
        "wishes": json.loads(row["wishes"]),
        "any": row["any_slot"],
        "rank": row["rank"],
        "outcome": row["outcome"],
        "slot": row["slot_id"],
        "passed": json.loads(row["passed"]),
    }


async def deeds(*, hall_code: str, limit: int = 20) -> list[Deed]:
    """What was done around the draws of a hall; the latest first."""
    announced = await Draw.filter(type__hall__code=hall_code).values_list("id", flat=True)
    drawn = await AppointmentType.filter(hall__code=hall_code).values_list("id", flat=True)
    return await audit.latest(
        [*(f"draw_rule:{one}" for one in drawn), *(f"draw:{one}" for one in announced)], limit=limit
    )
