"""Counts for everybody: one counts, the others are shown what was."""

import asyncio

from assistant.counted import Counted
from foundation.database import DatabaseGone


async def test_nobody_waits_for_a_count_where_there_is_an_older_one():
    counted, counts = Counted(0.0), 0
    going = asyncio.Event()

    async def count() -> list[str]:
        nonlocal counts
        counts += 1
        if counts > 1:
            await going.wait()
        return [f"count {counts}"]

    assert await counted.get("", count) == ("count 1",)
    counting = asyncio.create_task(counted.get("", count))
    await asyncio.sleep(0)
    assert [await counted.get("", count) for _ in range(3)] == [("count 1",)] * 3
    going.set()
    assert await counting == ("count 2",)
    assert counts == 2


async def test_without_the_database_what_was_found_last_stays():
    counted, gone = Counted(0.0), False

    async def count() -> list[str]:
        if gone:
            raise DatabaseGone(retry_after=5)
        return ["a"]

    assert await counted.get("", count) == ("a",)
    gone = True
    assert await counted.get("", count) == ("a",)
    assert await counted.get("another", count) == ()
