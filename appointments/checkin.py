"""签到取号: a rotating code on the citizen's phone, or the booking code at the counter, becomes a ticket number.

The code is signed and changes with time, so that a screenshot is worth nothing a minute later.
"""

import hmac
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from appointments import booking, queueing, tickets
from appointments.booking import Booking
from appointments.errors import (
    AlreadyCheckedIn,
    CannotCheckIn,
    CheckInCodeStale,
    TooEarlyToCheckIn,
    TooLateToCheckIn,
    WrongDay,
    WrongHall,
)
from appointments.events import CheckedIn
from appointments.hall_errors import NoBookingToday
from appointments.models import AppointmentType
from foundation import audit, clock, crypto, database, events
from foundation.actor import Actor
from foundation.errors import Forbidden
from identity.idnumber import Identity

STEP_SECONDS = 60
SIGNATURE_LENGTH = 16


@dataclass(frozen=True)
class CheckInCode:
    """What the phone shows as a QR code; show a new one from `refresh_at` on."""

    text: str
    refresh_at: datetime


@dataclass(frozen=True, kw_only=True)
class Drawn:
    """A ticket was drawn: `number` is called; `ahead` are called before it."""

    ticket_id: int
    number: str
    ahead: int
    booking: Booking


async def code_for(*, code: str, by: Actor) -> CheckInCode:
    """The check-in code of one's own booking, good for one to two minutes. Raises BookingNotFound, CannotCheckIn."""
    held = await booking.find(code=code, for_=by)
    if held.state != "booked":
        raise CannotCheckIn(detail={"state": held.state})
    step = _step(clock.now())
    refresh_at = datetime.fromtimestamp((step + 1) * STEP_SECONDS, UTC)
    return CheckInCode(f"{held.code}.{_signatures(held.code, step)[0]}", refresh_at)


async def scan(*, scanned: str, hall_code: str, by: Actor, late: bool = False, priority: str = "") -> Drawn:
    """Check in by the rotating code. Raises CheckInCodeStale, and as `admit`."""
    code, _, signature = crypto.read_code(_as_sent(scanned)).partition(".")
    now = _step(clock.now())
    good = [one for step in (now, now - 1) for one in _signatures(code, step)]
    if not any([hmac.compare_digest(signature.lower().encode(), one.encode()) for one in good]):
        raise CheckInCodeStale
    return await admit(code=code, hall_code=hall_code, by=by, late=late, priority=priority)


async def by_identity(
    *, identity: Identity, hall_code: str, by: Actor, late: bool = False, priority: str = ""
) -> Drawn:
    """Check in by an ID document, at a kiosk or at the desk. Raises NoBookingToday, and as `admit`.

    Of several bookings of today here it is the one whose time it is, else the next, else the one that was missed.
    """
    code = await database.fetchval(OF_TODAY, identity.fingerprints, hall_code, clock.today(), clock.now())
    if code is None:
        raise NoBookingToday
    return await admit(code=code, hall_code=hall_code, by=by, late=late, priority=priority)


OF_TODAY = """
select a.code from appointment a join citizen c on c.id = a.citizen_id join slot s on s.id = a.slot_id
  join appointment_type t on t.id = a.type_id join hall h on h.id = t.hall_id
 where c.id_fingerprint = any($1) and c.state = 'active' and h.code = $2 and a.day = $3
   and a.state in ('booked', 'checked_in', 'serving')
 order by a.state <> 'booked',
          $4 not between s.starts_at - make_interval(mins => t.check_in_early_minutes)
                     and s.starts_at + make_interval(mins => t.check_in_late_minutes),
          s.starts_at < $4, s.starts_at
 limit 1
"""


def is_scanned(text: str) -> bool:
    """Whether `text` is what the phone shows as a QR code, not the booking code alone."""
    return "." in _as_sent(text)


@database.retry_on_deadlock
async def admit(*, code: str, hall_code: str, by: Actor, late: bool = False, priority: str = "") -> Drawn:
    """Check in by the booking code at the counter of `hall_code`, and draw a ticket. Only the hall says who is there.

    Staff may admit who is `late` (迟到补签), and give `priority` (elderly, disabled, military) its own number.
    Raises BookingNotFound, WrongHall, WrongDay, TooEarlyToCheckIn, TooLateToCheckIn, AlreadyCheckedIn, CannotCheckIn,
    PriorityUnknown; Forbidden for a citizen, and for others than staff who let somebody in late.
    """
    if by.kind == "citizen" or (late or priority) and by.kind != "staff":
        raise Forbidden
    reason = tickets.checked(priority)
    async with database.transaction() as tx:
        held = await booking.find(code=code, for_=by)
        rules, in_time = await _may_check_in(held, hall_code, late=late)
        moved = await tx.fetchval(
            """update appointment set state = 'checked_in', changed_at = clock_timestamp()
                where id = $1 and state = 'booked' returning id""",
            held.id,
        )
        if moved is None:
            _refuse(await booking.by_id(held.id))
        kind = "priority" if reason else "booked" if in_time else "late"
        drawn = await tickets.draw(
            hall_id=held.hall_id, department=rules.department, kind=kind, appointment_id=held.id,
            due_at=queueing.due(kind, drawn_at=clock.now(), slot_starts_at=held.starts_at), priority=reason,
        )  # fmt: skip
        detail = {"number": drawn.number, **({"kind": kind, "priority": reason} if kind != "booked" else {})}
        await audit.record("booking.checked_in", subject=f"appointment:{held.id}", by=by, detail=detail)
        await events.tell(CheckedIn(appointment_id=held.id, citizen_id=held.citizen_id, ticket_id=drawn.ticket_id))
        came = await booking.by_id(held.id)
        return Drawn(ticket_id=drawn.ticket_id, number=drawn.number, ahead=drawn.ahead, booking=came)


async def _may_check_in(held: Booking, hall_code: str, *, late: bool) -> tuple[AppointmentType, bool]:
    """The rules of its type, and whether it comes in time."""
    if held.hall_code != hall_code:
        raise WrongHall(detail={"hall_name": held.hall_name})
    if held.state != "booked":
        _refuse(held)
    if held.day != clock.today():
        raise WrongDay(detail={"day": held.day.isoformat()})
    rules = await AppointmentType.get(id=held.type_id).select_related("department")
    opens = held.starts_at - timedelta(minutes=rules.check_in_early_minutes)
    closes = held.starts_at + timedelta(minutes=rules.check_in_late_minutes)
    if clock.now() < opens:
        raise TooEarlyToCheckIn(detail={"from": opens.isoformat()})
    if clock.now() > closes and not late:
        raise TooLateToCheckIn(detail={"until": closes.isoformat()})
    return rules, clock.now() <= closes


def _refuse(held: Booking) -> None:
    if held.ticket_number:
        raise AlreadyCheckedIn(detail={"number": held.ticket_number})
    raise CannotCheckIn(detail={"state": held.state})


def _as_sent(scanned: str) -> str:
    # a scanner types like a keyboard: with a Chinese input method on, its full stop comes out as 。 or ．
    return scanned.replace("。", ".").replace("．", ".")


def _step(at: datetime) -> int:
    return int(at.timestamp()) // STEP_SECONDS


def _signatures(code: str, step: int) -> list[str]:
    """Under the newest key first; all are accepted while a key is being rotated."""
    return [one[:SIGNATURE_LENGTH] for one in crypto.fingerprints(f"{code}:{step}", purpose="appointments.check_in")]
