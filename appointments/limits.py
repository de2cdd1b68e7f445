"""How many live appointments one person may hold. The numbers are rows; without a row the default below holds.

Limits count a person's rows, so two reservations of one person must not count at the same moment: whoever counts
holds the person's lock first, and counts in a LATER statement, because a statement sees what was there when it began,
not what was there when it got the lock (see `tests/races/test_limits.py`).
"""

from collections.abc import Mapping

from appointments import states
from appointments.errors import LimitInvalid, TooManyBookings
from appointments.models import BookingLimit
from foundation import audit, database
from foundation.actor import Actor
from foundation.errors import Refusal

DEFAULTS: Mapping[str, int] = {"overall": 5, "that_day": 3}

# Given ``want(n, citizen_id, slot_id, type_id, day)``: (n, why, detail) of those that a rule refuses; `why` is a key of
# REFUSALS, `detail` what the refusal tells. A part of `eligibility.SEEN`, so that whoever asks and whoever takes agree.
BARRED = f"""
select w.n, 'TooManyBookings' as why, jsonb_build_object('limit', l.kind, 'most', l.most) as detail
  from want w,
       lateral (select count(*) as overall, count(*) filter (where a.day = w.day) as that_day from appointment a
                 where a.citizen_id = w.citizen_id and a.state in {states.LIVE}) as held,
       lateral (select d.kind, coalesce(b.most, d.most) as most
                  from (values (1, 'overall', {DEFAULTS["overall"]}), (2, 'that_day', {DEFAULTS["that_day"]}))
                         as d(place, kind, most) left join booking_limit b on b.kind = d.kind
                 where case d.kind when 'overall' then held.overall else held.that_day end >= coalesce(b.most, d.most)
                 order by d.place limit 1) as l
"""
REFUSALS: Mapping[str, type[Refusal]] = {"TooManyBookings": TooManyBookings}

# One lock per person, whatever the channel; two-step locks take them in ascending order.
LOCK_PERSON = "select pg_advisory_xact_lock(hashtextextended('citizen:' || $1::bigint, 1))"

# For who holds a slot already, and must not wait for a person who may be waiting for that slot.
TRY_PERSON = "select pg_try_advisory_xact_lock(hashtextextended('citizen:' || $1::bigint, 1))"


async def current() -> dict[str, int]:
    """kind → how many."""
    return {**DEFAULTS, **{row.kind: row.most for row in await BookingLimit.all()}}


async def change(*, kind: str, most: int, by: Actor) -> None:
    """Set a limit from now on; appointments held already stay. Raises LimitInvalid."""
    if kind not in DEFAULTS or not 1 <= most <= 100:
        raise LimitInvalid(detail={"kinds": sorted(DEFAULTS)})
    async with database.transaction():
        await BookingLimit.update_or_create({"most": most, "set_by": str(by)}, kind=kind)
        await audit.record("booking_limit.changed", subject=f"booking_limit:{kind}", by=by, detail={"most": most})


async def lock_persons(*citizen_ids: int) -> None:
    """Hold the locks of these persons until the transaction ends."""
    for citizen_id in sorted(set(citizen_ids)):
        await database.joined().execute(LOCK_PERSON, citizen_id)
