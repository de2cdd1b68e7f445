"""挂起与转办: a ticket is set aside and comes back, or goes on to another department or window."""

import asyncpg

from appointments import calling, types, windows
from appointments.hall_errors import AlreadyInLine, NowhereToGo
from foundation import audit, database
from foundation.actor import Actor

MOVABLE = ("waiting", "called", "held", "missed")


@database.retry_on_deadlock
async def hold(*, ticket_id: int, hall_code: str, by: Actor) -> None:
    """挂起: the visitor fetches a paper; the window may call the next. Raises TicketNotFound, CannotCall."""
    async with database.transaction():
        row = await calling.locked(ticket_id, hall_code, of=("called",))
        await calling.move(ticket_id, of=("called",), to="held")
        await calling.back_to_the_line(row["appointment_id"])
        await audit.record("ticket.held", subject=f"ticket:{ticket_id}", by=by, detail={"window": row["window"]})


@database.retry_on_deadlock
async def resume(*, ticket_id: int, hall_code: str, by: Actor) -> None:
    """恢复排队: back into the line at its old place, from held or missed. Raises TicketNotFound, CannotCall."""
    async with database.transaction():
        row = await calling.locked(ticket_id, hall_code, of=("held", "missed"))
        await calling.move(ticket_id, of=("held", "missed"), to="waiting")
        await audit.record("ticket.resumed", subject=f"ticket:{ticket_id}", by=by, detail={"from": row["state"]})


@database.retry_on_deadlock
async def transfer(
    *, ticket_id: int, hall_code: str, by: Actor, department_code: str = "", to_window: str = "", reason: str = ""
) -> None:
    """转办: on to another department, or to one window alone; the ticket keeps its number and its place in time.

    Raises TicketNotFound, CannotCall, NowhereToGo, DepartmentNotHere, AlreadyInLine.
    """
    window = to_window.strip()[: windows.NAME_LENGTH]
    if not department_code and not window:
        raise NowhereToGo
    hall = await types.find_hall(code=hall_code)
    chosen = await windows.department(hall, department_code) if department_code else None
    try:
        async with database.transaction() as tx:
            row = await calling.locked(ticket_id, hall_code, of=MOVABLE)
            await calling.move(ticket_id, of=MOVABLE, to="waiting", window=window)
            if chosen:
                await tx.execute("update ticket set department_id = $2 where id = $1", ticket_id, chosen.id)
            if row["state"] == "called":
                await calling.back_to_the_line(row["appointment_id"])
            detail = {"from": row["window"], "department": department_code, "window": window}
            await audit.record("ticket.transferred", subject=f"ticket:{ticket_id}", by=by, reason=reason, detail=detail)
    except asyncpg.UniqueViolationError as twice:
        raise AlreadyInLine from twice
