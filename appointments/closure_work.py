"""停办之后: one person after another the booking is cancelled, another place offered, and both told by one event.

Each is a transaction of its own, so a run that dies is taken up where it stopped, and two runs at once do everything
once: whoever holds the person and finds `handled_at` empty does the work.
"""

from datetime import datetime, time, timedelta

import asyncpg

from appointments import booking, limits, passing_on, rebook_places
from appointments.events import RebookOffered
from appointments.rebook_places import Place
from foundation import audit, clock, database, events, jobs, logs, metrics
from foundation.actor import Actor

BATCH = 200
# An offer ends in the evening: nobody should have to answer at night.
UNTIL = time(20)

log = logs.logger(__name__)

UNHANDLED = """
select id from closure_notice where closure_id = $1 and handled_at is null and id > $2 order by id limit $3
"""


@jobs.job()
async def work_through(*, closure_id: int) -> None:
    """At once after the announcement; whoever is left is taken up by `closure_jobs.finish_closures`."""
    await work(closure_id)


async def work(closure_id: int) -> int:
    """Everybody who has a notice, in batches; then those who wait. One's fault stops no other; how many had one."""
    failed = last = 0
    while rows := await database.fetch(UNHANDLED, closure_id, last, BATCH):
        for row in rows:
            last = row["id"]
            try:
                await handle(last)
            except Exception:
                failed += 1
                log.exception("closure_notice_not_handled", notice_id=last)
    await _close_queues(closure_id)
    await _note_state(closure_id)
    return failed


@database.retry_on_deadlock
async def handle(notice_id: int) -> bool:
    """Cancel one booking and offer another place; False when there was nothing to do any more."""
    async with database.transaction() as tx:
        seen = await tx.fetchrow(NOTICE, notice_id)
        # A closure is not withdrawn while one of its people is on the way: they are told either all or nothing.
        closure = await tx.fetchrow(LOCK_CLOSURE, seen["closure_id"]) if seen else None
        if seen is None or closure is None or closure["state"] == "withdrawn":
            return False
        await limits.lock_persons(seen["citizen_id"])
        if await tx.fetchval("select handled_at is not null from closure_notice where id = $1", notice_id):
            return False
        await _cancel_and_offer(seen, closure)
    return True


NOTICE = """
select n.id, n.code, n.closure_id, n.appointment_id, a.citizen_id, a.slot_id
  from closure_notice n join appointment a on a.id = n.appointment_id where n.id = $1 and n.handled_at is null
"""
LOCK_CLOSURE = "select * from closure where id = $1 for share"
HANDLED = """
update closure_notice set handled_at = clock_timestamp(), changed_at = clock_timestamp(), state = $2, offer = $3,
       offered_until = $4, new_appointment_id = $5 where id = $1
"""
REPLACE = """
update closure_notice set offer = 'replaced', changed_at = clock_timestamp()
 where new_appointment_id = $1 and offer = 'open'
"""


async def _cancel_and_offer(seen: asyncpg.Record, closure: asyncpg.Record) -> None:
    tx, by = database.joined(), _actor(closure["made_by"])
    places = await rebook_places.suggested(seen["appointment_id"])
    further = await tx.fetch("select slot_id from further_slot where appointment_id = $1", seen["appointment_id"])
    own = [seen["slot_id"], *(row["slot_id"] for row in further)]
    await rebook_places.lock(*own, *(one.slot_id for one in places))
    of = ("held", "booked", "checked_in") if closure["send_home"] else ("held", "booked")
    gone = await booking.withdraw(seen["appointment_id"], by=by, reason=closure["reason"], of=of)
    if not gone and (await booking.by_id(seen["appointment_id"])).state != "office_cancelled":
        await tx.execute(HANDLED, seen["id"], "moot", "none", None, None)
        return
    await tx.execute(REPLACE, seen["appointment_id"])
    until = deadline(clock.now(), closure["offer_days"])
    held = await _hold_one(places, seen, until=until, by=by)
    await tx.execute(HANDLED, seen["id"], "pending", "open", until, held)
    await events.tell(RebookOffered(appointment_id=seen["appointment_id"], citizen_id=seen["citizen_id"]))
    metrics.count("rebook_offers_total")


async def _hold_one(places: list[Place], seen: asyncpg.Record, *, until: datetime, by: Actor) -> int | None:
    """The first of the places that is still free is kept for them; the others are only shown."""
    for place in places:
        held = await rebook_places.take(
            place, citizen_id=seen["citizen_id"], key=f"rebook:{seen['code']}:held", state="held",
            instead_of=seen["appointment_id"],
        )  # fmt: skip
        if held is not None:
            detail = {"until": until, "instead_of": seen["appointment_id"]}
            await audit.record("booking.held", subject=f"appointment:{held}", by=by, detail=detail)
            return held
    return None


def deadline(now: datetime, days: int) -> datetime:
    """Until when the priority lasts: the evening of the day so many days ahead."""
    return datetime.combine(clock.shanghai(now).date() + timedelta(days=days), UNTIL, clock.SHANGHAI)


async def _close_queues(closure_id: int) -> None:
    """Nobody waits for a slot of a hall that is closed."""
    rows = await database.fetch(
        """select w.id from waitlist_entry w join slot s on s.id = w.slot_id
            where s.closure_id = $1 and s.state = 'suspended' and w.state = 'waiting' order by w.slot_id, w.id""",
        closure_id,
    )
    for row in rows:
        async with database.transaction():
            await passing_on.close(row["id"], why="closure")


async def _note_state(closure_id: int) -> None:
    """running while somebody is left, done afterwards; a withdrawn one stays withdrawn."""
    await database.execute(
        """update closure set state = case when exists (select from closure_notice
                                where closure_id = $1 and handled_at is null) then 'running' else 'done' end
            where id = $1 and state in ('announced', 'running')""",
        closure_id,
    )


async def unfinished() -> list[int]:
    """Closures whose people have not all been handled: a worker died, or somebody was busy."""
    rows = await database.fetch("select id from closure where state in ('announced', 'running') order by id")
    return [row["id"] for row in rows]


def _actor(made_by: str) -> Actor:
    """Whoever decided the closure cancels by it, though a worker does it."""
    kind, _, name = made_by.partition(":")
    return Actor(kind, name)  # type: ignore[arg-type]
