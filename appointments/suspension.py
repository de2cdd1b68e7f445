"""暂停预约: staff stop a slot from being booked, and let it be booked again. Whoever holds a place keeps it."""

from appointments import passing_on
from appointments.errors import ReasonNeeded, SlotNotFound
from foundation import audit, database
from foundation.actor import Actor


async def suspend(*, slot_id: int, by: Actor, reason: str) -> None:
    """No new bookings from now on, also not those on their way. Raises SlotNotFound, ReasonNeeded."""
    if not reason.strip():
        raise ReasonNeeded
    await _move(slot_id, of="open", to="suspended", by=by, reason=reason)


async def resume(*, slot_id: int, by: Actor) -> None:
    """Let a suspended slot be booked again; whoever waits comes first. Raises SlotNotFound."""
    await _move(slot_id, of="suspended", to="open", by=by, reason="")


async def _move(slot_id: int, *, of: str, to: str, by: Actor, reason: str) -> None:
    async with database.transaction() as tx:
        state = await tx.fetchval("select state from slot where id = $1 for update", slot_id)
        if state not in ("open", "suspended"):
            raise SlotNotFound
        if state == of:
            await tx.execute("update slot set state = $2 where id = $1", slot_id, to)
            await audit.record(f"slot.{to}", subject=f"slot:{slot_id}", by=by, reason=reason)
            await passing_on.serve(slot_id)
