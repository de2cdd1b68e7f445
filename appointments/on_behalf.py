"""代约: staff at a window or on the hotline book, move and cancel for a citizen. Whether the hall is theirs to serve,
the caller has checked.

The citizen reads the same messages; who did it stands in the audit, and `booked_by` says so in every list.
"""

from dataclasses import dataclass
from datetime import date, datetime

from appointments import booking, minors, rescheduling
from appointments.booking import Booking
from appointments.errors import ReasonNeeded
from foundation import database
from foundation.actor import Actor
from foundation.errors import Forbidden


@dataclass(frozen=True)
class GivenSlot:
    """A slot that staff may book into; `share` is public, priority or staff."""

    id: int
    starts_at: datetime
    ends_at: datetime
    left: int
    share: str


async def slots_of_day(*, type_id: int, day: date) -> list[GivenSlot]:
    """The slots of a business that can be had on a day, those kept for staff and priority included."""
    rows = await database.fetch(
        """select s.id, s.starts_at, s.ends_at, greatest(s.capacity - s.booked, 0) as left, s.share
             from appointment_type t join slot s on s.type_id = coalesce(t.pool_id, t.id)
            where t.id = $1 and t.active and s.day = $2 and s.state = 'open'
              and s.release_at <= clock_timestamp() and clock_timestamp() < s.close_at
            order by s.starts_at, s.share""",
        type_id,
        day,
    )
    return [GivenSlot(**row) for row in rows]


async def reserve(*, citizen_id: int, slot_id: int, type_id: int, by: Actor, key: str) -> Booking:
    """Raises what `booking.reserve` does; Forbidden for others than staff."""
    _must_be_staff(by)
    return await booking.reserve(slot_id=slot_id, by=by, key=key, for_citizen=citizen_id, type_id=type_id)


async def reschedule(*, code: str, slot_id: int, by: Actor, key: str) -> Booking:
    """Raises what `rescheduling.reschedule` does; Forbidden for others than staff."""
    _must_be_staff(by)
    return await rescheduling.reschedule(code=code, slot_id=slot_id, by=by, key=key)


@database.retry_on_deadlock
async def cancel(*, code: str, by: Actor, reason: str, at_wish: bool) -> Booking:
    """Cancel `at_wish` of the citizen, until they could have themselves, which counts as theirs; else by the office.

    Raises ReasonNeeded, BookingNotFound, TooLateToCancel, CannotCancel, MinorLeftAlone, Forbidden.
    """
    _must_be_staff(by)
    if not reason.strip():
        raise ReasonNeeded
    if not at_wish:
        return await booking.cancel(code=code, by=by, reason=reason)
    async with database.transaction():
        held = await booking.find(code=code, for_=by)
        await minors.must_not_be_left(party_id=held.party_id, by=held.citizen_id)
        return await booking.cancelled(held, by=by, reason=reason, at_wish=True)


def _must_be_staff(by: Actor) -> None:
    if by.kind != "staff":
        raise Forbidden
