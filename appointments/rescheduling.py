"""改约: give up one place for another of the same business, both or neither.

At every commit exactly one of old and new is live. Lock order: the person, then both slots by id, then the booking.
"""

import asyncpg
from msgspec.structs import replace

from appointments import booking, fees, for_others, in_a_row, minors, reserving, seats
from appointments.booking import Booking
from appointments.errors import (
    AlreadyBookedThatDay,
    CannotReschedule,
    KeyInvalid,
    OtherBusiness,
    SlotNotFound,
    TooBusy,
    TooLateToReschedule,
)
from appointments.events import BookingRescheduled
from foundation import audit, crypto, database, idempotency, metrics
from foundation.actor import Actor
from foundation.errors import Forbidden
from identity import acting


@database.retry_on_deadlock
async def reschedule(*, code: str, slot_id: int, by: Actor, key: str) -> Booking:
    """Move a booking, one's own or one booked for somebody, to another slot until `cancel_until`; the same `key` gives
    the same booking.

    To the slot it has it changes nothing. Refused, the old booking stays. Raises BookingNotFound, CannotReschedule,
    TooLateToReschedule, OtherBusiness, KeyReused, and for the new place as `booking.reserve`.
    """
    if by.kind not in ("citizen", "staff"):
        raise Forbidden
    if not 1 <= len(key) <= reserving.KEY_LENGTH:
        raise KeyInvalid
    body_hash = idempotency.body_hash({"code": code.strip().upper(), "slot_id": slot_id})
    try:
        async with database.transaction():
            return await _moved(code, slot_id, by=by, key=key, body_hash=body_hash)
    except asyncpg.UniqueViolationError as clash:
        raise (AlreadyBookedThatDay() if clash.constraint_name == "appointment_one_live" else clash) from clash
    except asyncpg.LockNotAvailableError as waited:
        raise TooBusy(retry_after=2) from waited


async def _moved(code: str, slot_id: int, *, by: Actor, key: str, body_hash: str) -> Booking:
    whose = (await booking.find(code=code, for_=by)).citizen_id
    number = (await seats.lock_and_number([whose], booked_by=[str(by)]))[whose]
    old = await booking.find(code=code, for_=by, locked=True)
    key = for_others.key_of(by, whose, key)
    answered = await _answered(key, body_hash, whose)
    if answered:
        return answered
    if old.slot_id == slot_id and old.state == "booked":
        return old
    await _must_reach(old, slot_id, by=by)
    await _lock_both(old, slot_id)
    if not await seats.give_back(old.id, of=("booked",), to="rescheduled", until=old.cancel_until):
        await _refuse(old.id)
    want = seats.Want(
        id=number, slot_id=slot_id, citizen_id=whose, key=key, body_hash=body_hash, type_id=old.type_id,
        code=crypto.random_code(reserving.CODE_LENGTH), by=by,
        event=BookingRescheduled(appointment_id=number, citizen_id=whose, from_id=old.id),
    )  # fmt: skip
    (seen,) = await seats.take([want])
    new = await booking.taken_or_refused(seen, body_hash=body_hash)
    await fees.go_along(from_id=old.id, to_id=new.id)
    await audit.record("booking.rescheduled", subject=f"appointment:{old.id}", by=by, detail={"to": new.id})
    metrics.count("bookings_rescheduled_total")
    return await _still_booked_by(old.booked_by, new)


async def _still_booked_by(booker: str, new: Booking) -> Booking:
    """Who booked the old place for somebody goes on seeing the new one, whoever moved it."""
    if new.booked_by == booker:
        return new
    await database.joined().execute("update appointment set booked_by = $2 where id = $1", new.id, booker)
    return replace(new, booked_by=booker)


async def _must_reach(old: Booking, slot_id: int, *, by: Actor) -> None:
    """Who moves it for another must be theirs to act for on the new day as well; no child is left alone.

    Raises PersonUnknown, MinorLeftAlone.
    """
    if by.kind != "citizen":
        return
    await minors.must_not_be_left(party_id=old.party_id, by=old.citizen_id, moving=True)
    if by.number != old.citizen_id:
        day = await database.fetchval("select day from slot where id = $1", slot_id)
        await acting.hold(agent=by.number, person=old.citizen_id, day=day or old.day)


async def _answered(key: str, body_hash: str, citizen_id: int) -> Booking | None:
    """What this key was answered with before."""
    row = await database.fetchrow(
        "select id, body_hash from appointment where citizen_id = $1 and idempotency_key = $2", citizen_id, key
    )
    if row is None:
        return None
    if row["body_hash"] != body_hash:
        raise idempotency.KeyReused
    return await booking.by_id(row["id"])


async def _lock_both(old: Booking, slot_id: int) -> None:
    """The slots of the old booking and those wanted, in one order. A pool's slots are those of all its types."""
    wanted = await database.fetchrow(
        """select s.type_id = coalesce(t.pool_id, t.id) as fits from slot s, appointment_type t
            where s.id = $1 and t.id = $2""",
        slot_id,
        old.type_id,
    )
    if wanted is None:
        raise SlotNotFound
    if not wanted["fits"]:
        raise OtherBusiness
    new = await in_a_row.slots_from(slot_id, type_id=old.type_id)
    await database.execute(
        f"select 1 from slot where id = any($2 || array({seats.SLOTS_OF})) order by id for update", old.id, new
    )


async def _refuse(appointment_id: int) -> None:
    now = await booking.by_id(appointment_id)
    if now.state == "booked":
        raise TooLateToReschedule(detail={"cancel_until": now.cancel_until.isoformat()})
    raise CannotReschedule(detail={"state": now.state})
