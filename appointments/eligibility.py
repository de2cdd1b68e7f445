"""资格: whether a person may have a place in a slot, asked without taking one.

The questions are those of `seats.TAKE`, in one text; whoever acts on the answer holds the person's lock and asks in a
statement after the one that locked.
"""

from typing import Any

from appointments import limits, priority, refusals, states
from appointments.errors import SlotFull
from appointments.places import PLACE, PLACES
from foundation import database
from foundation.errors import Refusal

# Given ``want(n, citizen_id, slot_id, type_id, day, key, qualifies, staff, booked_by, organisation)``: all that speaks
# for and against each. Bookings are looked up person by person (lateral, limit): a join might read the whole table. The
# order that `same` asks for is that of the index of live bookings by person: else those of the whole day might be read.
SEEN = f"""
barred as materialized ({limits.BARRED}
), seen as materialized (
  select w.n, w.citizen_id, w.qualifies, w.staff, {PLACE},
         s.booked, s.capacity, s.release_at, s.close_at, s.state as slot_state, s.share,
         t.active and case when t.pool_id is null then t.id else t.pool_id end = s.type_id as offered,
         t.real_name_needed, t.slots_needed,
         (select p.verified_at is not null or p.guardian_id is not null
            from citizen p where p.id = w.citizen_id and p.state = 'active') as verified,
         l.same is not null as same, b.why, b.detail, e.id as earlier_id, e.body_hash as earlier_hash
    from want w left join {PLACES} on s.id = w.slot_id and t.id = w.type_id
    left join barred b on b.n = w.n
    left join lateral (select true as same
                         from (select type_id, day from appointment
                                where citizen_id = w.citizen_id and state in {states.LIVE}
                                order by type_id, day offset 0) a
                        where a.type_id = t.id and a.day = s.day limit 1) l on true
    left join lateral (select id, body_hash from appointment a where a.citizen_id = w.citizen_id
                          and a.idempotency_key = w.key limit 1) e on true
)"""

# That the person of a row `s` of ``seen`` may have a place, and that the slot gives any at the moment `now`.
MAY = """s.earlier_id is null and s.offered and s.verified is not null and (s.verified or not s.real_name_needed)
         and not s.same and s.why is null
         and case s.share when 'priority' then s.qualifies or s.staff when 'staff' then s.staff else true end"""
OPEN = "{slot}.slot_state = 'open' and {slot}.release_at <= {now} and {now} < {slot}.close_at"

ASK = f"""
with want as materialized (
  select 1 as n, $1::bigint as citizen_id, s.id as slot_id, coalesce($3, s.type_id) as type_id, s.day,
         null::text as key, $4::boolean as qualifies, $5::boolean as staff, $6::text as booked_by, '' as organisation
    from (select) one left join slot s on s.id = $2
), {SEEN}
select s.*, clock_timestamp() as now from seen s
"""


async def refusal(
    *,
    citizen_id: int,
    slot_id: int,
    type_id: int | None = None,
    staff: bool = False,
    released: bool = False,
    booked_by: str = "",
) -> Refusal | None:
    """What `booking.reserve` would answer this person now: SlotFull when nothing but a place is missing.

    `booked_by` is who books for them (an Actor), whose limits count as well. With `released`, as if the slot had been
    released already.
    """
    seen = await _ask(citizen_id, slot_id, type_id, False, staff, booked_by)
    if seen["share"] == "priority" and not staff and await priority.qualifies(citizen_id):
        seen = await _ask(citizen_id, slot_id, type_id, True, staff, booked_by)
    try:
        refusals.explain({**seen, "release_at": seen["now"]} if released else seen)
    except Refusal as no:
        return no
    return None


async def may_have(
    *, citizen_id: int, slot_id: int, type_id: int | None = None, released: bool = False, booked_by: str = ""
) -> Refusal | None:
    """What keeps this person from a place that is in hand; None when nothing does."""
    no = await refusal(citizen_id=citizen_id, slot_id=slot_id, type_id=type_id, released=released, booked_by=booked_by)
    return None if isinstance(no, SlotFull) else no


async def _ask(*question: Any) -> Any:
    seen = await database.fetchrow(ASK, *question)
    assert seen is not None
    return seen
