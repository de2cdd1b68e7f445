"""The moment of release and the moment of closing, to the instant, by the database's clock alone."""

import asyncio
from datetime import datetime, timedelta

import pytest

from appointments import booking, limits, waitlist
from appointments.errors import NotYetReleased, SlotClosed
from appointments.models import Slot
from foundation import clock, database
from tests.builders.appointments import a_citizen, a_slot, amiss, booked_and_live, citizens
from tests.builders.locks import until_somebody_waits

pytestmark = pytest.mark.usefixtures("db")


async def db_now() -> datetime:
    return await database.fetchval("select clock_timestamp()")


async def soon(column: str, slot: Slot) -> datetime:
    """Let the slot be released, or closed, in a second."""
    return await database.fetchval(
        f"update slot set {column} = clock_timestamp() + interval '1 second' where id = $1 returning {column}", slot.id
    )


async def until(moment: datetime) -> None:
    while await db_now() < moment:
        await asyncio.sleep(0.01)


@pytest.mark.parametrize("our_clock", [timedelta(hours=-3), timedelta(), timedelta(hours=3)])
async def test_before_the_release_refused_from_it_on_accepted_whatever_our_clock_says(our_clock):
    slot, crowd = await a_slot(capacity=1), await citizens(400)
    release_at, refused = await soon("release_at", slot), 0
    with clock.shifted(our_clock):
        for number, citizen in enumerate(crowd):
            before = await db_now()
            (outcome,) = await asyncio.gather(
                booking.reserve(slot_id=slot.id, by=citizen, key=f"rush {number}"), return_exceptions=True
            )
            if isinstance(outcome, booking.Booking):
                break
            assert isinstance(outcome, NotYetReleased)
            assert before < release_at
            assert outcome.detail == {"release_at": release_at.isoformat()}
            refused += 1
            await asyncio.sleep(0.005)
    assert refused
    assert outcome.created_at >= release_at
    assert await booked_and_live(slot) == (1, 1)


async def test_who_waited_for_the_own_lock_across_the_release_is_let_in():
    slot, citizen, release_at = await a_slot(), await a_citizen(), None

    async def holds_the_person():
        nonlocal release_at
        async with database.transaction():
            await limits.lock_persons(citizen.number)
            release_at = await soon_elsewhere("release_at", slot)
            asking.set()
            await until_somebody_waits()
            await asyncio.create_task(until(release_at))

    asking = asyncio.Event()

    async def asks():
        await asking.wait()
        return await booking.reserve(slot_id=slot.id, by=citizen, key="early")

    _, held = await asyncio.gather(holds_the_person(), asks())
    assert held.created_at >= release_at
    assert await amiss() == []


async def soon_elsewhere(column: str, slot: Slot) -> datetime:
    """As `soon`, committed by a connection of its own."""
    return await asyncio.create_task(soon(column, slot))


@pytest.mark.parametrize("meanwhile", ["only looked at", "changed"])
async def test_who_waited_for_the_slot_across_its_closing_is_refused(meanwhile):
    """Also when whoever held the row left it as it was: then PostgreSQL does not look at the conditions again."""
    slot, citizen = await a_slot(capacity=2), await a_citizen()
    close_at = await soon("close_at", slot)
    locked = asyncio.Event()

    async def holds_the_slot():
        async with database.transaction() as tx:
            await tx.execute(waitlist.LOCK_SLOT, slot.id)
            if meanwhile == "changed":
                await tx.execute("update slot set capacity = capacity + 1 where id = $1", slot.id)
            locked.set()
            await until_somebody_waits(asking)
            await asyncio.create_task(until(close_at))

    async def asks():
        await locked.wait()
        return await booking.reserve(slot_id=slot.id, by=citizen, key="late")

    asking = asyncio.create_task(asks())
    _, refused = await asyncio.gather(holds_the_slot(), asking, return_exceptions=True)
    assert isinstance(refused, SlotClosed)
    assert await booked_and_live(slot) == (0, 0)
    assert await amiss() == []


async def test_a_past_slot_is_not_booked():
    slot = await a_slot(starts_in=timedelta(minutes=-1))
    with pytest.raises(SlotClosed):
        await booking.reserve(slot_id=slot.id, by=await a_citizen(), key="past")
