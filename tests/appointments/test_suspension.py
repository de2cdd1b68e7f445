import asyncio

import pytest

from appointments import booking, suspension
from appointments.errors import ReasonNeeded, SlotNotFound, SlotSuspended
from foundation import database
from foundation.models import AuditRow
from tests.builders.appointments import STAFF, a_citizen, a_held_place, a_slot

pytestmark = pytest.mark.usefixtures("db")


async def test_a_suspended_slot_keeps_its_people_and_takes_no_more():
    held, _, slot = await a_held_place(slot=await a_slot(capacity=3))
    for _ in range(2):
        await suspension.suspend(slot_id=slot.id, by=STAFF, reason="设备检修")
    with pytest.raises(SlotSuspended):
        await booking.reserve(slot_id=slot.id, by=await a_citizen(), key="one")
    assert (await booking.by_id(held.id)).state == "booked"
    await suspension.resume(slot_id=slot.id, by=STAFF)
    await booking.reserve(slot_id=slot.id, by=await a_citizen(), key="one")
    assert [row.action for row in await AuditRow.filter(subject=f"slot:{slot.id}").order_by("id")] == [
        "slot.suspended", "slot.open"
    ]  # fmt: skip


async def test_what_cannot_be_suspended():
    with pytest.raises(ReasonNeeded):
        await suspension.suspend(slot_id=1, by=STAFF, reason=" ")
    for slot_id in (404, (await a_slot(state="withdrawn")).id):
        with pytest.raises(SlotNotFound):
            await suspension.suspend(slot_id=slot_id, by=STAFF, reason="设备检修")


async def test_a_reservation_on_its_way_is_stopped_and_told_why():
    """It saw an open slot, waited for the row, and found it suspended."""
    slot, citizen, go = await a_slot(), await a_citizen(), asyncio.Event()

    async def reserve():
        await go.wait()
        await booking.reserve(slot_id=slot.id, by=citizen, key="one")

    reserving = asyncio.create_task(reserve())  # before the transaction: a task inherits the one it was born in
    async with database.transaction() as tx:
        await tx.execute("update slot set state = 'suspended' where id = $1", slot.id)
        go.set()
        async with asyncio.timeout(4):
            while not await tx.fetchval("select exists (select from pg_locks where not granted)"):
                await asyncio.sleep(0.01)
    with pytest.raises(SlotSuspended):
        await reserving
