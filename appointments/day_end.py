"""日终: when a day is over, who had not come is 爽约, who waited in vain is 到场未办, who was being served is done."""

from datetime import date

from appointments import booking, calling, seats
from appointments.events import VisitMissed
from foundation import audit, clock, database, events
from foundation.actor import Actor

# A live state → what it becomes, and what becomes of its ticket.
ENDS = {"booked": ("no_show", "dropped"), "checked_in": ("unserved", "dropped"), "serving": ("finished", "finished")}


async def close_until(day: date, *, by: Actor) -> dict[str, int]:
    """Close every day before `day`; how many went to which state. Each booking is a transaction of its own.

    Whom a closure is about to cancel is left to it: that is never 爽约, however late the work comes.
    """
    marked = {to: 0 for to, _ in ENDS.values()}
    rows = await database.fetch(
        """select id, state from appointment a
            where day < $1 and state in ('booked', 'checked_in', 'serving')
              and not exists (select from closure_notice n where n.appointment_id = a.id and n.handled_at is null)
            order by slot_id, id""",
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


# A walk-in's ticket in this state → what it becomes.
WALK_IN_ENDS = {"called": "finished", "waiting": "dropped", "held": "dropped", "missed": "dropped"}


async def close_walk_ins(day: date, *, by: Actor) -> int:
    """End the tickets without a booking of every day before `day`, and forget whose they were; how many."""
    rows = await database.fetch(
        """select id, state from ticket where day < $1 and appointment_id is null
              and state in ('waiting', 'called', 'held', 'missed') order by id""",
        day,
    )
    closed = 0
    for row in rows:
        async with database.transaction() as tx:
            to = WALK_IN_ENDS[row["state"]]
            moved = await tx.fetchval(
                "update ticket set state = $2, finished_at = $3 where id = $1 and state = $4 returning id",
                row["id"], to, clock.now(), row["state"],
            )  # fmt: skip
            if moved:
                await audit.record(f"ticket.{to}", subject=f"ticket:{row['id']}", by=by)
                closed += 1
    await database.execute(
        "update ticket set person_fingerprint = '', person_masked = '' where day < $1 and person_fingerprint <> ''", day
    )
    return closed
