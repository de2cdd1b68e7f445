"""预约: reserve, cancel, and the only ways to come by a booking."""

from datetime import date, datetime
from typing import Any

from msgspec import Struct

from appointments import gathering, minors, refusals, seats, standing_in
from appointments.errors import BookingNotFound, CannotCancel, ReasonNeeded, SlotFull, TooLateToCancel
from appointments.events import BookingCancelled
from appointments.places import PLACE, PLACES
from appointments.reserving import Wish
from appointments.states import LIVE, OFFERS, VISITS
from foundation import audit, clock, crypto, database, events, idempotency, metrics
from foundation.actor import Actor
from foundation.errors import Forbidden
from foundation.questions import Asking, Question


class Booking(Struct, frozen=True):
    """An appointment with its place and time, as its holder and the staff read it. `hall_path` scopes staff."""

    id: int
    code: str
    state: str
    citizen_id: int
    booked_by: str  # who booked for them, an Actor; empty when they did themselves
    party_id: int | None  # the first of those who come together
    created_at: datetime
    slot_id: int
    day: date
    starts_at: datetime
    ends_at: datetime
    cancel_until: datetime
    type_id: int
    type_code: str
    type_name: str
    department_name: str
    hall_id: int
    hall_code: str
    hall_name: str
    hall_path: str
    hall_address: str
    hall_phone: str
    ticket_number: str | None
    ticket_state: str | None
    window: str | None

    @property
    def can_cancel(self) -> bool:
        """Whether to offer it; the database decides when asked."""
        return self.state == "booked" and clock.now() < self.cancel_until


READ = f"""
select a.id, a.code, a.state, a.citizen_id, a.booked_by, a.party_id, a.created_at, {PLACE},
       k.number as ticket_number, k.state as ticket_state, nullif(k."window", '') as "window"
  from appointment a join {PLACES} on s.id = a.slot_id and t.id = a.type_id
  left join ticket k on k.appointment_id = a.id
"""
COLUMNS = Booking.__struct_fields__


def read(row: Any) -> Booking:
    """A row of READ, or one that holds some of its columns and others."""
    return Booking(**{name: row.get(name) for name in COLUMNS})


BY_CODE = Question(Booking, f"{READ} where a.code = asked.code", code="text")
UPCOMING = Question(
    Booking,
    f"""{READ} where a.citizen_id = asked.who and a.state in {VISITS} and s.ends_at > asked.now
        order by s.starts_at limit 1""",
    who="bigint",
    now="timestamptz",
)


async def reserve(
    *, slot_id: int, by: Actor, key: str, for_citizen: int | None = None, type_id: int | None = None
) -> Booking:
    """Take one place in a slot for the citizen `by`, or by staff `for_citizen`; the same `key` gives the same booking
    (幂等). `type_id` names the business where several share the slot's places (综合窗口).

    Raises SlotNotFound, NotYetReleased, SlotSuspended, SlotClosed, SlotFull, AlreadyBookedThatDay, TooManyBookings,
    RealNameNeeded, KeptForPriority, KeptForStaff, NotEnoughInARow, KeyReused, KeyInvalid, TooBusy, TooManyAtOnce.
    """
    wish = Wish(slot_id=slot_id, citizen_id=_for_whom(by, for_citizen), by=by, key=key, type_id=type_id)
    booking = await taken_or_refused(await gathering.reserve(wish), body_hash=wish.body_hash)
    metrics.count("bookings_reserved_total")
    return booking


async def taken_or_refused(seen: Any, *, body_hash: str) -> Booking:
    """The booking, new or replayed, or the refusal that says precisely why. `seen` is a row of `seats.take`."""
    if seen["created_at"] is not None:
        return read({**seen, "state": "booked"})
    if seen["earlier_id"] is not None:
        if seen["earlier_hash"] != body_hash:
            raise idempotency.KeyReused
        return await by_id(seen["earlier_id"])
    refusals.explain(seen)
    raise SlotFull(detail={"slot_id": seen["slot_id"]})


def _for_whom(by: Actor, citizen_id: int | None) -> int:
    if by.kind == "citizen" and citizen_id in (None, by.number):
        return by.number
    if by.kind == "staff" and citizen_id is not None:
        return citizen_id
    raise Forbidden


@database.retry_on_deadlock
async def cancel(*, code: str, by: Actor, reason: str = "") -> Booking:
    """Give a place back. A citizen may until `cancel_until`; the office may, with a reason, until the visit begins.

    Cancelling again is harmless. Raises BookingNotFound, TooLateToCancel, CannotCancel, ReasonNeeded, MinorLeftAlone.
    """
    if by.kind != "citizen" and not reason.strip():
        raise ReasonNeeded
    async with database.transaction():
        held = await find(code=code, for_=by, locked=True)
        if by.kind == "citizen":
            await minors.must_not_be_left(party_id=held.party_id, by=held.citizen_id)
        return await cancelled(held, by=by, reason=reason)


async def cancelled(held: Booking, *, by: Actor, reason: str = "", at_wish: bool = False) -> Booking:
    """Within a transaction: give one place back. `at_wish`, by staff in the citizen's name and time.

    Raises TooLateToCancel, CannotCancel.
    """
    by_office = by.kind != "citizen" and not at_wish
    state = "office_cancelled" if by_office else "cancelled"
    if by_office:
        freed = await seats.give_back(held.id, of=("booked", "checked_in"), to=state)
    else:
        freed = await seats.give_back(held.id, of=("booked",), to=state, until=held.cancel_until)
    now = await by_id(held.id)
    if freed:
        await _note_cancelled(now, by=by, reason=reason)
    elif now.state == "booked":
        raise TooLateToCancel(detail={"cancel_until": held.cancel_until.isoformat()})
    elif now.state != state:
        raise CannotCancel(detail={"state": now.state})
    return now


async def withdraw(appointment_id: int, *, by: Actor, reason: str, of: tuple[str, ...] = LIVE) -> bool:
    """Within a transaction: the office takes a booking back, whatever its day, while it is in one of the states `of`.

    False when it was over already.
    """
    freed = await seats.give_back(appointment_id, of=of, to="office_cancelled")
    if freed:
        await _note_cancelled(await by_id(appointment_id), by=by, reason=reason)
    return freed


async def _note_cancelled(held: Booking, *, by: Actor, reason: str) -> None:
    """The audit row and the event of a place given back."""
    await audit.record(f"booking.{held.state}", subject=f"appointment:{held.id}", by=by, reason=reason)
    by_office = held.state == "office_cancelled"
    await events.tell(
        BookingCancelled(
            appointment_id=held.id, citizen_id=held.citizen_id, by_office=by_office, reason=reason if by_office else ""
        )
    )


async def find(*, code: str, for_: Actor, locked: bool = False) -> Booking:
    """The one way to one booking: its holder's, who booked it for them, or any for the office.

    `locked`, within a transaction: what ties the booker to the holder stays until its end. Raises BookingNotFound, also
    for another's.
    """
    found = await BY_CODE.row(crypto.read_code(code))
    if found is None:
        raise BookingNotFound
    return await shown_to(found, for_, locked=locked)


async def shown_to(found: Booking, for_: Actor, *, locked: bool = False) -> Booking:
    """The booking, for those whom `find` gives it. Raises BookingNotFound."""
    if for_.kind == "citizen" and not await is_of(found, for_, locked=locked):
        raise BookingNotFound
    return found


async def is_of(held: Booking, who: Actor, *, locked: bool = False) -> bool:
    """Whether a booking is this citizen's: their own, or booked by them for somebody they still look after, or of the
    organisation or the child they act for, whoever booked it.
    """
    return await standing_in.is_theirs(citizen_id=held.citizen_id, done_by=held.booked_by, who=who, locked=locked)


async def of(citizen: Actor, *, live: bool | None = None, limit: int = 50) -> list[Booking]:
    """我的预约: the citizen's own, the latest day first; `live` picks those to come or those that are over."""
    wanted = "" if live is None else f"and {'' if live else 'not '}a.state in {VISITS}"
    rows = await database.fetch(
        f"""{READ} where a.citizen_id = $1 and a.state not in {OFFERS} {wanted}
            order by s.starts_at desc, a.id desc limit $2""",
        citizen.number,
        limit,
    )
    return [read(row) for row in rows]


def upcoming(citizen: Actor) -> Asking[Booking | None]:
    """The citizen's next live booking that is not over yet."""
    return UPCOMING.asking(citizen.number, clock.now(), then=lambda found: found[0] if found else None)


async def by_id(appointment_id: int) -> Booking:
    """For listeners to an event, who were given the id. Raises BookingNotFound."""
    row = await database.fetchrow(f"{READ} where a.id = $1", appointment_id)
    if row is None:
        raise BookingNotFound
    return read(row)
