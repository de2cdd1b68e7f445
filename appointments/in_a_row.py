"""连续号段: a long business takes its slot and those that follow it without a gap, all or none.

They belong to the same type and share of the same day; up to half an hour between them is a pause of the schedule and
no gap. Their rows are locked in the order of their ids, before the first is taken.
"""

from collections.abc import Sequence
from typing import Any

from appointments.errors import SlotFull
from appointments.share_errors import NotEnoughInARow
from foundation import database

FOLLOWING = """
select array_agg(id order by starts_at)
  from (select f.id, f.starts_at, row_number() over w as n, f.starts_at - lag(f.ends_at) over w as gap
          from slot s join slot f on f.type_id = s.type_id and f.day = s.day and f.share = s.share
                                 and f.starts_at >= s.starts_at and (f.state <> 'withdrawn' or f.id = s.id)
         where s.id = $1 window w as (order by f.starts_at)) as line
 where n <= $2 having count(*) = $2 and coalesce(bool_and(gap between interval '0' and interval '30 minutes'), true)
"""
NEEDED = """
select coalesce(t.slots_needed, 1) from slot s left join appointment_type t on t.id = coalesce($2, s.type_id)
 where s.id = $1
"""
TAKE_FURTHER = """
with taken as (
  update slot set booked = booked + 1
   where id = any($2) and booked < capacity and state = 'open'
     and release_at <= clock_timestamp() and clock_timestamp() < close_at returning id)
insert into further_slot (appointment_id, slot_id) select $1, id from taken returning slot_id
"""


async def slots_from(slot_id: int, *, type_id: int | None = None) -> list[int]:
    """The slots that a business takes from this one on. Raises NotEnoughInARow."""
    needed = await database.fetchval(NEEDED, slot_id, type_id)
    if needed is None or needed == 1:
        return [slot_id]
    found: list[int] | None = await database.fetchval(FOLLOWING, slot_id, needed)
    if found is None:
        raise NotEnoughInARow(detail={"slots": needed})
    return found


async def locked(wants: Sequence[Any]) -> dict[int, list[int]]:
    """Appointment to be → its slots, all of them locked. Raises NotEnoughInARow."""
    runs = {want.id: await slots_from(want.slot_id, type_id=want.type_id) for want in wants}
    wanted = sorted({slot_id for run in runs.values() for slot_id in run})
    await database.joined().execute("select 1 from slot where id = any($1) order by id for update", wanted)
    return runs


async def take_further(appointment_id: int, slots: Sequence[int]) -> None:
    """Take the slots after the first, which is taken. Raises SlotFull, after which nothing may be kept."""
    taken = await database.joined().fetch(TAKE_FURTHER, appointment_id, list(slots[1:]))
    if len(taken) < len(slots) - 1:
        missing = next(one for one in slots[1:] if one not in {row["slot_id"] for row in taken})
        raise SlotFull(detail={"slot_id": missing})
