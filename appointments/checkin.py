"""签到取号: a rotating code on the citizen's phone, or the booking code at the counter, becomes a ticket number.

The code is signed and changes with time, so that a screenshot is worth nothing a minute later.
"""

import hmac
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from appointments import booking
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
from appointments.models import AppointmentType
from foundation import audit, clock, crypto, database, events
from foundation.actor import Actor
from foundation.errors import Forbidden

STEP_SECONDS = 60
SIGNATURE_LENGTH = 16
PREFIX = "A"  # numbers of those who booked


@dataclass(frozen=True)
class CheckInCode:
    """What the phone shows as a QR code; show a new one from `refresh_at` on."""

    text: str
    refresh_at: datetime


@dataclass(frozen=True, kw_only=True)
class Drawn:
    """A ticket was drawn: `number` is called; `ahead` were waiting before it."""

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


async def scan(*, scanned: str, hall_code: str, by: Actor) -> Drawn:
    """Check in by the rotating code. Raises CheckInCodeStale, and as `admit`."""
    code, _, signature = crypto.read_code(_as_sent(scanned)).partition(".")
    now = _step(clock.now())
    good = [one for step in (now, now - 1) for one in _signatures(code, step)]
    if not any([hmac.compare_digest(signature.lower().encode(), one.encode()) for one in good]):
        raise CheckInCodeStale
    return await admit(code=code, hall_code=hall_code, by=by)


def is_scanned(text: str) -> bool:
    """Whether `text` is what the phone shows as a QR code, not the booking code alone."""
    return "." in _as_sent(text)


@database.retry_on_deadlock
async def admit(*, code: str, hall_code: str, by: Actor) -> Drawn:
    """Check in by the booking code at the counter of `hall_code`, and draw a ticket. Only the hall says who is there.

    Raises BookingNotFound, WrongHall, WrongDay, TooEarlyToCheckIn, TooLateToCheckIn, AlreadyCheckedIn, CannotCheckIn;
    Forbidden for a citizen.
    """
    if by.kind == "citizen":
        raise Forbidden
    async with database.transaction() as tx:
        held = await booking.find(code=code, for_=by)
        await _may_check_in(held, hall_code)
        moved = await tx.fetchval(
            """update appointment set state = 'checked_in', changed_at = clock_timestamp()
                where id = $1 and state = 'booked' returning id""",
            held.id,
        )
        if moved is None:
            _refuse(await booking.by_id(held.id))
        ticket_id, number, ahead = await _draw(held)
        await audit.record("booking.checked_in", subject=f"appointment:{held.id}", by=by, detail={"number": number})
        await events.tell(CheckedIn(appointment_id=held.id, citizen_id=held.citizen_id, ticket_id=ticket_id))
        return Drawn(number=number, ahead=ahead, booking=await booking.by_id(held.id))


async def _may_check_in(held: Booking, hall_code: str) -> None:
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
    if clock.now() > closes:
        raise TooLateToCheckIn(detail={"until": closes.isoformat()})


def _refuse(held: Booking) -> None:
    if held.ticket_number:
        raise AlreadyCheckedIn(detail={"number": held.ticket_number})
    raise CannotCheckIn(detail={"state": held.state})


async def _draw(held: Booking) -> tuple[int, str, int]:
    """The next number of the hall's day. The counter's row is locked from here to the commit: none is drawn twice."""
    tx = database.joined()
    drawn = await tx.fetchval(
        """insert into ticket_counter (hall_id, day, drawn) values ($1, $2, 1)
           on conflict (hall_id, day) do update set drawn = ticket_counter.drawn + 1 returning drawn""",
        held.hall_id,
        held.day,
    )
    number = f"{PREFIX}{drawn:03d}"
    ticket_id = await tx.fetchval(
        """insert into ticket (hall_id, day, number, appointment_id, state, "window", calls, drawn_at)
           values ($1, $2, $3, $4, 'waiting', '', 0, $5) returning id""",
        held.hall_id, held.day, number, held.id, clock.now(),
    )  # fmt: skip
    ahead = await tx.fetchval(
        "select count(*) from ticket where hall_id = $1 and day = $2 and state = 'waiting' and id < $3",
        held.hall_id, held.day, ticket_id,
    )  # fmt: skip
    return ticket_id, number, ahead


def _as_sent(scanned: str) -> str:
    # a scanner types like a keyboard: with a Chinese input method on, its full stop comes out as 。 or ．
    return scanned.replace("。", ".").replace("．", ".")


def _step(at: datetime) -> int:
    return int(at.timestamp()) // STEP_SECONDS


def _signatures(code: str, step: int) -> list[str]:
    """Under the newest key first; all are accepted while a key is being rotated."""
    return [one[:SIGNATURE_LENGTH] for one in crypto.fingerprints(f"{code}:{step}", purpose="appointments.check_in")]
