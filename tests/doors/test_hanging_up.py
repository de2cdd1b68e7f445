"""A client that hangs up in the middle of a booking: nothing is half done or done twice, and it is no fault of ours."""

import asyncio
import re

import httpx
import pytest

from appointments import waitlist
from foundation import database, metrics
from miniprogram_bff.app import create_app
from tests.builders import doors, identity
from tests.builders.appointments import a_slot, amiss, booked_and_live
from tests.builders.locks import until_somebody_waits
from tests.serving import serving

pytestmark = pytest.mark.usefixtures("db", "redis_db")


def counted() -> dict[str, float]:
    """How many requests for bookings ended with which status."""
    line = re.compile(r'^requests_total\{method="POST",route="/v1/bookings",status="(\d+)"\} ([\d.]+)$', re.MULTILINE)
    return {status: float(number) for status, number in line.findall(metrics.exposition().decode())}


async def test_hanging_up_costs_nothing_and_is_not_counted_as_a_fault():
    slot, citizen = await a_slot(), await identity.citizen()
    before = counted()
    async with serving(create_app()) as base, httpx.AsyncClient(base_url=base, trust_env=False) as client:
        headers = {**await doors.sign_in(citizen), "Idempotency-Key": "hanging-up-1"}

        async def asks() -> httpx.Response:
            return await client.post("/v1/bookings", json={"slot_id": slot.id}, headers=headers, timeout=20)

        async with database.transaction() as tx:
            await tx.execute(waitlist.LOCK_SLOT, slot.id)
            asking = asyncio.create_task(asks())
            await until_somebody_waits(asking)
            asking.cancel()  # closes the connection
            await asyncio.gather(asking, return_exceptions=True)
            async with asyncio.timeout(10):
                while counted().get("499", 0) == before.get("499", 0):
                    await asyncio.sleep(0.01)
        assert counted().get("500") == before.get("500")
        assert await amiss() == []  # nothing half done, whether it was in time or not
        again = await asks()  # what was on its way is committed, and found by its key
    assert again.status_code == 201
    assert await booked_and_live(slot) == (1, 1)
    assert await amiss() == []
