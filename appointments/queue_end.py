"""候补的终止: offers whose deadline has passed, queues whose slot is over, and waiters who have booked meanwhile."""

from appointments import booking, passing_on, seats
from appointments.events import WaitlistClosed
from foundation import audit, database, events


async def lapse_offers() -> int:
    """Each place whose waiter did not answer in time goes on to the next; how many did."""
    rows = await database.fetch(
        """select w.id, w.appointment_id, w.citizen_id from waitlist_entry w
            where w.state = 'offered' and w.offer_until <= clock_timestamp() order by w.slot_id, w.id limit 500"""
    )
    return sum([await _lapse(row["id"], row["appointment_id"], row["citizen_id"]) for row in rows])


@database.retry_on_deadlock
async def _lapse(entry_id: int, appointment_id: int, citizen_id: int) -> bool:
    """False when it was accepted or declined in the last moment. A deadline is never moved, so it stays passed."""
    async with database.transaction():
        if not await seats.give_back(appointment_id, of=("held",), to="lapsed"):
            return False
        await audit.record("booking.lapsed", subject=f"appointment:{appointment_id}", by=passing_on.BY)
        await events.tell(WaitlistClosed(entry_id=entry_id, citizen_id=citizen_id, why="lapsed"))
    return True


async def close_over() -> int:
    """Nobody waits for a slot that takes no bookings any more; how many queues' places ended."""
    rows = await database.fetch(
        """select w.id from waitlist_entry w join slot s on s.id = w.slot_id join appointment_type t on t.id = s.type_id
            where w.state = 'waiting'
              and (s.close_at <= clock_timestamp() or s.state = 'withdrawn' or not t.active)
            order by w.slot_id, w.id limit 500"""
    )
    for row in rows:
        async with database.transaction():
            await passing_on.close(row["id"], why="over")
    return len(rows)


async def close_for_booked(appointment_id: int) -> None:
    """Who has booked a business on a day waits for it on that day no longer."""
    held = await booking.by_id(appointment_id)
    async with database.transaction() as tx:
        rows = await tx.fetch(
            """select id from waitlist_entry where citizen_id = $1 and type_id = $2 and day = $3 and state = 'waiting'
                order by id for update""",
            held.citizen_id, held.type_id, held.day,
        )  # fmt: skip
        for row in rows:
            await passing_on.close(row["id"], why="booked")
