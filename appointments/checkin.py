"""签到取号: a rotating code on the citizen's phone, or the booking code at the counter, becomes a ticket number.

The code is signed and changes with time, so that a screenshot is worth nothing a minute later.
"""

import hmac
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from appointments import booking, party, queueing, tickets
from appointments.booking import Booking
from appointments.errors import (
    AlreadyCheckedIn,
    BookingNotFound,
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
from appointments.party_errors import MandateOver
from foundation import audit, clock, crypto, database, events
from foundation.actor import Actor
from foundation.errors import Forbidden
from identity.idnumber import Identity

BY = Actor.system("appointments.check_in")
STEP_SECONDS = 60
FOR_ALL = "G"  # who booked shows it, for all who come together
SIGNATURE_LENGTH = 16


@dataclass(frozen=True)
class CheckInCode:
    """What the phone shows as a QR code; show a new one from `refresh_at` on."""

    text: str
    refresh_at: datetime


@dataclass(frozen=True, kw_only=True)
class Drawn:
    """A ticket was drawn: `number` is called; `ahead` are called before it. `companions` drew theirs with it."""

    ticket_id: int
    number: str
    ahead: int
    booking: Booking
    companions: tuple[str, ...] = ()


async def code_for(*, code: str, by: Actor) -> CheckInCode:
    """The check-in code of a booking, good for one to two minutes; it says who shows it. Raises BookingNotFound,
    CannotCheckIn.

    Who booked for others shows one code for all who come together. One's own code is for oneself.
    """
    return await code_of(await booking.find(code=code, for_=by), by=by)


async def code_of(held: Booking, *, by: Actor) -> CheckInCode:
    """`code_for` of a booking that `by` was shown. Raises CannotCheckIn."""
    if held.state != "booked":
        raise CannotCheckIn(detail={"state": held.state})
    step = _step(clock.now())
    refresh_at = datetime.fromtimestamp((step + 1) * STEP_SECONDS, UTC)
    if by == await _booker(held):
        return CheckInCode(f"{held.code}.{_signatures(held.code, step, shown_by=str(by))[0]}.{FOR_ALL}", refresh_at)
    return CheckInCode(f"{held.code}.{_signatures(held.code, step)[0]}", refresh_at)


async def scan(*, scanned: str, hall_code: str, by: Actor, late: bool = False, priority: str = "") -> Drawn:
    """Check in by the rotating code, and with an agent's code all who come together.

    Raises CheckInCodeStale, and as `admit`; MandateOver for an agent whose delegation has ended.
    """
    code, _, rest = crypto.read_code(_as_sent(scanned)).partition(".")
    signature, _, whose = rest.partition(".")
    booker = await _booker_of(code) if whose == FOR_ALL else None
    now = _step(clock.now())
    good = [one for step in (now, now - 1) for one in _signatures(code, step, shown_by=str(booker or ""))]
    if not any([hmac.compare_digest(signature.lower().encode(), one.encode()) for one in good]):
        raise CheckInCodeStale
    return await admit(code=code, hall_code=hall_code, by=by, late=late, priority=priority, shown_by=booker)


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
async def admit(
    *, code: str, hall_code: str, by: Actor, late: bool = False, priority: str = "", shown_by: Actor | None = None
) -> Drawn:
    """Check in by the booking code at the counter of `hall_code`, and draw a ticket. Only the hall says who is there.

    `shown_by` is who booked and shows the code for all who come together: each draws a ticket, one after the other, and
    whom they act for is asked again. Staff may admit who is `late` (迟到补签), and give `priority` (elderly, disabled,
    military) its own number.
    Raises BookingNotFound, WrongHall, WrongDay, TooEarlyToCheckIn, TooLateToCheckIn, AlreadyCheckedIn, CannotCheckIn,
    PriorityUnknown, MandateOver; Forbidden for a citizen, and for others than staff who let somebody in late.
    """
    if by.kind == "citizen" or (late or priority) and by.kind != "staff":
        raise Forbidden
    reason = tickets.checked(priority)
    async with database.transaction():
        held = await booking.find(code=code, for_=by)
        coming = [held] if shown_by is None else await _led_by(shown_by, held)
        kinds = [await _came(one, hall_code, by=by, late=late, priority=bool(reason)) for one in coming]
        drawn = [await _drew(one, kind, by=by, priority=reason) for one, kind in zip(coming, kinds, strict=True)]
        return replace(drawn[0], companions=tuple(one.number for one in drawn[1:]))


async def _led_by(agent: Actor, held: Booking) -> list[Booking]:
    """`held`, and those of its party who have not come yet and whom the agent still looks after; by id."""
    if not await booking.is_of(held, agent, locked=True):
        raise MandateOver
    if held.state != "booked":
        _refuse(held)
    expected = [one for one in await party.of(held) if one.state == "booked"]
    return [one for one in expected if await booking.is_of(one, agent, locked=True)]


async def _came(held: Booking, hall_code: str, *, by: Actor, late: bool, priority: bool) -> str:
    """Compare-and-set to checked_in; the kind of ticket they draw. All of a party come before any draws."""
    in_time = await _may_check_in(held, hall_code, late=late)
    moved = await database.joined().fetchval(
        """update appointment set state = 'checked_in', changed_at = clock_timestamp()
            where id = $1 and state = 'booked' returning id""",
        held.id,
    )
    if moved is None:
        _refuse(await booking.by_id(held.id))
    return "priority" if priority else "booked" if in_time else "late"


async def _drew(held: Booking, kind: str, *, by: Actor, priority: str) -> Drawn:
    rules = await AppointmentType.get(id=held.type_id).select_related("department")
    drawn = await tickets.draw(
        hall_id=held.hall_id, department=rules.department, kind=kind, appointment_id=held.id,
        due_at=queueing.due(kind, drawn_at=clock.now(), slot_starts_at=held.starts_at), priority=priority,
    )  # fmt: skip
    detail = {"number": drawn.number, **({"kind": kind, "priority": priority} if kind != "booked" else {})}
    await audit.record("booking.checked_in", subject=f"appointment:{held.id}", by=by, detail=detail)
    await events.tell(CheckedIn(appointment_id=held.id, citizen_id=held.citizen_id, ticket_id=drawn.ticket_id))
    came = await booking.by_id(held.id)
    return Drawn(ticket_id=drawn.ticket_id, number=drawn.number, ahead=drawn.ahead, booking=came)


async def _may_check_in(held: Booking, hall_code: str, *, late: bool) -> bool:
    """Whether it comes in time. Raises what keeps it out."""
    if held.hall_code != hall_code:
        raise WrongHall(detail={"hall_name": held.hall_name})
    if held.state != "booked":
        _refuse(held)
    if held.day != clock.today():
        raise WrongDay(detail={"day": held.day.isoformat()})
    rules = await AppointmentType.get(id=held.type_id)
    opens = held.starts_at - timedelta(minutes=rules.check_in_early_minutes)
    closes = held.starts_at + timedelta(minutes=rules.check_in_late_minutes)
    if clock.now() < opens:
        raise TooEarlyToCheckIn(detail={"from": opens.isoformat()})
    if clock.now() > closes and not late:
        raise TooLateToCheckIn(detail={"until": closes.isoformat()})
    return clock.now() <= closes


def _refuse(held: Booking) -> None:
    if held.ticket_number:
        raise AlreadyCheckedIn(detail={"number": held.ticket_number})
    raise CannotCheckIn(detail={"state": held.state})


def _as_sent(scanned: str) -> str:
    # a scanner types like a keyboard: with a Chinese input method on, its full stop comes out as 。 or ．
    return scanned.replace("。", ".").replace("．", ".")


def _step(at: datetime) -> int:
    return int(at.timestamp()) // STEP_SECONDS


def _signatures(code: str, step: int, *, shown_by: str = "") -> list[str]:
    """Under the newest key first; all are accepted while a key is being rotated."""
    said = f"{code}:{step}:{shown_by}" if shown_by else f"{code}:{step}"
    return [one[:SIGNATURE_LENGTH] for one in crypto.fingerprints(said, purpose="appointments.check_in")]


async def _booker(held: Booking) -> Actor | None:
    """Who booked for others: the agent of a booking, the one among those who come together who booked for all."""
    for one in await party.of(held):
        if one.booked_by.startswith("citizen:"):
            return Actor.citizen(int(one.booked_by.partition(":")[2]))
    return None


async def _booker_of(code: str) -> Actor | None:
    with suppress(BookingNotFound):
        return await _booker(await booking.find(code=code, for_=BY))
    return None
