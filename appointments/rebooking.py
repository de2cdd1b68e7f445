"""优先改约: whose booking a closure cancelled chooses another place before everybody else, in two taps.

One place is held for them; they take it, choose another, or say no. Nothing of it counts against a limit, and nothing
of it is 爽约. Lock order: the person → slots by id → the appointment → the notice.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime

import asyncpg
from msgspec import Struct

from appointments import booking, limits, rebook_places, seats
from appointments.booking import Booking
from appointments.closure_errors import NotOffered, RebookNotFound, RebookOver
from appointments.errors import AlreadyBookedThatDay, SlotFull, TooBusy
from appointments.events import BookingConfirmed
from appointments.rebook_places import Place
from foundation import audit, crypto, database, events, metrics
from foundation.actor import Actor
from foundation.questions import Asking, Question, ask_as_one

LAPSING = Actor.system("appointments.rebooking")


@dataclass(frozen=True, kw_only=True)
class Rebook:
    """An offer as its holder reads it: `old` was cancelled, `held` is kept until `held_until`, `new` was taken."""

    notice_id: int
    code: str
    offer: str
    state: str
    citizen_id: int
    reason: str
    note: str
    old: Booking
    offered_until: datetime | None
    held: Booking | None
    held_until: datetime | None
    new: Booking | None

    @property
    def open(self) -> bool:
        return self.offer == "open"


class Offer(Struct, frozen=True):
    """A row of READ: `taken` is what is held for them, or what they took."""

    id: int
    code: str
    offer: str
    state: str
    offered_until: datetime | None
    citizen_id: int
    reason: str
    note: str
    old: Booking
    taken: Booking | None
    held_until: datetime | None


# A place is held until the deadline, but not into the last hour before its slot closes: it would be nobody's.
HELD_UNTIL = "least(n.offered_until, s.close_at - interval '1 hour')"
READ = f"""
select n.id, n.code, n.offer, n.state, n.offered_until, a.citizen_id, c.reason, c.note,
       (select to_json(old) from ({booking.READ} where a.id = n.appointment_id) as old) as old,
       (select to_json(new) from ({booking.READ} where a.id = n.new_appointment_id) as new) as taken,
       {HELD_UNTIL} as held_until
  from closure_notice n join closure c on c.id = n.closure_id join appointment a on a.id = n.appointment_id
  left join appointment b on b.id = n.new_appointment_id left join slot s on s.id = b.slot_id
"""
BY_CODE = Question(Offer, f"{READ} where n.code = asked.code and n.offer <> 'none'", code="text")
MADE_FOR = Question(
    Offer, f"{READ} where n.appointment_id = asked.appointment and n.offer <> 'none'", appointment="bigint"
)
OPEN = Question(
    Offer,
    f"""{READ} where (a.citizen_id = asked.who or (a.booked_by <> '' and a.booked_by = asked.booker))
   and n.offer = 'open' and clock_timestamp() < n.offered_until order by n.offered_until, n.id""",
    who="bigint",
    booker="text",
)
HEARD = """
update closure_notice set offer = $2, new_appointment_id = coalesce($3, new_appointment_id),
       state = case when $4 and state in ('pending', 'failed', 'unreachable') then 'told' else state end,
       changed_at = clock_timestamp()
 where id = $1 and offer = 'open'
"""
IN_TIME = "select clock_timestamp() < offered_until from closure_notice where id = $1 and offer = 'open'"


async def find(*, code: str, for_: Actor, locked: bool = False) -> Rebook:
    """One's own offer, that of somebody one booked for and still looks after, or any for staff.

    `locked`, within a transaction: what ties the booker to them stays until its end. Raises RebookNotFound, also for
    another's and before it was made.
    """
    return await _shown_to(await _by_code(code), for_, locked=locked)


async def with_suggestions(*, code: str, for_: Actor) -> tuple[Rebook, list[Place]]:
    """As `find`, and places beside the one that is held, nearest first; none when the offer is over."""
    await ask_as_one(offer := _by_code(code), places := rebook_places.suggested_in(crypto.read_code(code)))
    return await _shown_to(offer.answer, for_), places.answer


async def choices(*, code: str, for_: Actor) -> list[Place]:
    """Every place they may have instead, by time; none when the offer is over. Raises RebookNotFound."""
    await ask_as_one(offer := _by_code(code), places := rebook_places.free_in(crypto.read_code(code)))
    await _shown_to(offer.answer, for_)
    return places.answer


def _by_code(code: str) -> Asking[list[Offer]]:
    return BY_CODE.asking(crypto.read_code(code), then=list)


async def _shown_to(rows: list[Offer], for_: Actor, *, locked: bool = False) -> Rebook:
    if not rows:
        raise RebookNotFound
    found = _rebook(rows[0])
    if for_.kind == "citizen" and not await booking.is_of(found.old, for_, locked=locked):
        raise RebookNotFound
    return found


async def of(citizen: Actor) -> list[Rebook]:
    """The open offers of the citizen, and of those they booked for and look after; what ends first first."""
    return await looked_after(await open_to(citizen), citizen)


def open_to(citizen: Actor) -> Asking[list[Offer]]:
    """The open offers of the citizen and of whomever they booked for: to be read by `looked_after`."""
    return OPEN.asking(citizen.number, str(citizen), then=list)


async def looked_after(offers: list[Offer], citizen: Actor) -> list[Rebook]:
    """Those of them that are the citizen's to answer today."""
    found = [_rebook(one) for one in offers]
    return [one for one in found if await booking.is_of(one.old, citizen)]


async def after(appointment_id: int) -> Rebook | None:
    """The offer that was made when this appointment was cancelled, if one was."""
    row = await MADE_FOR.row(appointment_id)
    return _rebook(row) if row else None


async def promised(appointment_id: int) -> bool:
    """Whether an offer was made when this appointment was cancelled, or is about to be."""
    notices = "select exists (select from closure_notice where appointment_id = $1 and state <> 'moot')"
    return bool(await database.fetchval(notices, appointment_id))


@database.retry_on_deadlock
async def accept(*, code: str, by: Actor) -> Booking:
    """Take the place that is held; again gives the same booking. Staff may for somebody on the telephone.

    Raises RebookNotFound, RebookOver, TooBusy.
    """
    seen = await find(code=code, for_=by)
    async with _answering() as tx:
        offer = await _alone(seen, by)
        if offer.new:
            return offer.new
        if not offer.open or offer.held is None:
            raise RebookOver(detail={"offer": offer.offer})
        await rebook_places.lock(offer.held.slot_id)
        taken = await tx.fetchval(
            """update appointment set state = 'booked', changed_at = clock_timestamp()
                where id = $1 and state = 'held' and clock_timestamp() < $2 returning id""",
            offer.held.id,
            offer.held_until,
        )
        if taken is None:
            raise RebookOver(detail={"offer": offer.offer})
        booked = await _rebooked(offer, offer.held.id, by=by)
        if by.kind == "staff":  # they agreed on the telephone: nobody need tell them again
            await audit.record("booking.told_by_phone", subject=f"appointment:{booked.id}", by=by)
        return booked


@database.retry_on_deadlock
async def choose(*, code: str, slot_id: int, type_id: int, by: Actor) -> Booking:
    """Take another of the places; the one that was held is given back. The same choice again gives the same booking.

    Raises RebookNotFound, RebookOver, NotOffered, SlotFull, AlreadyBookedThatDay, TooBusy.
    """
    seen = await find(code=code, for_=by)
    if seen.held and (seen.held.slot_id, seen.held.type_id) == (slot_id, type_id):
        return await accept(code=code, by=by)
    try:
        async with _answering():
            offer = await _alone(seen, by)
            if offer.new and offer.new.slot_id == slot_id:
                return offer.new
            return await _moved(offer, slot_id, type_id, by=by)
    except asyncpg.UniqueViolationError as clash:
        raise (AlreadyBookedThatDay() if clash.constraint_name == "appointment_one_live" else clash) from clash


async def _moved(offer: Rebook, slot_id: int, type_id: int, *, by: Actor) -> Booking:
    if not offer.open or not await database.fetchval(IN_TIME, offer.notice_id):
        raise RebookOver(detail={"offer": offer.offer})
    await rebook_places.lock(slot_id, *([offer.held.slot_id] if offer.held else []))
    if offer.held:
        await _give_back(offer.held.id, to="declined", by=by)
    there = await rebook_places.free(offer.old.id, slot_id=slot_id)
    place = next((one for one in there if one.type_id == type_id), None)
    if place is None:
        full = await database.fetchval("select booked >= capacity from slot where id = $1", slot_id)
        raise SlotFull if full else NotOffered
    taken = await rebook_places.take(
        place, citizen_id=offer.citizen_id, key=f"rebook:{offer.code}:booked", state="booked", instead_of=offer.old.id
    )
    if taken is None:
        raise SlotFull
    return await _rebooked(offer, taken, by=by)


async def _rebooked(offer: Rebook, appointment_id: int, *, by: Actor) -> Booking:
    """The notice, the audit row and the event of an offer that has become a booking."""
    await database.joined().execute(HEARD, offer.notice_id, "accepted", appointment_id, by.kind == "citizen")
    detail = {"instead_of": offer.old.id}
    await audit.record("booking.rebooked", subject=f"appointment:{appointment_id}", by=by, detail=detail)
    await events.tell(BookingConfirmed(appointment_id=appointment_id, citizen_id=offer.citizen_id))
    metrics.count("bookings_rebooked_total")
    return await booking.by_id(appointment_id)


@database.retry_on_deadlock
async def decline(*, code: str, by: Actor) -> Rebook:
    """ "No, thanks": the place is everybody's. Again is harmless. Raises RebookNotFound, RebookOver, TooBusy."""
    seen = await find(code=code, for_=by)
    async with _answering() as tx:
        offer = await _alone(seen, by)
        if offer.offer == "declined":
            return offer
        if not offer.open:
            raise RebookOver(detail={"offer": offer.offer})
        if offer.held:
            await _give_back(offer.held.id, to="declined", by=by)
        await tx.execute(HEARD, offer.notice_id, "declined", None, by.kind == "citizen")
        await audit.record("rebook.declined", subject=f"closure_notice:{offer.notice_id}", by=by)
        return await find(code=code, for_=by)


async def lapse() -> int:
    """Places held too long go back, and offers whose deadline has passed end; how many ended."""
    rows = await database.fetch(
        f"""select n.id, a.citizen_id, b.id as held_id, n.offered_until <= clock_timestamp() as over
             from closure_notice n join appointment a on a.id = n.appointment_id
             left join appointment b on b.id = n.new_appointment_id and b.state = 'held'
             left join slot s on s.id = b.slot_id
            where n.offer = 'open' and {HELD_UNTIL} <= clock_timestamp()
            order by n.id limit 500"""
    )
    return sum([await _lapse(row) for row in rows])


@database.retry_on_deadlock
async def _lapse(row: asyncpg.Record) -> bool:
    """False when the offer stays, or was answered in the last moment. A deadline is never moved, so it stays passed."""
    async with database.transaction() as tx:
        await limits.lock_persons(row["citizen_id"])
        if row["held_id"] and await seats.give_back(row["held_id"], of=("held",), to="lapsed"):
            await audit.record("booking.lapsed", subject=f"appointment:{row['held_id']}", by=LAPSING)
        if not row["over"]:
            return False
        ended = await tx.execute(HEARD, row["id"], "lapsed", None, False)
        if ended != "UPDATE 1":
            return False
        await audit.record("rebook.lapsed", subject=f"closure_notice:{row['id']}", by=LAPSING)
    return True


@asynccontextmanager
async def _answering() -> AsyncIterator[database.Transaction]:
    """One transaction; TooBusy when it had to wait too long for a slot or for another device of the person."""
    try:
        async with database.transaction() as tx:
            yield tx
    except asyncpg.LockNotAvailableError as waited:
        raise TooBusy(retry_after=2) from waited


async def _alone(seen: Rebook, by: Actor) -> Rebook:
    """The offer as it is once its person is locked: nobody answers or ends it meanwhile."""
    await limits.lock_persons(seen.citizen_id)
    return await find(code=seen.code, for_=by, locked=True)


async def _give_back(held_id: int, *, to: str, by: Actor) -> None:
    if await seats.give_back(held_id, of=("held",), to=to):
        await audit.record(f"booking.{to}", subject=f"appointment:{held_id}", by=by)


def _rebook(row: Offer) -> Rebook:
    taken = row.taken
    return Rebook(
        notice_id=row.id, code=row.code, offer=row.offer, state=row.state, citizen_id=row.citizen_id,
        reason=row.reason, note=row.note, old=row.old, offered_until=row.offered_until,
        held=taken if taken and taken.state == "held" and row.offer == "open" else None,
        held_until=row.held_until if taken and taken.state == "held" else None,
        new=taken if row.offer == "accepted" else None,
    )  # fmt: skip
