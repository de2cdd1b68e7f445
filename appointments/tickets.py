"""取号: a number is drawn, at check-in or without a booking (现场取号)."""

from dataclasses import dataclass
from datetime import datetime

import asyncpg

from appointments import closure_span, line, queueing, types, windows
from appointments.hall_errors import AlreadyInLine, HallClosedToday, PriorityUnknown
from appointments.models import ScheduleException
from catalogue.models import Department, Hall
from foundation import audit, clock, database, metrics
from foundation.actor import Actor
from foundation.errors import Forbidden
from identity.idnumber import Identity


@dataclass(frozen=True, kw_only=True)
class Drawn:
    """A ticket: `number` is called; `ahead` are called before it as things stand."""

    ticket_id: int
    number: str
    kind: str
    ahead: int
    department_name: str


@database.retry_on_deadlock
async def walk_in(
    *, hall_code: str, department_code: str, by: Actor, identity: Identity | None = None, priority: str = ""
) -> Drawn:
    """现场取号: a number for a department without a booking, by staff or at a kiosk.

    `priority` is elderly, disabled or military; an `identity` that tells 60 years or more makes it elderly by itself.
    Raises HallNotFound, DepartmentNotHere, HallClosedToday, AlreadyInLine, PriorityUnknown; Forbidden for a citizen.
    """
    if by.kind == "citizen":
        raise Forbidden
    hall = await types.find_hall(code=hall_code)
    department = await windows.department(hall, department_code)
    await _open_today(hall)
    reason = checked(priority) or _by_age(identity)
    kind = "priority" if reason else "walk_in"
    try:
        async with database.transaction():
            due_at = queueing.due(kind, drawn_at=clock.now())
            drawn = await draw(
                hall_id=hall.id, department=department, kind=kind, due_at=due_at, priority=reason, identity=identity
            )
            detail = {"number": drawn.number, "kind": kind, "priority": reason}
            await audit.record("ticket.drawn", subject=f"ticket:{drawn.ticket_id}", by=by, detail=detail)
            return drawn
    except asyncpg.UniqueViolationError as twice:
        raise await _in_line(hall.id, department.id, identity) from twice


async def draw(
    *,
    hall_id: int,
    department: Department,
    kind: str,
    due_at: datetime,
    appointment_id: int | None = None,
    priority: str = "",
    identity: Identity | None = None,
) -> Drawn:
    """Within a transaction: the next number of its kind. The counter's row is locked from here to the commit."""
    number = await _next_number(hall_id, queueing.PREFIXES[kind])
    ticket_id = await database.joined().fetchval(
        """insert into ticket (hall_id, day, number, kind, department_id, appointment_id, priority_reason,
                               person_fingerprint, person_masked, state, "window", calls, due_at, drawn_at)
           values ($1, $2, $3, $4, $5, $6, $7, $8, $9, 'waiting', '', 0, $10, $11) returning id""",
        hall_id, clock.today(), number, kind, department.id, appointment_id, priority,
        identity.fingerprint if identity else "", identity.masked if identity else "", due_at, clock.now(),
    )  # fmt: skip
    metrics.count("tickets_drawn_total", kind=kind)
    ahead = await line.ahead_of(ticket_id, hall_id=hall_id, department_id=department.id)
    return Drawn(ticket_id=ticket_id, number=number, kind=kind, ahead=ahead, department_name=department.name)


def checked(priority: str) -> str:
    """A priority reason, or none. Raises PriorityUnknown."""
    if priority and priority not in queueing.PRIORITY_NAMES:
        raise PriorityUnknown
    return priority


async def _next_number(hall_id: int, prefix: str) -> str:
    drawn = await database.joined().fetchval(
        """insert into ticket_counter (hall_id, day, prefix, drawn) values ($1, $2, $3, 1)
           on conflict (hall_id, day, prefix) do update set drawn = ticket_counter.drawn + 1 returning drawn""",
        hall_id,
        clock.today(),
        prefix,
    )
    return f"{prefix}{drawn:03d}"


def _by_age(identity: Identity | None) -> str:
    age = identity.age() if identity else None
    return "elderly" if age is not None and age >= queueing.ELDERLY_FROM else ""


async def _open_today(hall: Hall) -> None:
    closed = await ScheduleException.exists(hall=hall, type_id=None, day=clock.today(), kind="closed")
    if closed or await closure_span.closed_now(hall):
        raise HallClosedToday


async def _in_line(hall_id: int, department_id: int, identity: Identity | None) -> AlreadyInLine:
    number = await database.fetchval(
        """select number from ticket where hall_id = $1 and day = $2 and department_id = $3
              and person_fingerprint = $4 and state in ('waiting', 'called', 'held')""",
        hall_id, clock.today(), department_id, identity.fingerprint if identity else "",
    )  # fmt: skip
    return AlreadyInLine(detail={"number": number})
