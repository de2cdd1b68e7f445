"""叫号: a window calls the next ticket, calls again, finishes the visit or marks it missed (过号).

Lock order: ticket before appointment, as everywhere (see `appointments.seats`).
"""

from dataclasses import dataclass
from datetime import date

import asyncpg

from appointments import booking, seats, types
from appointments.errors import CannotCall, NobodyWaiting, StillServing, TicketNotFound, WindowNeeded
from appointments.events import TicketCalled, VisitFinished
from foundation import audit, clock, database, events
from foundation.actor import Actor


@dataclass(frozen=True, kw_only=True)
class Call:
    """A ticket on the display: `number` to `window`; `calls` counts how often."""

    ticket_id: int
    number: str
    window: str
    calls: int
    state: str
    appointment_id: int


@database.retry_on_deadlock
async def next_ticket(*, hall_code: str, window: str, by: Actor, department_code: str | None = None) -> Call:
    """Call who has waited longest today, among a department's visitors if one is named.

    Two windows that press at once get two different tickets. Raises NobodyWaiting, StillServing, HallNotFound.
    """
    hall = await types.find_hall(code=hall_code)
    try:
        async with database.transaction() as tx:
            row = await tx.fetchrow(
                """select k.id from ticket k join appointment a on a.id = k.appointment_id
                     join appointment_type t on t.id = a.type_id join department d on d.id = t.department_id
                    where k.hall_id = $1 and k.day = $2 and k.state = 'waiting' and ($3::text is null or d.code = $3)
                    order by k.id limit 1 for update of k skip locked""",
                hall.id, clock.today(), department_code,
            )  # fmt: skip
            if row is None:
                raise NobodyWaiting
            return await _call(row["id"], window=window, by=by)
    except asyncpg.UniqueViolationError as busy:
        raise StillServing(detail={"window": window}) from busy


@database.retry_on_deadlock
async def recall(*, ticket_id: int, hall_code: str, window: str, by: Actor) -> Call:
    """Call a called ticket again, or one that was missed. Raises TicketNotFound, CannotCall, StillServing."""
    try:
        async with database.transaction():
            await _locked(ticket_id, hall_code, of=("called", "missed"))
            return await _call(ticket_id, window=window, by=by)
    except asyncpg.UniqueViolationError as busy:
        raise StillServing(detail={"window": window}) from busy


@database.retry_on_deadlock
async def finish(*, ticket_id: int, hall_code: str, by: Actor) -> booking.Booking:
    """The visit is over (办结); its place is free and it may be rated. Raises TicketNotFound, CannotCall."""
    async with database.transaction():
        appointment_id = (await _ticket(ticket_id, hall_code))["appointment_id"]
        if not await seats.give_back(appointment_id, of=("serving",), to="finished", ticket="finished"):
            raise CannotCall
        visit = await booking.by_id(appointment_id)
        await note_finished(visit, by=by)
    return visit


async def note_finished(visit: booking.Booking, *, by: Actor) -> None:
    """The audit row and the event of a visit that is over."""
    await audit.record("visit.finished", subject=f"appointment:{visit.id}", by=by)
    await events.tell(
        VisitFinished(
            appointment_id=visit.id, citizen_id=visit.citizen_id, hall_id=visit.hall_id, type_id=visit.type_id
        )
    )


@database.retry_on_deadlock
async def miss(*, ticket_id: int, hall_code: str, by: Actor) -> None:
    """Nobody came to the window (过号); the ticket may be recalled today. Raises TicketNotFound, CannotCall."""
    async with database.transaction() as tx:
        row = await _locked(ticket_id, hall_code, of=("called",))
        await tx.execute("""update ticket set state = 'missed', "window" = '' where id = $1""", ticket_id)
        await _move(row["appointment_id"], of=("serving",), to="checked_in")
        await audit.record("visit.missed_call", subject=f"appointment:{row['appointment_id']}", by=by)


async def board(*, hall_code: str, day: date | None = None) -> list[Call]:
    """The tickets of a hall's day in the order they were drawn, for the display and the windows."""
    hall = await types.find_hall(code=hall_code)
    rows = await database.fetch(
        """select id as ticket_id, number, "window", calls, state, appointment_id from ticket
            where hall_id = $1 and day = $2 order by id""",
        hall.id,
        day or clock.today(),
    )
    return [Call(**row) for row in rows]


async def _ticket(ticket_id: int, hall_code: str, lock: str = "") -> asyncpg.Record:
    """A ticket of this hall; another hall's is not found."""
    row = await database.fetchrow(
        f"select k.* from ticket k join hall h on h.id = k.hall_id where k.id = $1 and h.code = $2 {lock}",
        ticket_id,
        hall_code,
    )
    if row is None:
        raise TicketNotFound
    return row


async def _locked(ticket_id: int, hall_code: str, *, of: tuple[str, ...]) -> asyncpg.Record:
    row = await _ticket(ticket_id, hall_code, "for update of k")
    if row["state"] not in of or row["day"] != clock.today():
        raise CannotCall(detail={"state": row["state"]})
    return row


async def _call(ticket_id: int, *, window: str, by: Actor) -> Call:
    if not window.strip():
        raise WindowNeeded
    row = await database.fetchrow(
        """update ticket set state = 'called', "window" = $2, calls = calls + 1, called_at = $3 where id = $1
           returning id as ticket_id, number, "window", calls, state, appointment_id""",
        ticket_id,
        window.strip()[:20],
        clock.now(),
    )
    assert row is not None
    call = Call(**row)
    citizen_id = await _move(call.appointment_id, of=("checked_in", "serving"), to="serving")
    detail = {"number": call.number, "window": window, "calls": call.calls}
    await audit.record("ticket.called", subject=f"ticket:{ticket_id}", by=by, detail=detail)
    await events.tell(
        TicketCalled(
            appointment_id=call.appointment_id, citizen_id=citizen_id, ticket_id=ticket_id, number=call.number,
            window=window, calls=call.calls,
        )
    )  # fmt: skip
    return call


async def _move(appointment_id: int, *, of: tuple[str, ...], to: str) -> int:
    """Compare-and-set between live states: no place is taken or freed. The citizen's id."""
    citizen_id = await database.fetchval(
        """update appointment set state = $2, changed_at = clock_timestamp()
            where id = $1 and state = any($3::text[]) returning citizen_id""",
        appointment_id,
        to,
        list(of),
    )
    if citizen_id is None:
        raise CannotCall
    return int(citizen_id)
