"""Whoever waited for the slots of a booking is given all of them, also those that were changed meanwhile."""

import asyncio
from collections.abc import Sequence
from typing import Any

import pytest

from appointments import booking, seats
from foundation import database
from tests.appointments.test_in_a_row import a_long_business
from tests.builders.appointments import a_citizen
from tests.builders.locks import until_somebody_waits

pytestmark = pytest.mark.usefixtures("db")

CARELESS = f"select id from slot where id in ({seats.SLOTS_OF}) order by id for update"
# A plan that PostgreSQL makes of it by itself when its figures of the tables say so. Without hashes it loses the row
# each time, else some of the time.
WITHOUT = ("hashjoin", "mergejoin", "material", "memoize", "seqscan", "bitmapscan", "hashagg")
AS_A_LOOP = "select " + ", ".join(f"set_config('enable_{one}', 'off', true)" for one in WITHOUT)


async def locked_while_they_changed(lock: str) -> tuple[Sequence[Any], Sequence[int]]:
    """What `lock` gives to who waited, and the slots of the booking."""
    slots = await a_long_business()
    held = await booking.reserve(slot_id=slots[0].id, by=await a_citizen(), key="one")
    changed = asyncio.Event()

    async def wait() -> list[int]:
        await changed.wait()
        async with database.transaction() as tx:
            await tx.execute(AS_A_LOOP)
            return [row["id"] for row in await tx.fetch(lock, held.id)]

    waiting = asyncio.create_task(wait())
    async with database.transaction() as tx:
        await tx.execute("update slot set booked = booked where id = $1", slots[1].id)
        changed.set()
        await until_somebody_waits(waiting)
    return await waiting, [one.id for one in slots[:3]]


async def test_a_slot_that_was_changed_meanwhile_is_among_them() -> None:
    given, own = await locked_while_they_changed(seats.LOCK_SLOTS_OF)
    assert given == own


async def test_control_a_join_loses_it() -> None:
    given, own = await locked_while_they_changed(CARELESS)
    assert len(given) < len(own)
