"""加号: staff give a slot more places; whoever waits is served first, the rest is everybody's."""

from appointments import passing_on
from appointments.errors import CapacityInvalid, SlotNotFound
from appointments.models import Slot
from foundation import audit, database
from foundation.actor import Actor

MOST = 1000
# Who was beyond the places has one of the new ones now.
WIDEN = "update slot set capacity = $2, extra = extra + $2 - capacity, over = greatest(0, booked - $2) where id = $1"


@database.retry_on_deadlock
async def add_places(*, slot_id: int, to: int, by: Actor) -> None:
    """Raise a slot's capacity to `to`. Raises SlotNotFound, CapacityInvalid; to take places away is another matter."""
    async with database.transaction() as tx:
        now = await tx.fetchval("select capacity from slot where id = $1 and state <> 'withdrawn' for update", slot_id)
        if now is None:
            raise SlotNotFound
        if not now < to <= MOST:
            raise CapacityInvalid(detail={"capacity": now})
        await tx.execute(WIDEN, slot_id, to)
        await audit.record("slot.widened", subject=f"slot:{slot_id}", by=by, detail={"from": now, "to": to})
        await passing_on.serve(slot_id)


async def find(slot_id: int) -> Slot:
    """A slot that is in the plan, with its type and hall. Raises SlotNotFound."""
    found = await Slot.get_or_none(id=slot_id).select_related("type__hall")
    if found is None or found.state == "withdrawn":
        raise SlotNotFound
    return found
