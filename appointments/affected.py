"""受影响的预约人: whose bookings would stand in a slot that is gone, or beyond a smaller capacity. Reads only."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

import asyncpg

from appointments import types
from appointments.agenda import masked
from appointments.difference import Difference
from appointments.states import LIVE
from foundation import clock, crypto, database

Why = Literal["removed", "over"]

# A long appointment stands in its further slots as well as in its first.
HOLDERS = f"""
with held as (
  select id, slot_id as stands_in from appointment where slot_id = any($1) and state in {LIVE}
  union all
  select a.id, f.slot_id from further_slot f join appointment a on a.id = f.appointment_id and a.state in {LIVE}
   where f.slot_id = any($1)
)
select held.stands_in, stood.state as slot_state, stood.over, a.id, a.code, a.state, a.citizen_id, a.type_id,
       t.name as type_name, t.slots_needed, s.id as slot_id, s.type_id as places_of, s.share, s.day, s.starts_at,
       c.real_name_sealed
  from held join slot stood on stood.id = held.stands_in join appointment a on a.id = held.id
  join slot s on s.id = a.slot_id join appointment_type t on t.id = a.type_id join citizen c on c.id = a.citizen_id
 order by held.stands_in, a.id
"""


@dataclass(frozen=True, kw_only=True)
class Person:
    """One live booking that would not stay as it is. `name` is masked; `places_of` is the type whose slots they are."""

    id: int
    code: str
    state: str
    citizen_id: int
    name: str
    type_id: int
    type_name: str
    slots_needed: int
    slot_id: int
    places_of: int
    share: str
    day: date
    starts_at: datetime
    why: Why


async def by(found: Sequence[Difference]) -> list[Person]:
    """Everybody in slots that go, and in slots that shrink the last who came, as many as are too many."""
    after = {one.before.id: one.after.capacity if one.after else 0 for one in found if _shrinks(one)}  # type: ignore[union-attr]
    gone = {one.before.id for one in found if one.before and not one.after}
    persons: dict[int, Person] = {}
    for slot_id, rows in (await _holders(after)).items():
        for row in rows[after[slot_id] :]:
            persons.setdefault(row["id"], _person(row, why="removed" if slot_id in gone else "over"))
    return _in_order(persons)


# Slots to come in which somebody stands who was to be kept: out of the plan, or beyond the capacity.
STRAYED = """
select s.id from slot s join appointment_type t on t.id = s.type_id
 where t.hall_id = $1 and s.day >= $2 and s.booked > 0 and (s.state = 'withdrawn' or s.over > 0)
"""


async def left_over(*, hall_code: str) -> list[Person]:
    """待安置: who holds a place from today on in a slot that is out of the plan or beyond its capacity. They stay on
    this list until they are moved, cancelled or have come. Raises HallNotFound.
    """
    hall = await types.find_hall(code=hall_code)
    slots = [row["id"] for row in await database.fetch(STRAYED, hall.id, clock.today())]
    persons: dict[int, Person] = {}
    for rows in (await _holders(slots)).values():
        withdrawn, over = rows[0]["slot_state"] == "withdrawn", rows[0]["over"]
        for row in rows if withdrawn else rows[len(rows) - min(over, len(rows)) :]:
            persons.setdefault(row["id"], _person(row, why="removed" if withdrawn else "over"))
    return _in_order(persons)


async def _holders(slot_ids: Collection[int]) -> dict[int, list[asyncpg.Record]]:
    """Slot → who stands in it, who came first first."""
    holders: dict[int, list[asyncpg.Record]] = defaultdict(list)
    for row in await database.fetch(HOLDERS, sorted(slot_ids)):
        holders[row["stands_in"]].append(row)
    return holders


def _in_order(persons: Mapping[int, Person]) -> list[Person]:
    return sorted(persons.values(), key=lambda one: (one.starts_at, one.id))


def _shrinks(one: Difference) -> bool:
    return one.before is not None and (one.after is None or one.after.capacity < one.before.booked)


def _person(row: asyncpg.Record, *, why: Why) -> Person:
    sealed = row["real_name_sealed"]
    name = masked(crypto.open_sealed(sealed)) if sealed else "未实名"
    given = {field: row[field] for field in Person.__dataclass_fields__ if field not in ("name", "why")}
    return Person(**given, name=name, why=why)
