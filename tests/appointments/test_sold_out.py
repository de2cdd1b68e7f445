"""A full slot is remembered for a moment, dropped when a place is freed, and never hides a booking from its key."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from appointments import booking, capacity, gate, gathering, sold_out, waitlist
from appointments.errors import SlotFull
from foundation import bus, database
from foundation import redis as our_redis
from foundation.actor import Actor
from tests.builders.appointments import STAFF, a_citizen, a_slot, amiss, booked_and_live, citizens
from tests.foundation.test_bus import until
from tests.foundation.wire import wire_to

pytestmark = pytest.mark.usefixtures("db")


@pytest.fixture(autouse=True)
async def listening(redis_db: object, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[None]:
    """A moment lasts a minute here: the machine may be busy."""
    monkeypatch.setattr(sold_out._full, "_seconds", 60)
    sold_out._full.forget()
    await bus.start()
    await until(bus.hears)
    yield
    await bus.stop()
    sold_out._full.forget()


@pytest.fixture
def asked(monkeypatch):
    """The wishes that reached the database."""
    seen, really = [], gathering._together

    async def counted(wishes):
        seen.extend(wishes)
        return await really(wishes)

    monkeypatch.setattr(gathering, "_together", counted)
    return seen


async def late(slot, by=None):
    with pytest.raises(SlotFull) as refused:
        await booking.reserve(slot_id=slot.id, by=by or await a_citizen(), key="late")
    assert refused.value.detail == {"slot_id": slot.id}


async def a_known_full_slot():
    slot, holder = await a_slot(), await a_citizen()
    held = await booking.reserve(slot_id=slot.id, by=holder, key="first")
    await gathering.ours().finish()
    assert sold_out.is_known(slot.id)
    return slot, holder, held


async def test_who_comes_too_late_does_not_reach_the_database(asked):
    slot, _, _ = await a_known_full_slot()
    for one in await citizens(5):
        await late(slot, one)
    assert len(asked) == 1


async def test_a_booking_is_found_by_its_key_though_the_slot_is_full():
    slot, holder, held = await a_known_full_slot()
    assert await booking.reserve(slot_id=slot.id, by=holder, key="first") == held


async def test_a_freed_place_can_be_had_at_once():
    slot, holder, held = await a_known_full_slot()
    await booking.cancel(code=held.code, by=holder)
    await until(lambda: not sold_out.is_known(slot.id))
    assert (await booking.reserve(slot_id=slot.id, by=await a_citizen(), key="next")).slot_id == slot.id


async def test_more_places_can_be_had_at_once():
    slot, _, _ = await a_known_full_slot()
    await capacity.add_places(slot_id=slot.id, to=2, by=STAFF)
    await until(lambda: not sold_out.is_known(slot.id))
    assert await booking.reserve(slot_id=slot.id, by=await a_citizen(), key="next")


async def test_others_hear_of_it_after_the_commit_not_before():
    slot, holder, held = await a_known_full_slot()
    async with database.transaction():
        await booking.cancel(code=held.code, by=holder)
        await bus.tell("slot", "0")
        await asyncio.create_task(bus.tell("slot", "0"))
        assert sold_out.is_known(slot.id)
    await until(lambda: not sold_out.is_known(slot.id))


async def test_what_is_rolled_back_is_told_to_nobody():
    slot, holder, held = await a_known_full_slot()
    drops = sold_out._full.mark()

    async def changes_their_mind():
        async with database.transaction():
            await booking.cancel(code=held.code, by=holder)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        await changes_their_mind()
    await bus.tell("slot", "0")
    await until(lambda: sold_out._full.mark() > drops)
    assert sold_out.is_known(slot.id)


async def test_a_place_passed_on_to_a_waiter_leaves_it_full():
    slot, holder, held = await a_known_full_slot()
    entry = await waitlist.join(slot_id=slot.id, by=await a_citizen())
    await booking.cancel(code=held.code, by=holder)
    await late(slot)
    assert (await waitlist.by_id(entry.id)).state == "offered"


async def test_the_gate_lets_a_crowd_through_by_what_is_left(redis_db):
    assert await gate.admitted(7, 100) == 100  # nobody has looked yet
    await gate.seen(7, left=10)
    assert [await gate.admitted(7, 12), await gate.admitted(7, 12), await gate.admitted(7, 12)] == [12, 3, 0]
    await gate.seen(7, left=0)
    assert await gate.admitted(7, 12) == -1
    await gate.open_again(7)
    assert await gate.admitted(7, 12) == 12
    await gate.seen(7, left=1)
    assert 0 < await redis_db.ttl("gate:{7}") <= gate.SECONDS


async def rush(slot, crowd):
    return await asyncio.gather(
        *(booking.reserve(slot_id=slot.id, by=one, key=f"rush {one}") for one in crowd), return_exceptions=True
    )


def booked(outcomes):
    assert {type(one) for one in outcomes} <= {booking.Booking, SlotFull}
    return sum(isinstance(one, booking.Booking) for one in outcomes)


async def test_a_crowd_is_held_back_and_the_places_all_go(asked, monkeypatch):
    monkeypatch.setattr(gathering, "CROWD", 4)
    monkeypatch.setattr(gathering, "TOGETHER", 16)
    slot, crowd = await a_slot(capacity=10), await citizens(120)
    assert booked(await rush(slot, crowd)) == 10
    assert len(asked) < 60  # the first batch, those the gate let through, and none after it was known to be full
    assert await booked_and_live(slot) == (10, 10)


async def test_three_processes_at_one_gate(monkeypatch):
    monkeypatch.setattr(gathering, "CROWD", 4)
    monkeypatch.setattr(gathering, "TOGETHER", 8)
    slot, crowd = await a_slot(capacity=11), await citizens(90)
    processes = [gathering.Gatherer() for _ in range(3)]
    wishes = [gathering.Wish(slot_id=slot.id, citizen_id=one.number, by=one, key=f"k {one}") for one in crowd]
    rows = await asyncio.gather(*(processes[n % 3].ask(one) for n, one in enumerate(wishes)), return_exceptions=True)
    assert sum(not isinstance(row, Exception) and row["created_at"] is not None for row in rows) == 11
    assert await booked_and_live(slot) == (11, 11)


async def test_redis_emptied_in_the_rush_changes_nothing(redis_db, monkeypatch):
    monkeypatch.setattr(gathering, "CROWD", 4)
    monkeypatch.setattr(gathering, "TOGETHER", 8)
    slot, crowd = await a_slot(capacity=20), await citizens(80)
    rushing = asyncio.create_task(rush(slot, crowd))
    while not rushing.done():
        await redis_db.flushdb()
        await asyncio.sleep(0)
    assert booked(await rushing) == 20
    assert await booked_and_live(slot) == (20, 20)
    assert await amiss() == []


async def test_redis_stopped_in_the_rush_costs_time_and_no_place(redis_url, monkeypatch):
    monkeypatch.setattr(gathering, "CROWD", 4)
    monkeypatch.setattr(gathering, "TOGETHER", 8)
    slot, crowd, kept = await a_slot(capacity=20), await citizens(80), our_redis._client
    await bus.stop()
    async with wire_to(redis_url) as (wire, url):
        await our_redis.start(url)
        await bus.start()
        try:
            await until(bus.hears)
            first = await rush(slot, crowd[:16])
            rushing = asyncio.create_task(rush(slot, crowd[16:]))
            await wire.cut()
            outcomes = first + await rushing
            assert booked(outcomes) == 20
            await until(lambda: not bus.hears())
            await late(slot)
            held = next(one for one in outcomes if isinstance(one, booking.Booking))
            await booking.cancel(code=held.code, by=Actor.citizen(held.citizen_id))
            assert await booking.reserve(slot_id=slot.id, by=await a_citizen(), key="after")
        finally:
            await bus.stop()
            await our_redis.stop()
            our_redis._client = kept
    assert await booked_and_live(slot) == (20, 20)
    assert await amiss() == []
