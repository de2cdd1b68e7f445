"""Many want few places. The control takes places the naive way and must oversell: otherwise the race is not one."""

import asyncio

import pytest

from appointments import booking, reserving
from appointments.errors import AlreadyBookedThatDay, SlotFull
from appointments.models import Slot
from appointments.reserving import Wish
from foundation import database
from foundation.actor import Actor
from tests.builders.appointments import a_citizen, a_slot, a_type, booked_and_live, citizens, slots_of_one_day, told
from tests.builders.locks import NOBODY_LOCKED

pytestmark = pytest.mark.usefixtures("db")


async def naively(*, slot: Slot, by: Actor) -> bool:
    """Look, then write: what most booking systems do. No CHECK stands in its way because it counts rows."""
    async with database.transaction() as tx:
        taken = await tx.fetchval("select count(*) from appointment where slot_id = $1", slot.id)
        if taken >= slot.capacity:
            return False
        await tx.execute(
            """insert into appointment (code, slot_id, type_id, day, citizen_id, idempotency_key, body_hash, created_at,
                                        changed_at)
               values ('N' || $2::bigint, $1, $3, $4, $2, 'naive', '', now(), now())""",
            slot.id, by.number, slot.type_id, slot.day,
        )  # fmt: skip
        return True


async def test_five_places_for_sixty_four():
    slot, crowd = await a_slot(capacity=5), await citizens(64)
    outcomes = await asyncio.gather(
        *(booking.reserve(slot_id=slot.id, by=one, key="rush") for one in crowd), return_exceptions=True
    )
    assert sum(isinstance(one, booking.Booking) for one in outcomes) == 5
    assert sum(isinstance(one, SlotFull) for one in outcomes) == 59
    assert await booked_and_live(slot) == (5, 5)
    assert len(await told("BookingConfirmed")) == 5


async def test_control_looking_before_writing_oversells():
    slot, crowd = await a_slot(capacity=5), await citizens(64)
    await asyncio.gather(*(naively(slot=slot, by=one) for one in crowd))
    assert (await booked_and_live(slot))[1] > 5


async def test_one_key_a_hundred_times():
    slot, citizen = await a_slot(capacity=5), await a_citizen()
    outcomes = await asyncio.gather(*(booking.reserve(slot_id=slot.id, by=citizen, key="one") for _ in range(100)))
    assert len({one.id for one in outcomes}) == 1
    assert await booked_and_live(slot) == (1, 1)
    assert len(await told("BookingConfirmed")) == 1


async def test_one_person_two_slots_of_a_day():
    citizen, business = await a_citizen(), await a_type()
    slots = await slots_of_one_day(8, of=business)
    outcomes = await asyncio.gather(
        *(booking.reserve(slot_id=slot.id, by=citizen, key=f"tap {slot.id}") for slot in slots), return_exceptions=True
    )
    assert sum(isinstance(one, booking.Booking) for one in outcomes) == 1
    assert sum(isinstance(one, AlreadyBookedThatDay) for one in outcomes) == 7
    assert sorted([await booked_and_live(slot) for slot in slots]) == [(0, 0)] * 7 + [(1, 1)]


async def test_control_the_index_alone_holds_one_per_day():
    """With the person's lock off, the partial unique index still has the last word, and no seat is lost."""
    citizen, business = await a_citizen(), await a_type()
    slots = await slots_of_one_day(8, of=business)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("appointments.seats.PERSONS_FIRST", NOBODY_LOCKED)
        wishes = [Wish(slot_id=slot.id, citizen_id=citizen.number, by=citizen, key=f"tap {slot.id}") for slot in slots]
        outcomes = await asyncio.gather(*(reserving.alone(one) for one in wishes), return_exceptions=True)
    assert sum(not isinstance(one, Exception) and one["created_at"] is not None for one in outcomes) == 1
    refused = [one for one in outcomes if isinstance(one, Exception) or one["created_at"] is None]
    assert all(isinstance(one, AlreadyBookedThatDay) if isinstance(one, Exception) else one["same"] for one in refused)
    assert sorted([await booked_and_live(slot) for slot in slots]) == [(0, 0)] * 7 + [(1, 1)]


async def test_cancelling_and_reserving_at_once():
    """Fifty give back and fifty want: whoever gets in, the counter stays the truth."""
    slot, holders, crowd = await a_slot(capacity=20), await citizens(20), await citizens(30)
    held = [await booking.reserve(slot_id=slot.id, by=one, key="held") for one in holders]
    outcomes = await asyncio.gather(
        *(booking.cancel(code=one.code, by=Actor.citizen(one.citizen_id)) for one in held),
        *(booking.cancel(code=one.code, by=Actor.citizen(one.citizen_id)) for one in held),
        *(booking.reserve(slot_id=slot.id, by=one, key="rush") for one in crowd),
        return_exceptions=True,
    )
    unexpected = [one for one in outcomes if not isinstance(one, booking.Booking | SlotFull)]
    assert unexpected == []
    counter, live = await booked_and_live(slot)
    assert counter == live == sum(one.state == "booked" for one in outcomes if isinstance(one, booking.Booking))
    assert len(await told("BookingCancelled")) == 20
