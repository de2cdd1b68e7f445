"""Places given back while others join, leave, accept and book. Each control turns one lock or rule off and fails."""

import asyncio

import pytest

from appointments import booking, jobs, limits, passing_on, queue_end, seats, waitlist
from appointments.errors import CannotCancel, CannotLeave, OfferOver, SlotFull, StillFree
from appointments.models import Appointment
from appointments.waiting_models import CoolingPlace, WaitlistEntry
from foundation import database
from foundation.actor import Actor
from foundation.errors import Refusal
from tests.builders.appointments import (
    STAFF,
    a_citizen,
    a_full_slot,
    a_slot,
    amiss,
    booked_and_live,
    citizens,
    deadline_passes,
    told,
)
from tests.builders.locks import until_somebody_waits

pytestmark = pytest.mark.usefixtures("db")


async def a_crowded_slot(places: int, waiters: int):
    """A full slot with a queue: slot, its bookings, its entries."""
    slot = await a_slot(capacity=places)
    held = [await booking.reserve(slot_id=slot.id, by=one, key="held") for one in await citizens(places)]
    return slot, held, [await waitlist.join(slot_id=slot.id, by=one) for one in await citizens(waiters)]


async def outcomes(*work):
    """What each gave or how it was refused. Anything but a Refusal is a fault."""
    done = await asyncio.gather(*work, return_exceptions=True)
    assert [one for one in done if isinstance(one, Exception) and not isinstance(one, Refusal)] == []
    return done


def cancelling(held):
    return [booking.cancel(code=one.code, by=Actor.citizen(one.citizen_id)) for one in held]


async def test_nobody_books_past_the_queue():
    slot, held, entries = await a_crowded_slot(places=5, waiters=8)
    crowd = await citizens(20)
    done = await outcomes(
        *cancelling(held),
        *cancelling(held),  # the same from a second device
        *(booking.reserve(slot_id=slot.id, by=one, key="past") for one in crowd),
    )
    assert all(isinstance(one, SlotFull) for one in done[10:])
    states = [(await waitlist.by_id(one.id)).state for one in entries]
    assert states == ["offered"] * 5 + ["waiting"] * 3
    assert await booked_and_live(slot) == (5, 5)
    assert len(await told("BookingCancelled")) == 5
    assert await amiss() == []


async def test_control_free_first_and_promote_later_lets_somebody_past(monkeypatch):
    slot, (held,), (entry,) = await a_crowded_slot(places=1, waiters=1)

    async def free_first(slot_id, *, cool=True):
        await database.execute("update slot set booked = booked - 1 where id = $1", slot_id)

    with monkeypatch.context() as patch:
        patch.setattr(passing_on, "pass_on", free_first)
        await booking.cancel(code=held.code, by=Actor.citizen(held.citizen_id))
    assert await amiss() != []
    assert await booking.reserve(slot_id=slot.id, by=await a_citizen(), key="past")
    async with database.transaction():
        await passing_on.serve(slot.id)
    assert (await waitlist.by_id(entry.id)).state == "waiting"


async def joins_while_a_place_is_freed():
    """The cancellation has looked for waiters and found none, and has not committed, when somebody joins."""
    slot, holder, held = await a_full_slot()
    waiter, freed = await a_citizen(), asyncio.Event()

    async def cancels():
        async with database.transaction():
            await booking.cancel(code=held.code, by=holder)
            freed.set()
            await until_somebody_waits(joining)  # or it has read the slot and gone on

    async def joins():
        await freed.wait()
        return await waitlist.join(slot_id=slot.id, by=waiter)

    joining = asyncio.create_task(joins())
    return (await asyncio.gather(cancels(), joining, return_exceptions=True))[1]


async def test_who_joins_while_a_place_is_freed_is_not_stranded():
    assert isinstance(await joins_while_a_place_is_freed(), StillFree)
    assert await amiss() == []


async def test_control_joining_without_the_slots_lock_strands_the_waiter(monkeypatch):
    monkeypatch.setattr(waitlist, "LOCK_SLOT", "select $1::bigint")
    assert (await joins_while_a_place_is_freed()).state == "waiting"
    assert any("no_free_place_is_waited_for" in one for one in await amiss())


async def books_elsewhere_while_promoted():
    """With one booking allowed, somebody books elsewhere at the moment the place waited for is freed."""
    await limits.change(kind="overall", most=1, by=STAFF)
    slot, (held,), (entry,) = await a_crowded_slot(places=1, waiters=1)
    waiter, other, booked = Actor.citizen(entry.citizen_id), await a_slot(), asyncio.Event()

    async def books():
        async with database.transaction():
            await booking.reserve(slot_id=other.id, by=waiter, key="elsewhere")
            booked.set()
            await until_somebody_waits(cancelling)

    async def cancels():
        await booked.wait()
        await booking.cancel(code=held.code, by=Actor.citizen(held.citizen_id))

    cancelling = asyncio.create_task(cancels())
    await asyncio.gather(books(), cancelling)
    live = await Appointment.filter(citizen_id=waiter.number, state__in=("held", "booked")).count()
    return slot, entry, live


async def test_a_waiter_who_is_busy_is_asked_again_and_limits_hold():
    slot, entry, live = await books_elsewhere_while_promoted()
    assert live == 1
    assert await booked_and_live(slot) == (1, 0)  # the place rests: nobody books past the waiter
    assert await amiss() == []
    await database.execute("update cooling_place set back_at = clock_timestamp()")
    await jobs.pass_places_on()
    assert (await waitlist.by_id(entry.id)).closed_why == "TooManyBookings"
    assert await booked_and_live(slot) == (0, 0)
    assert not await CoolingPlace.exists()


async def test_control_promoting_without_the_persons_lock_breaks_the_limit(monkeypatch):
    monkeypatch.setattr(limits, "TRY_PERSON", "select $1::bigint is not null and $2::text[] is not null")
    assert (await books_elsewhere_while_promoted())[2] == 2


async def test_control_waiting_for_the_person_would_deadlock(monkeypatch):
    """The promoter holds the slot and wants the person; the person has booked before and wants the slot."""
    monkeypatch.setattr(
        limits,
        "TRY_PERSON",
        "select true from (select 1 as one) as one, lateral (" + LOCKING + ") l where $2::text[] is not null",
    )
    slot, (held,), (entry,) = await a_crowded_slot(places=1, waiters=1)
    mine = asyncio.Event()

    async def the_person_wants_the_slot():
        async with database.transaction() as tx:
            await limits.lock_persons(entry.citizen_id)
            mine.set()
            await until_somebody_waits()
            await tx.execute(waitlist.LOCK_SLOT, slot.id)

    async def cancels():
        await mine.wait()
        async with database.transaction():  # inside a transaction the verb is not tried again
            await booking.cancel(code=held.code, by=Actor.citizen(held.citizen_id))

    done = await asyncio.gather(the_person_wants_the_slot(), cancels(), return_exceptions=True)
    assert any("deadlock detected" in str(one) for one in done)


LOCKING = "select pg_advisory_xact_lock(hashtextextended('citizen:' || $1::bigint, 1))"


async def an_offer():
    slot, (held,), (entry, _) = await a_crowded_slot(places=1, waiters=2)
    await booking.cancel(code=held.code, by=Actor.citizen(held.citizen_id))
    return slot, entry, Actor.citizen(entry.citizen_id)


async def test_one_answer_to_an_offer_counts():
    """Two phones accept, a third declines, and the deadline passes meanwhile."""
    for _ in range(6):
        slot, entry, waiter = await an_offer()
        done = await outcomes(
            *(waitlist.accept(code=entry.code, by=waiter) for _ in range(2)),
            waitlist.decline(code=entry.code, by=waiter),
            expiring(slot),
        )
        accepted = [one for one in done[:2] if isinstance(one, booking.Booking)]
        state = (await waitlist.by_id(entry.id)).state
        assert (state == "accepted") == bool(accepted)
        assert state in ("accepted", "declined", "lapsed")
        assert len({one.id for one in accepted}) <= 1
        assert all(isinstance(one, OfferOver) for one in done[:3] if isinstance(one, Exception))
        assert await booked_and_live(slot) == (1, 1)
        assert await amiss() == []


async def expiring(slot):
    await deadline_passes(slot)
    await queue_end.lapse_offers()


async def test_two_workers_lapse_the_same_offers_once():
    slots = [(await an_offer())[0] for _ in range(4)]
    for slot in slots:
        await deadline_passes(slot)
    done = await outcomes(*(queue_end.lapse_offers() for _ in range(3)))
    assert sum(done) == 4
    assert len([one for one in await told("WaitlistClosed") if one["why"] == "lapsed"]) == 4
    assert await amiss() == []


async def test_one_person_joins_many_times():
    slot, _, _ = await a_full_slot()
    citizen = await a_citizen()
    done = await outcomes(*(waitlist.join(slot_id=slot.id, by=citizen) for _ in range(20)))
    assert len({one.id for one in done}) == 1
    assert await WaitlistEntry.all().count() == 1


async def test_everything_at_once():
    """Joining, leaving, cancelling, accepting, lapsing, booking and cooling, all over three slots."""
    crowded = [await a_crowded_slot(places=3, waiters=4) for _ in range(3)]
    slots = [slot for slot, _, _ in crowded]
    entries = [one for _, _, some in crowded for one in some]
    crowd = await citizens(12)
    await outcomes(
        *(work for _, held, _ in crowded for work in cancelling(held)),
        *(waitlist.leave(code=one.code, by=Actor.citizen(one.citizen_id)) for one in entries[::3]),
        *(waitlist.join(slot_id=slots[n % 3].id, by=one) for n, one in enumerate(crowd)),
        *(booking.reserve(slot_id=slots[n % 3].id, by=one, key="rush") for n, one in enumerate(crowd)),
        *(answer(one) for one in entries),
        *(expiring(slot) for slot in slots),
    )
    await database.execute("update cooling_place set back_at = clock_timestamp()")
    await jobs.pass_places_on()
    assert await amiss() == []
    assert await seats.out_of_step() == []


async def answer(entry):
    verb = waitlist.accept if entry.id % 2 else waitlist.decline
    try:
        return await verb(code=entry.code, by=Actor.citizen(entry.citizen_id))
    except (OfferOver, CannotLeave, CannotCancel) as no:
        return no
