"""派号: rank by rank everybody gets the first place wished for that is left, in short transactions that can be resumed.

Ranks are fixed before (`draw.close`), so a run that is killed goes on where it stopped: an entry's outcome is committed
together with its booking. Lock order: the draw's giving → the persons → the slots by id → the appointment.
"""

import json
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import asyncpg

from appointments import booking, draw, limits, seats, standing_in
from appointments.booking import Booking
from appointments.draw_events import DrawCancelled, DrawLost
from appointments.errors import NotYetReleased, SlotClosed, SlotFull, SlotNotFound, SlotSuspended
from appointments.redraw import method
from appointments.reserving import Wish
from foundation import audit, database, events, metrics
from foundation.actor import Actor
from foundation.errors import NotSignedIn, Refusal, Unavailable
from identity import access
from identity.errors import NoSuchCitizen

BATCH = 500  # entries settled by one transaction …
HOPEFUL = 40  # … at most so many of which may get a place: their persons are locked meanwhile

# One run gives the places of a draw at a time; who registers or cancels never asks for this lock.
ALONE = "select pg_advisory_xact_lock(hashtextextended('draw:' || $1::bigint, 1))"

# The slot was stopped since the places were fixed: the next wish counts. Any other refusal is the person's.
STOPPED = (SlotNotFound, SlotClosed, SlotSuspended, SlotFull, NotYetReleased)


class _Merged(Exception):
    """The person became another one while the batch was under way."""


@dataclass(frozen=True, kw_only=True)
class Turn:
    """An entry whose turn has come; `person` is who may get a place, None where none that is wished for is left.
    `entered_by` is who entered for them, an Actor, or an empty text.
    """

    id: int
    citizen_id: int
    entered_by: str
    entry: method.Entry
    person: int | None


@dataclass(frozen=True, kw_only=True)
class Outcome:
    turn: Turn
    outcome: str
    why: str = ""
    held: Booking | None = None
    passed: list[int] = field(default_factory=list)


async def settle(draw_id: int) -> None:
    """Give all places of a closed draw, then end it. Two runs at once, or one after another, give each place once."""
    while await _settle_some(draw_id):
        pass
    await _finish(draw_id)


@database.retry_on_deadlock
async def _settle_some(draw_id: int) -> bool:
    """The next entries by rank; False when there are none."""
    try:
        async with database.transaction() as tx:
            await tx.execute(ALONE, draw_id)
            left = await _left(draw_id)
            turns = await _next(draw_id, left)
            hopeful = [one.person for one in turns if one.person is not None]
            await limits.lock_subjects(hopeful, booked_by=[one.entered_by for one in turns])
            async with _open_to_the_draw(list(left) if hopeful else []):
                outcomes = [await _turn(one, left) for one in turns]
            await _write(outcomes)
    except _Merged:
        return True  # look again who it is
    return bool(turns)


async def _left(draw_id: int) -> dict[int, int]:
    """Slot → places left, the earliest first; empty when the draw is not closed, or all are given."""
    row = await database.fetchrow("select places from draw where id = $1 and state = 'closed'", draw_id)
    given = await database.fetch(
        "select slot_id, count(*) as number from draw_entry where draw_id = $1 and outcome = 'won' group by slot_id",
        draw_id,
    )
    taken = {one["slot_id"]: one["number"] for one in given}
    return {slot: places - taken.get(slot, 0) for slot, _, places in json.loads(row["places"])} if row else {}


async def _next(draw_id: int, left: dict[int, int]) -> list[Turn]:
    """Places only become fewer: who finds none now finds none at their turn, and needs no lock."""
    rows = await database.fetch(
        """select e.id, e.number, e.wishes, e.any_slot, e.citizen_id, e.entered_by
             from draw_entry e join draw d on d.id = e.draw_id
            where e.draw_id = $1 and d.state = 'closed' and e.outcome = 'registered' order by e.rank limit $2""",
        draw_id,
        BATCH,
    )
    turns, hopeful = [], 0
    for row in rows:
        one = draw.entry(row)
        hope = any(left.get(slot) for slot in method.wanted(one, left))
        hopeful += hope
        if hopeful > HOPEFUL:
            break
        person = await _person(row["citizen_id"]) if hope else None
        turns.append(
            Turn(id=row["id"], citizen_id=row["citizen_id"], entered_by=row["entered_by"], entry=one, person=person)
        )
    return turns


async def _person(citizen_id: int) -> int:
    """Who this is today; one who has left is refused by the same questions as everybody."""
    try:
        return await access.active_id(citizen_id)
    except NoSuchCitizen:
        return citizen_id


@asynccontextmanager
async def _open_to_the_draw(slot_ids: list[int]) -> AsyncIterator[None]:
    """The slots are released for this transaction alone.

    Their rows stay locked until they are shut again, so whoever asks meanwhile waits and reads what was there before.
    """
    tx = database.joined()
    rows = await tx.fetch("select id, release_at from slot where id = any($1) order by id for update", slot_ids)
    await tx.execute("update slot set release_at = clock_timestamp() where id = any($1)", slot_ids)
    yield
    await tx.execute(
        """update slot s set release_at = before.release_at
             from unnest($1::bigint[], $2::timestamptz[]) as before (id, release_at) where s.id = before.id""",
        [row["id"] for row in rows],
        [row["release_at"] for row in rows],
    )


async def _turn(turn: Turn, left: dict[int, int]) -> Outcome:
    passed: list[int] = []
    for slot_id in method.wanted(turn.entry, left) if turn.person is not None else ():
        if not left.get(slot_id):
            continue
        try:
            held = await _give_place(slot_id, turn)
        except STOPPED:
            passed.append(slot_id)
            continue
        except Refusal as no:
            await _is_no_fault_of_ours(no, turn)
            return Outcome(turn=turn, outcome="ineligible", why=no.code, passed=passed)
        left[slot_id] -= 1
        return Outcome(turn=turn, outcome="won", held=held, passed=passed)
    return Outcome(turn=turn, outcome="lost", passed=passed)


async def _give_place(slot_id: int, turn: Turn) -> Booking:
    """Take the place as everybody takes one; who entered for another has booked. Raises what `booking.reserve` does."""
    assert turn.person is not None
    agent = standing_in.agent(turn.entered_by, turn.person)
    by = Actor.citizen(agent or turn.person)
    wish = Wish(slot_id=slot_id, citizen_id=turn.person, by=by, key=f"draw:{turn.entry.number}")
    async with database.transaction():  # a refused one leaves nothing behind for those who follow
        numbers = await seats.lock_and_number([turn.person], booked_by=[turn.entered_by])
        (seen,) = await seats.take([wish.want(numbers[turn.person])])
        return await booking.taken_or_refused(seen, body_hash=wish.body_hash)


async def _is_no_fault_of_ours(no: Refusal, turn: Turn) -> None:
    """A database that is gone, or a merge that came between, is no answer to the entry: the batch is begun anew."""
    if isinstance(no, Unavailable):
        raise no
    if isinstance(no, NotSignedIn) and await _person(turn.citizen_id) != turn.person:
        raise _Merged


WRITE = """
update draw_entry e set outcome = o.outcome, why = o.why, passed = o.passed::jsonb, slot_id = o.slot_id,
       appointment_id = o.appointment_id, changed_at = clock_timestamp()
  from unnest($1::bigint[], $2::text[], $3::text[], $4::text[], $5::bigint[], $6::bigint[])
       as o (id, outcome, why, passed, slot_id, appointment_id) where e.id = o.id and e.outcome = 'registered'
"""


async def _write(outcomes: Sequence[Outcome]) -> None:
    await database.execute(
        WRITE,
        [one.turn.id for one in outcomes],
        [one.outcome for one in outcomes],
        [one.why for one in outcomes],
        [json.dumps(one.passed) for one in outcomes],
        [one.held.slot_id if one.held else None for one in outcomes],
        [one.held.id if one.held else None for one in outcomes],
    )
    for one in outcomes:
        metrics.count("draw_entries_total", outcome=one.outcome)
        if one.outcome != "won":
            await events.tell(DrawLost(entry_id=one.turn.id, citizen_id=one.turn.citizen_id))


@database.retry_on_deadlock
async def _finish(draw_id: int) -> None:
    """The draw is over: what it leaves has a moment of release."""
    async with database.transaction() as tx:
        await draw.locked(draw_id)
        over: asyncpg.Record | None = await tx.fetchrow(
            """update draw set state = 'drawn', drawn_at = clock_timestamp() where id = $1 and state = 'closed'
                  and not exists (select from draw_entry where draw_id = $1 and outcome = 'registered') returning *""",
            draw_id,
        )
        if over is not None:
            await draw.release(over)
            await audit.record("draw.drawn", subject=f"draw:{draw_id}", by=draw.BY, detail=await counts(draw_id))


async def counts(draw_id: int) -> dict[str, Any]:
    """Outcome → how many entries."""
    rows = await database.fetch(
        "select outcome, count(*)::int as number from draw_entry where draw_id = $1 group by outcome", draw_id
    )
    return {row["outcome"]: row["number"] for row in rows}


async def tell_cancelled() -> int:
    """Those who registered for a draw that was called off hear it, each once; how many did."""
    async with database.transaction() as tx:
        rows = await tx.fetch(
            """update draw_entry set outcome = 'cancelled', changed_at = clock_timestamp()
                where id in (select e.id from draw_entry e join draw d on d.id = e.draw_id
                              where d.state = 'cancelled' and e.outcome = 'registered'
                              order by e.id limit $1 for update of e skip locked)
            returning id, citizen_id""",
            BATCH,
        )
        for row in rows:
            await events.tell(DrawCancelled(entry_id=row["id"], citizen_id=row["citizen_id"]))
    return len(rows)
