"""Exactly one of the old and the new place is held at every commit, and two who swap do not block each other."""

import asyncio

import asyncpg
import pytest

from appointments import booking, rescheduling, waitlist
from appointments.errors import CannotReschedule, SlotFull
from appointments.models import Appointment
from appointments.states import LIVE
from foundation import database
from foundation.actor import Actor
from foundation.errors import Refusal
from tests.builders.appointments import a_citizen, a_held_place, a_type, amiss, citizens, slots_of_one_day

pytestmark = pytest.mark.usefixtures("db")


async def two_slots(capacity: int):
    return await slots_of_one_day(2, of=await a_type(), capacity=capacity)


async def watched(citizen: Actor, work) -> set[int]:
    """How many live places other sessions saw the citizen hold while `work` went on."""
    seen, over = set(), asyncio.Event()

    async def watches():
        while not over.is_set():
            seen.add(
                await database.fetchval(
                    "select count(*) from appointment where citizen_id = $1 and state = any($2)",
                    citizen.number,
                    list(LIVE),
                )
            )

    watching = asyncio.create_task(watches())
    await work
    over.set()
    await watching
    return seen


async def atomically(held, slots, citizen):
    for n in range(12):
        held = await rescheduling.reschedule(code=held.code, slot_id=slots[1 - n % 2].id, by=citizen, key=f"move {n}")


async def one_after_the_other(held, slots, citizen):
    """What most systems do: cancel, then book."""
    for n in range(12):
        await booking.cancel(code=held.code, by=citizen)
        held = await booking.reserve(slot_id=slots[1 - n % 2].id, by=citizen, key=f"again {n}")


@pytest.mark.parametrize(("way", "seen"), [(atomically, {1}), (one_after_the_other, {0, 1})])
async def test_one_place_at_every_moment(way, seen):
    """The second is the control: there the citizen is seen without any."""
    slots, citizen = await two_slots(capacity=2), await a_citizen()
    held, _, _ = await a_held_place(slot=slots[0], by=citizen)
    assert await watched(citizen, way(held, slots, citizen)) == seen


async def test_two_devices_move_one_booking():
    slots, citizen = await slots_of_one_day(6, of=await a_type()), await a_citizen()
    held, _, _ = await a_held_place(slot=slots[0], by=citizen)
    done = await asyncio.gather(
        *(rescheduling.reschedule(code=held.code, slot_id=one.id, by=citizen, key=f"to {one.id}") for one in slots[1:]),
        *(rescheduling.reschedule(code=held.code, slot_id=slots[1].id, by=citizen, key="same") for _ in range(5)),
        booking.cancel(code=held.code, by=citizen),
        return_exceptions=True,
    )
    assert [one for one in done if isinstance(one, Exception) and not isinstance(one, Refusal)] == []
    assert await Appointment.filter(citizen_id=citizen.number, state__in=LIVE).count() <= 1
    assert {one.state for one in await Appointment.filter(id=held.id)} <= {"rescheduled", "cancelled"}
    assert await amiss() == []


async def test_a_swap_of_full_slots_keeps_both():
    first, second = await two_slots(capacity=1)
    mine, me, _ = await a_held_place(slot=first)
    yours, you, _ = await a_held_place(slot=second)
    done = await asyncio.gather(
        rescheduling.reschedule(code=mine.code, slot_id=second.id, by=me, key="swap"),
        rescheduling.reschedule(code=yours.code, slot_id=first.id, by=you, key="swap"),
        return_exceptions=True,
    )
    assert [type(one) for one in done] == [SlotFull, SlotFull]
    assert await amiss() == []


async def crossing(places: int = 2) -> list[object]:
    """Pairs who want each other's slot, without trying again after a deadlock."""
    first, second = await two_slots(capacity=places)
    pairs = [(await a_held_place(slot=first), second) for _ in range(places - 1)]
    pairs += [(await a_held_place(slot=second), first) for _ in range(places - 1)]

    async def moves(held, by, to):
        async with database.transaction():
            return await rescheduling.reschedule(code=held.code, slot_id=to.id, by=by, key="cross")

    work = (moves(held, by, to) for (held, by, _), to in pairs)
    return await asyncio.gather(*work, return_exceptions=True)


async def test_crossing_never_deadlocks():
    for _ in range(4):
        done = await crossing()
        assert [one for one in done if isinstance(one, Exception) and not isinstance(one, SlotFull)] == []
    assert await amiss() == []


async def test_control_locking_the_own_slot_first_deadlocks(monkeypatch):
    both_hold_one = asyncio.Barrier(2)

    async def own_first(old, slot_id):
        await database.execute("select 1 from slot where id = $1 for update", old.slot_id)
        await both_hold_one.wait()
        await database.execute("select 1 from slot where id = $1 for update", slot_id)

    monkeypatch.setattr(rescheduling, "_lock_both", own_first)
    assert any(isinstance(one, asyncpg.DeadlockDetectedError) for one in await crossing())


async def test_moving_while_others_wait_for_both_slots():
    first, second = await two_slots(capacity=3)
    held = [(await a_held_place(slot=first))[0] for _ in range(3)] + [(await a_held_place(slot=second))[0]]
    for one in await citizens(3):
        await waitlist.join(slot_id=first.id, by=one)
    done = await asyncio.gather(
        *(rescheduling.reschedule(code=one.code, slot_id=second.id, by=Actor.citizen(one.citizen_id), key="move")
          for one in held[:3]),
        *(booking.cancel(code=one.code, by=Actor.citizen(one.citizen_id)) for one in held),
        return_exceptions=True,
    )  # fmt: skip
    assert [one for one in done if isinstance(one, Exception) and not isinstance(one, Refusal)] == []
    assert any(isinstance(one, booking.Booking | CannotReschedule | SlotFull) for one in done[:3])
    assert await amiss() == []
