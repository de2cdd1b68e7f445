"""A long business takes several slots in a row, all or none, and gives all of them back."""

import asyncio
from datetime import timedelta

import asyncpg
import pytest

from appointments import booking, in_a_row, rescheduling, seats, waitlist
from appointments.errors import SlotFull, TooManyBookings, WaitlistOff
from appointments.models import FurtherSlot, Slot
from appointments.share_errors import NotEnoughInARow
from foundation import database
from foundation.errors import Refusal
from tests.builders.appointments import (
    STAFF,
    a_citizen,
    a_slot,
    a_type,
    amiss,
    citizens,
    slots_of_one_day,
)

pytestmark = pytest.mark.usefixtures("db")


async def a_long_business(*, slots: int = 5, needed: int = 3, capacity: int = 1):
    return await slots_of_one_day(slots, of=await a_type(slots_needed=needed), capacity=capacity)


async def booked(slots) -> list[int]:
    return [(await Slot.get(id=one.id)).booked for one in slots]


async def test_it_takes_its_slot_and_those_that_follow():
    slots, citizen = await a_long_business(), await a_citizen()
    held = await booking.reserve(slot_id=slots[1].id, by=citizen, key="one")
    assert await booked(slots) == [0, 1, 1, 1, 0]
    further = await FurtherSlot.filter(appointment_id=held.id).order_by("id").values_list("slot_id", flat=True)
    assert further == [slots[2].id, slots[3].id]
    assert await booking.reserve(slot_id=slots[1].id, by=citizen, key="one") == held
    assert await amiss() == []
    await booking.cancel(code=held.code, by=citizen)
    assert await booked(slots) == [0] * 5
    assert await amiss() == []


async def test_all_or_none():
    slots = await a_long_business()
    with pytest.raises(NotEnoughInARow):
        await booking.reserve(slot_id=slots[3].id, by=await a_citizen(), key="one")
    await booking.reserve(slot_id=slots[2].id, by=await a_citizen(), key="one")
    for first in (slots[0], slots[2]):
        with pytest.raises(SlotFull):
            await booking.reserve(slot_id=first.id, by=await a_citizen(), key="one")
    assert await booked(slots) == [0, 0, 1, 1, 1]
    assert await amiss() == []


async def test_a_pause_is_no_gap_but_lunch_is():
    of = await a_type(slots_needed=2)
    (first,) = await slots_of_one_day(1, of=of)
    after_a_pause = await a_slot(of=of, starts_at=first.ends_at + timedelta(minutes=30))
    await a_slot(of=of, starts_at=after_a_pause.ends_at + timedelta(minutes=31))
    assert await in_a_row.slots_from(first.id) == [first.id, after_a_pause.id]
    with pytest.raises(NotEnoughInARow):
        await in_a_row.slots_from(after_a_pause.id)


async def test_only_its_own_share_follows():
    of = await a_type(slots_needed=2)
    (first,) = await slots_of_one_day(1, of=of)
    await a_slot(of=of, starts_at=first.ends_at, share="staff")
    with pytest.raises(NotEnoughInARow):
        await booking.reserve(slot_id=first.id, by=await a_citizen(), key="one")


async def test_what_the_person_lacks_is_said_first():
    citizen = await a_citizen()
    for n in range(5):
        await booking.reserve(slot_id=(await a_slot(starts_in=timedelta(days=3 + n))).id, by=citizen, key=f"{n}")
    slots = await a_long_business(slots=1)
    with pytest.raises(TooManyBookings):
        await booking.reserve(slot_id=slots[0].id, by=citizen, key="long")


async def test_nobody_waits_for_several_slots():
    slots = await a_long_business(slots=3)
    await booking.reserve(slot_id=slots[0].id, by=await a_citizen(), key="one")
    with pytest.raises(WaitlistOff):
        await waitlist.join(slot_id=slots[0].id, by=await a_citizen())


async def test_it_moves_over_slots_it_has_itself():
    slots, citizen = await a_long_business(slots=4), await a_citizen()
    held = await booking.reserve(slot_id=slots[0].id, by=citizen, key="one")
    moved = await rescheduling.reschedule(code=held.code, slot_id=slots[1].id, by=citizen, key="later")
    assert await booked(slots) == [0, 1, 1, 1]
    with pytest.raises(NotEnoughInARow):
        await rescheduling.reschedule(code=moved.code, slot_id=slots[2].id, by=citizen, key="too late")
    assert await booked(slots) == [0, 1, 1, 1]
    assert await amiss() == []


async def test_many_long_visits_at_once():
    """Each wants three of six slots with two places; slots are locked in one order, so nobody deadlocks."""
    slots, crowd = await a_long_business(slots=6, capacity=2), await citizens(16)
    done = await asyncio.gather(
        *(booking.reserve(slot_id=slots[n % 4].id, by=one, key="rush") for n, one in enumerate(crowd)),
        return_exceptions=True,
    )
    assert [one for one in done if isinstance(one, Exception) and not isinstance(one, Refusal)] == []
    assert any(isinstance(one, booking.Booking) for one in done)
    assert await amiss() == []
    held = [one for one in done if isinstance(one, booking.Booking)]
    await asyncio.gather(*(booking.cancel(code=one.code, by=STAFF, reason="停电") for one in held))
    assert await booked(slots) == [0] * 6


async def test_control_the_counter_has_the_last_word(monkeypatch):
    """Without looking whether the later slots have room, the CHECK refuses, and nothing is kept."""
    slots = await a_long_business()
    await booking.reserve(slot_id=slots[1].id, by=await a_citizen(), key="one")
    blind = in_a_row.TAKE_FURTHER.replace("and booked < capacity ", "")
    monkeypatch.setattr(in_a_row, "TAKE_FURTHER", blind)
    with pytest.raises(asyncpg.CheckViolationError):
        await booking.reserve(slot_id=slots[0].id, by=await a_citizen(), key="two")
    assert await booked(slots) == [0, 1, 1, 1, 0]


async def test_a_further_slot_out_of_step_is_seen():
    slots = await a_long_business()
    await booking.reserve(slot_id=slots[0].id, by=await a_citizen(), key="one")
    assert await seats.out_of_step() == []
    await database.execute("update slot set booked = 0 where id = $1", slots[2].id)
    assert await seats.out_of_step() == [{"slot_id": slots[2].id, "booked": 0, "live": 1, "cooling": 0}]
