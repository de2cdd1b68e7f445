"""日终: when a day is over, who had not come is 爽约, who waited in vain is 到场未办, who was being served is done."""

from datetime import date

from appointments import booking, calling, seats
from appointments.events import VisitMissed
from foundation import audit, database, events
from foundation.actor import Actor

# A live state → what it becomes, and what becomes of its ticket.
ENDS = {"booked": ("no_show", "dropped"), "checked_in": ("unserved", "dropped"), "serving": ("finished", "finished")}


async def close_until(day: date, *, by: Actor) -> dict[str, int]:
    """Close every day before `day`; how many went to which state. Each booking is a transaction of its own."""
    marked = {to: 0 for to, _ in ENDS.values()}
    rows = await database.fetch(
        """select id, state from appointment
            where day < $1 and state in ('booked', 'checked_in', 'serving') order by slot_id, id""",
        day,
    )
    for row in rows:
        if await _close(row["id"], row["state"], by=by):
            marked[ENDS[row["state"]][0]] += 1
    return marked


@database.retry_on_deadlock
async def _close(appointment_id: int, state: str, *, by: Actor) -> bool:
    """False when it moved meanwhile: a check-in in the last second wins, the next run looks again."""
    to, ticket = ENDS[state]
    async with database.transaction():
        if not await seats.give_back(appointment_id, of=(state,), to=to, ticket=ticket):
            return False
        visit = await booking.by_id(appointment_id)
        if to == "finished":
            await calling.note_finished(visit, by=by)
            return True
        await audit.record(f"booking.{to}", subject=f"appointment:{visit.id}", by=by)
        if to == "no_show":
            await events.tell(VisitMissed(appointment_id=visit.id, citizen_id=visit.citizen_id))
    return True
