"""改期: the office moves a person's booking to another time of the same business, both or neither.

It asks no limit and no deadline: it is not the person's doing. Locks as everywhere: the person, the slots by id, then
the appointment. At every commit exactly one of old and new is live.
"""

from collections.abc import Sequence

import asyncpg

from appointments import booking, fees, limits, reserving, seats
from appointments.booking import Booking
from appointments.errors import CannotReschedule, OtherBusiness, ReasonNeeded, SlotNotFound
from appointments.events import BookingRescheduled
from appointments.planning_errors import CannotMove
from foundation import audit, crypto, database, events, idempotency
from foundation.actor import Actor
from foundation.errors import Forbidden

MOVABLE = ("booked",)

# The slots that a booking from this one on takes: as many of the same share and day as the business needs.
NEEDED = """
select s.id from slot s join slot first on first.id = $1
   and (s.type_id, s.day, s.share) = (first.type_id, first.day, first.share) and s.starts_at >= first.starts_at
 where s.state <> 'withdrawn' order by s.starts_at limit $2
"""
# All that the old booking has and all that the new one takes, in the one order.
LOCK_BOTH = """
select 1 from slot where id = any($2::bigint[] || array(
  select slot_id from appointment where id = $1 union all select slot_id from further_slot where appointment_id = $1))
 order by id for update
"""
SEATS = """
update slot set booked = booked + 1
 where id = any($1) and state = 'open' and booked < capacity and clock_timestamp() < close_at returning id
"""
PLACED = """
insert into appointment (id, code, slot_id, type_id, day, citizen_id, party_id, booked_by, state, idempotency_key,
                         body_hash, created_at, changed_at)
select $1, $2, s.id, old.type_id, s.day, old.citizen_id, old.party_id, old.booked_by, 'booked', $5, $6,
       clock_timestamp(), clock_timestamp()
  from slot s, appointment old where s.id = $3 and old.id = $4
"""


@database.retry_on_deadlock
async def move(*, code: str, slot_id: int, by: Actor, reason: str) -> Booking:
    """Another time for one booking; the person is told. Raises BookingNotFound, ReasonNeeded, SlotNotFound,
    OtherBusiness, CannotReschedule for one that has begun or is over, CannotMove for a time that cannot be had.
    """
    if by.kind == "citizen":
        raise Forbidden
    if not reason.strip():
        raise ReasonNeeded
    async with database.transaction() as tx:
        old = await booking.find(code=code, for_=by)
        await limits.lock_persons(old.citizen_id)
        await tx.execute(LOCK_BOTH, old.id, await slots_from(slot_id, appointment_id=old.id))
        return await move_within(old.id, slot_id=slot_id, by=by, reason=reason)


async def move_within(appointment_id: int, *, slot_id: int, by: Actor, reason: str) -> Booking:
    """Within a transaction that holds the person and the slots. Raises as `move`."""
    old = await booking.by_id(appointment_id)
    wanted = await slots_from(slot_id, appointment_id=old.id)
    if old.slot_id == slot_id:
        raise CannotMove(detail={"code": old.code})
    if not await seats.give_back(old.id, of=MOVABLE, to="rescheduled"):
        raise CannotReschedule(detail={"state": old.state})
    new_id = await _placed(old, wanted)
    await fees.go_along(from_id=old.id, to_id=new_id)
    detail = {"to": new_id, "slot_id": slot_id}
    await audit.record("booking.moved", subject=f"appointment:{old.id}", by=by, reason=reason, detail=detail)
    await audit.record("booking.reserved", subject=f"appointment:{new_id}", by=by, detail={"slot_id": slot_id})
    told = BookingRescheduled(
        appointment_id=new_id, citizen_id=old.citizen_id, from_id=old.id, by_office=True, reason=reason
    )
    await events.tell(told)
    return await booking.by_id(new_id)


async def slots_from(slot_id: int, *, appointment_id: int) -> list[int]:
    """The slots that a booking of the same business from `slot_id` on would take, the first first.

    Raises SlotNotFound, OtherBusiness, CannotMove when the day ends too early.
    """
    tx = database.joined()
    of = await tx.fetchrow(
        """select coalesce(t.pool_id, t.id) as places_of, t.slots_needed, s.type_id from appointment a
             join appointment_type t on t.id = a.type_id left join slot s on s.id = $2 where a.id = $1""",
        appointment_id, slot_id,
    )  # fmt: skip
    if of is None or of["type_id"] is None:
        raise SlotNotFound
    if of["type_id"] != of["places_of"]:
        raise OtherBusiness
    needed = [row["id"] for row in await tx.fetch(NEEDED, slot_id, of["slots_needed"])]
    if len(needed) < of["slots_needed"]:
        raise CannotMove
    return needed


async def _placed(old: Booking, slot_ids: Sequence[int]) -> int:
    """The new appointment in these slots. Whose it is and what it is for are the old one's."""
    tx = database.joined()
    if len(await tx.fetch(SEATS, list(slot_ids))) < len(slot_ids):
        raise CannotMove(detail={"code": old.code})
    new_id = int(await tx.fetchval("select nextval('appointment_id_seq')"))
    key, body = f"moved:{old.id}", idempotency.body_hash({"slot_id": slot_ids[0]})
    try:
        await tx.execute(PLACED, new_id, crypto.random_code(reserving.CODE_LENGTH), slot_ids[0], old.id, key, body)
    except asyncpg.UniqueViolationError as clash:
        raise (
            CannotMove(detail={"code": old.code}) if clash.constraint_name == "appointment_one_live" else clash
        ) from clash
    for further in slot_ids[1:]:
        await tx.execute("insert into further_slot (appointment_id, slot_id) values ($1, $2)", new_id, further)
    return new_id
