"""Traps that other booking systems fell into: how it goes wrong, and that ours does not.

Others have a page of their own: lock and count in one statement (`test_limits`), look then write (`test_last_place`),
joining without the slot's lock (`test_waiting`), the booking locked before the slot (`test_lock_order`).
"""

import asyncio

import asyncpg
import pytest

from appointments import booking, capacity, queue_end, seats, waitlist
from appointments.errors import CapacityInvalid, SlotFull
from appointments.models import Appointment, Slot
from foundation import database
from foundation.actor import Actor
from tests.builders.appointments import (
    STAFF,
    a_citizen,
    a_held_place,
    a_slot,
    amiss,
    booked_and_live,
    citizens,
    deadline_passes,
)
from tests.builders.locks import NOBODY_LOCKED, until_somebody_waits

pytestmark = pytest.mark.usefixtures("db")


async def with_on_conflict(slot: Slot, by: Actor, key: str) -> None:
    """The counter is moved, and the row is "inserted if it is not there": it is there."""
    async with database.transaction() as tx:
        await tx.execute("update slot set booked = booked + 1 where id = $1 and booked < capacity", slot.id)
        await tx.execute(
            """insert into appointment (code, slot_id, type_id, day, citizen_id, idempotency_key, body_hash, created_at,
                                        changed_at)
               values ($5, $1, $2, $3, $4, $5, '', now(), now()) on conflict do nothing""",
            slot.id, slot.type_id, slot.day, by.number, key,  # type: ignore[attr-defined]
        )  # fmt: skip


async def test_control_insert_on_conflict_do_nothing_loses_a_place():
    slot, citizen = await a_slot(capacity=3), await a_citizen()
    for _ in range(2):
        await with_on_conflict(slot, citizen, "same")
    assert await booked_and_live(slot) == (2, 1)
    assert any("the_counter_is_the_count" in one for one in await amiss())


async def test_the_same_intent_twice_at_once_loses_none(monkeypatch):
    """Even without the person's lock: what clashes at an index is rolled back, counter and all."""
    monkeypatch.setattr(seats, "PERSONS_FIRST", NOBODY_LOCKED)
    slot, citizen = await a_slot(capacity=3), await a_citizen()
    await asyncio.gather(
        *(booking.reserve(slot_id=slot.id, by=citizen, key="same") for _ in range(8)), return_exceptions=True
    )
    assert await booked_and_live(slot) == (1, 1)
    assert await amiss() == []


async def two_offers() -> list[tuple[Slot, int]]:
    """Two slots, each with an offer nobody answered and somebody who waits behind it: slot, the held appointment."""
    made = []
    for _ in range(2):
        slot = await a_slot()
        held, holder, _ = await a_held_place(slot=slot)
        for one in await citizens(2):
            await waitlist.join(slot_id=slot.id, by=one)
        await booking.cancel(code=held.code, by=holder)
        await deadline_passes(slot)
        made.append((slot, (await Appointment.get(slot_id=slot.id, state="held")).id))
    return made


async def test_control_a_batch_of_expiries_in_one_transaction_deadlocks():
    """Two workers, each with both offers in one transaction, in the order in which they happened to read them."""
    both_have_one, offers = asyncio.Barrier(2), await two_offers()

    async def in_one_batch(order):
        async with database.transaction():
            await seats.give_back(order[0][1], of=("held",), to="lapsed")
            await both_have_one.wait()
            await seats.give_back(order[1][1], of=("held",), to="lapsed")

    done = await asyncio.gather(in_one_batch(offers), in_one_batch(offers[::-1]), return_exceptions=True)
    assert any(isinstance(one, asyncpg.DeadlockDetectedError) for one in done)


async def test_expiries_one_by_one_never_wait_for_each_other():
    offers = await two_offers()
    done = await asyncio.gather(*(queue_end.lapse_offers() for _ in range(4)))
    assert sum(done) == 2
    assert [await booked_and_live(slot) for slot, _ in offers] == [(1, 1), (1, 1)]
    assert await amiss() == []


async def test_capacity_is_not_cut_below_what_is_booked():
    """By no statement: what is to become of those who hold places is a decision, not a side effect."""
    slot = await a_slot(capacity=3)
    for one in await citizens(3):
        await booking.reserve(slot_id=slot.id, by=one, key="held")
    with pytest.raises(asyncpg.CheckViolationError):
        await database.execute("update slot set capacity = 2 where id = $1", slot.id)
    with pytest.raises(CapacityInvalid):
        await capacity.add_places(slot_id=slot.id, to=2, by=STAFF)
    assert await booked_and_live(slot) == (3, 3)


async def test_a_cut_while_the_last_place_is_taken_waits_and_is_refused():
    """Not cut unseen: whoever looked before the place was taken meets the CHECK after it."""
    slot, citizen, taken = await a_slot(capacity=1), await a_citizen(), asyncio.Event()

    async def books():
        async with database.transaction():
            await booking.reserve(slot_id=slot.id, by=citizen, key="last")
            taken.set()
            await until_somebody_waits(cutting)

    async def cuts():
        await taken.wait()
        await database.execute("update slot set capacity = 0 where id = $1", slot.id)

    cutting = asyncio.create_task(cuts())
    _, refused = await asyncio.gather(books(), cutting, return_exceptions=True)
    assert isinstance(refused, asyncpg.CheckViolationError)
    assert await booked_and_live(slot) == (1, 1)


async def test_a_hundred_for_the_last_place():
    slot, crowd = await a_slot(), await citizens(100)
    done = await asyncio.gather(
        *(booking.reserve(slot_id=slot.id, by=one, key="rush") for one in crowd), return_exceptions=True
    )
    assert sum(isinstance(one, booking.Booking) for one in done) == 1
    assert sum(isinstance(one, SlotFull) for one in done) == 99
    assert await amiss() == []


async def test_a_retry_while_the_first_is_under_way_waits_for_it_and_gets_the_same():
    """And when the first comes to nothing, the retry is the first."""
    for first_fails in (False, True):
        slot, citizen, under_way = await a_slot(capacity=2), await a_citizen(), asyncio.Event()

        async def first(slot=slot, citizen=citizen, under_way=under_way, fails=first_fails):
            async with database.transaction():
                held = await booking.reserve(slot_id=slot.id, by=citizen, key="intent")
                under_way.set()
                await until_somebody_waits()
                if fails:
                    raise ConnectionAbortedError
            return held

        async def retry(slot=slot, citizen=citizen, under_way=under_way):
            await under_way.wait()
            return await booking.reserve(slot_id=slot.id, by=citizen, key="intent")

        one, two = await asyncio.gather(first(), retry(), return_exceptions=True)
        assert isinstance(two, booking.Booking)
        assert first_fails or one == two
        assert await booked_and_live(slot) == (1, 1)
        assert await amiss() == []
