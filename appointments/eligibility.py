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
  select count(a.id) as overall, count(a.id) filter (where a.day = w.day) as that_day,
         count(a.id) filter (where a.day = w.day and a.type_id = w.type_id) as same
    from wanted w left join appointment a on a.citizen_id = $1 and a.state in {states.LIVE}
)
select w.*, p.verified, h.overall, h.that_day, h.same, clock_timestamp() as now,
       coalesce((select most from booking_limit where kind = 'overall'), $3::int) as most_overall,
       coalesce((select most from booking_limit where kind = 'that_day'), $4::int) as most_that_day
  from (select) one left join wanted w on true left join person p on true left join held h on true
"""


async def refusal(*, citizen_id: int, slot_id: int, released: bool = False) -> Refusal | None:
    """What `booking.reserve` would answer this person now: SlotFull when nothing but a place is missing.

    With `released`, as if the slot had been released already.
    """
    most = limits.DEFAULTS
    seen = await database.fetchrow(SEEN, citizen_id, slot_id, most["overall"], most["that_day"])
    assert seen is not None
    try:
        refusals.explain({**seen, "release_at": seen["now"]} if released else seen)
    except Refusal as no:
        return no
    return None


async def may_have(*, citizen_id: int, slot_id: int, released: bool = False) -> Refusal | None:
    """What keeps this person from a place that is in hand; None when nothing does."""
    no = await refusal(citizen_id=citizen_id, slot_id=slot_id, released=released)
    return None if isinstance(no, SlotFull) else no
