"""资格: whether a person may have a place in a slot, asked without taking one.

The questions are those of `seats.TAKE`; whoever acts on the answer holds the person's lock and asks in a statement
after the one that locked.
"""

from appointments import limits, refusals, states
from appointments.errors import SlotFull
from foundation import database
from foundation.errors import Refusal

SEEN = f"""
with wanted as (
  select s.id as slot_id, s.day, s.type_id, s.booked, s.capacity, s.release_at, s.close_at, s.state as slot_state,
         t.active, t.real_name_needed
    from slot s join appointment_type t on t.id = s.type_id where s.id = $2
), person as (
  select verified_at is not null as verified from citizen where id = $1 and state = 'active'
), held as (
  select count(a.id) as same
    from wanted w join appointment a on a.citizen_id = $1 and a.state in {states.LIVE}
     and a.day = w.day and a.type_id = w.type_id
), want as (
  select 0 as n, $1::bigint as citizen_id, slot_id, type_id, day, '' as booked_by, '' as organisation from wanted
), barred as ({limits.BARRED})
select w.*, p.verified, h.same, b.why, b.detail, clock_timestamp() as now
  from held h left join wanted w on true left join person p on true left join barred b on true
"""


async def refusal(*, citizen_id: int, slot_id: int) -> Refusal | None:
    """What `booking.reserve` would answer this person now: SlotFull when nothing but a place is missing."""
    seen = await database.fetchrow(SEEN, citizen_id, slot_id)
    try:
        refusals.explain(seen)
    except Refusal as no:
        return no
    return None


async def may_have(*, citizen_id: int, slot_id: int) -> Refusal | None:
    """What keeps this person from a place that is in hand; None when nothing does."""
    no = await refusal(citizen_id=citizen_id, slot_id=slot_id)
    return None if isinstance(no, SlotFull) else no
