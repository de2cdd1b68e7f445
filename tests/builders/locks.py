"""Sessions that wait for each other, awaited instead of slept for."""

import asyncio

from foundation import database

WAITING = """select count(*) from pg_locks where not granted
                and pid in (select pid from pg_stat_activity where datname = current_database())"""


async def until_somebody_waits(*or_done: "asyncio.Task[object]") -> None:
    """Until some session of the test's database waits for a lock, or all of these tasks are done."""
    async with asyncio.timeout(10):
        while not await asyncio.create_task(_waiting()):
            if or_done and all(one.done() for one in or_done):
                return
            await asyncio.sleep(0.01)


async def _waiting() -> int:
    return int(await database.fetchval(WAITING))


# What `seats.PERSONS_FIRST` gives, without holding anybody's lock.
NOBODY_LOCKED = """select citizen_id, nextval('appointment_id_seq') from unnest($1::bigint[]) as citizen_id
 where cardinality($2::text[]) + cardinality($3::text[]) >= 0"""
