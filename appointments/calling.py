"""叫号: a window calls the next ticket, calls again, finishes the visit or marks it missed (过号).

Lock order: ticket before appointment, as everywhere (see `appointments.seats`). Every move is a compare-and-set.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import asyncpg

from appointments import booking, line, seats, types, windows
from appointments.errors import CannotCall, NobodyWaiting, StillServing, TicketNotFound, WindowNeeded
from appointments.events import TicketCalled, VisitFinished
from foundation import audit, clock, database, events, metrics
from foundation.actor import Actor


@dataclass(frozen=True, kw_only=True)
class Call:
    """A ticket on the display: `number` to `window`; `calls` counts how often. A walk-in has no appointment."""

    ticket_id: int
    number: str
    window: str
    calls: int
    state: str
    appointment_id: int | None


ONE_AT_A_WINDOW = "ticket_one_at_a_window"

# One window of a hall chooses at a time: "never three in a row" counts the calls before, so none may be under way.
TAKE_TURN = "select pg_advisory_xact_lock(hashtextextended('hall_queue:' || $1::bigint, 2))"
# What was chosen is taken only if it still stands where it stood; whoever moves it at this moment has it.
TAKE = """
select id from ticket
 where id = $1 and state = 'waiting' and department_id = $2 and "window" = $3 for update skip locked
"""
COUNT_TURN = """
update ticket set turn = (select coalesce(max(before.turn), 0) + 1 from ticket before
                           where (before.hall_id, before.day) = (ticket.hall_id, ticket.day))
 where id = $1
"""


@database.retry_on_deadlock
async def next_ticket(*, hall_code: str, window: str, by: Actor, department_code: str | None = None) -> Call:
    """Call whom the published order (`appointments.queueing`) names for this window.

    A window calls for its departments (`appointments.windows`) or for the one named. Two windows that press at once
    get two different tickets. Raises NobodyWaiting, StillServing, WindowNeeded, HallNotFound, DepartmentNotHere.
    """
    if not window.strip():
        raise WindowNeeded
    hall = await types.find_hall(code=hall_code)
    named = await windows.department(hall, department_code) if department_code else None
    try:
        async with database.transaction() as tx:
            await tx.execute(TAKE_TURN, hall.id)
            served = [named.id] if named else await windows.served_by(hall.id, window)
            for one in await line.of_window(hall.id, window=window.strip(), departments=served):
                if await tx.fetchval(TAKE, one.ticket_id, one.department_id, one.window):
                    await tx.execute(COUNT_TURN, one.ticket_id)
                    return await _call(one.ticket_id, window=window, by=by)
            raise NobodyWaiting
    except asyncpg.UniqueViolationError as busy:
        raise (StillServing(detail={"window": window}) if busy.constraint_name == ONE_AT_A_WINDOW else busy) from busy


@database.retry_on_deadlock
async def recall(*, ticket_id: int, hall_code: str, window: str, by: Actor) -> Call:
    """Call a called ticket again, or one that was missed or held. Raises TicketNotFound, CannotCall, StillServing."""
    try:
        async with database.transaction():
            await locked(ticket_id, hall_code, of=("called", "missed", "held"))
            return await _call(ticket_id, window=window, by=by)
    except asyncpg.UniqueViolationError as busy:
        raise (StillServing(detail={"window": window}) if busy.constraint_name == ONE_AT_A_WINDOW else busy) from busy


@database.retry_on_deadlock
async def finish(*, ticket_id: int, hall_code: str, by: Actor) -> Call:
    """The visit is over (办结); its place is free and it may be rated. Raises TicketNotFound, CannotCall."""
    async with database.transaction():
        appointment_id = (await found(ticket_id, hall_code))["appointment_id"]
        if appointment_id is None:
            await locked(ticket_id, hall_code, of=("called",))
            await move(ticket_id, of=("called",), to="finished")
            await audit.record("ticket.finished", subject=f"ticket:{ticket_id}", by=by)
        else:
            if not await seats.give_back(appointment_id, of=("serving",), to="finished", ticket="finished"):
                raise CannotCall
            await note_finished(await booking.by_id(appointment_id), by=by)
        metrics.count("tickets_finished_total")
        row = await found(ticket_id, hall_code)
    return Call(ticket_id=row["id"], **{name: row[name] for name in ("number", "window", "calls", "state")},
                appointment_id=appointment_id)  # fmt: skip


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
    async with database.transaction():
        row = await locked(ticket_id, hall_code, of=("called",))
        await move(ticket_id, of=("called",), to="missed")
        await back_to_the_line(row["appointment_id"])
        subject = f"appointment:{row['appointment_id']}" if row["appointment_id"] else f"ticket:{ticket_id}"
        await audit.record("visit.missed_call", subject=subject, by=by)


async def found(ticket_id: int, hall_code: str, lock: str = "") -> asyncpg.Record:
    """A ticket of this hall; another hall's is not found. Raises TicketNotFound."""
    row = await database.fetchrow(
        f"select k.* from ticket k join hall h on h.id = k.hall_id where k.id = $1 and h.code = $2 {lock}",
        ticket_id,
        hall_code,
    )
    if row is None:
        raise TicketNotFound
    return row


async def locked(ticket_id: int, hall_code: str, *, of: Sequence[str]) -> asyncpg.Record:
    """Within a transaction: today's ticket in one of the states `of`, locked. Raises TicketNotFound, CannotCall."""
    row = await found(ticket_id, hall_code, "for update of k")
    if row["state"] not in of or row["day"] != clock.today():
        raise CannotCall(detail={"state": row["state"]})
    return row


async def move(ticket_id: int, *, of: Sequence[str], to: str, window: str = "") -> None:
    """Within a transaction: a ticket from one of the states `of` to `to`. Raises CannotCall."""
    moved = await database.joined().fetchval(
        """update ticket set state = $2, "window" = case when $3 then "window" else $4 end,
                  finished_at = case when $3 then $5::timestamptz end
            where id = $1 and state = any($6::text[]) returning id""",
        ticket_id, to, to == "finished", window, clock.now(), list(of),
    )  # fmt: skip
    if moved is None:
        raise CannotCall


async def back_to_the_line(appointment_id: int | None) -> None:
    """Within a transaction: who was being served waits again."""
    if appointment_id is not None:
        await _shift(appointment_id, of=("serving",), to="checked_in")


async def _call(ticket_id: int, *, window: str, by: Actor) -> Call:
    if not window.strip():
        raise WindowNeeded
    row = await database.fetchrow(
        """update ticket set state = 'called', "window" = $2, calls = calls + 1, called_at = $3,
                  first_called_at = coalesce(first_called_at, $3) where id = $1
           returning id as ticket_id, number, "window", calls, state, appointment_id""",
        ticket_id,
        window.strip()[:20],
        clock.now(),
    )
    assert row is not None
    call = Call(**row)
    detail = {"number": call.number, "window": window, "calls": call.calls}
    await audit.record("ticket.called", subject=f"ticket:{ticket_id}", by=by, detail=detail)
    if call.appointment_id is not None:
        citizen_id = await _shift(call.appointment_id, of=("checked_in", "serving"), to="serving")
        await events.tell(
            TicketCalled(
                appointment_id=call.appointment_id, citizen_id=citizen_id, ticket_id=ticket_id, number=call.number,
                window=window, calls=call.calls,
            )
        )  # fmt: skip
    return call


async def _shift(appointment_id: int, *, of: tuple[str, ...], to: str) -> int:
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
