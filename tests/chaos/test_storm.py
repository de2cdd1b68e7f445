"""Everybody does everything while processes, PostgreSQL and Redis are killed: afterwards every invariant holds.

The dice are seeded and the seed is printed: `CHAOS_SEED=7 CHAOS_KILLS=20 make test ONLY=tests/chaos` throws others, or
more of them. What is random beyond the dice is the machine; the verdict is not, for it waits for facts.
"""

import asyncio
import os
import random
import time
from contextlib import suppress

import asyncpg
import pytest

from tests.chaos.crowd import LULL, Person, Storm, WindowClerk
from tests.chaos.stormy_house import PROCESSES, SERVERS, SILENT, StormyHouse
from tests.invariants import QUIET, broken

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]  # it ends by itself; a machine may be very busy

SEED = int(os.environ.get("CHAOS_SEED", "20260217"))
KILLS = int(os.environ.get("CHAOS_KILLS", "8"))
PEOPLE, WINDOWS = 30, 3
LONGEST, CALM_WITHIN = 32.0, 40.0  # seconds
SOONER = "update waitlist_entry set offer_until = now() where state = 'offered' and id % 3 = 0"
UNFINISHED = """
select id, queue_name, task_name, status, lock, attempts, scheduled_at from procrastinate_jobs
 where status not in ('succeeded', 'cancelled') order by id"""
ONE_TOO_MANY = "update slot set booked = booked + 1, capacity = capacity + 1 where id = (select min(id) from slot)"


async def strike(house: StormyHouse, storm: Storm) -> list[str]:
    """Kill one after the other, each at least once and as often as the others, and bring it back a moment later."""
    struck: list[str] = []
    ends = time.monotonic() + LONGEST
    while len(struck) < KILLS and time.monotonic() < ends:
        victims = [*PROCESSES, *SERVERS]
        storm.dice.shuffle(victims)
        for name in victims[: KILLS - len(struck)]:
            await asyncio.sleep(storm.dice.uniform(0.3, 1.5))
            storm.goes_on()  # nobody is struck while everybody is at home already
            house.kill_hard(name)
            struck.append(name)
            await asyncio.sleep(storm.dice.uniform(0.0, 1.0))
            await house.bring_back(name)
    storm.until = time.monotonic() + LULL
    return struck


async def hurry(house: StormyHouse, storm: Storm) -> None:
    """Some offers end sooner than in half an hour."""
    while storm.raging:
        await asyncio.sleep(2)
        with suppress(OSError, asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError):
            connection = await house.connect()
            await connection.execute(SOONER)
            await connection.close()


async def found_when_calm(house: StormyHouse) -> list[str]:
    """What is broken after a commit, at once; what is broken when the worker has nothing left to do, for good.

    What the clock brings meanwhile (an offer lapses, a place comes back) the worker may finish first.
    """
    deadline = time.monotonic() + CALM_WITHIN
    connection = await house.connect()
    try:
        while not (amiss := await broken(connection.fetch)):
            if not (left := await broken(connection.fetch, QUIET)) or time.monotonic() > deadline:
                return left
            await connection.execute(SILENT)
            await asyncio.sleep(0.3)
        return amiss
    finally:
        await connection.close()


async def test_after_the_storm_every_invariant_holds(stormy_house: StormyHouse) -> None:
    print(f"CHAOS_SEED={SEED}")  # noqa: T201
    storm = Storm(stormy_house.slots, random.Random(SEED), until=time.monotonic() + LONGEST)
    crowd = [Person(stormy_house, storm, number) for number in range(PEOPLE)]
    clerks = [WindowClerk(stormy_house, storm, str(number)) for number in range(1, WINDOWS + 1)]
    await asyncio.gather(*(one.arrive() for one in crowd), *(one.staff.sign_in() for one in clerks))
    storm.until = time.monotonic() + LONGEST
    struck, *_ = await asyncio.gather(
        strike(stormy_house, storm), hurry(stormy_house, storm), *(one.live() for one in (*crowd, *clerks))
    )
    left = await found_when_calm(stormy_house)
    print(struck, dict(storm.done))  # noqa: T201
    if left:
        connection = await stormy_house.connect()
        print([dict(row) for row in await connection.fetch(UNFINISHED)])  # noqa: T201
        await connection.close()

    assert left == []
    assert storm.faults == [], stormy_house.said_about(storm.faults)
    assert set(struck) == {*PROCESSES, *SERVERS}
    for deed in ("reserved", "cancelled", "joined", "called", "broken"):
        assert storm.done[deed], f"nobody {deed}: {dict(storm.done)} {storm.turned_away.most_common(5)}"
    assert {key: codes for key, codes in storm.answered.items() if len(codes) > 1} == {}
    connection = await stormy_house.connect()
    try:
        there = {row["code"] for row in await connection.fetch("select code from appointment")}
        assert {code: deed for code, deed in storm.promised.items() if code not in there} == {}
        assert await found_when_broken_by_hand(connection) == ["the_counter_is_the_count"]
    finally:
        await connection.close()


async def found_when_broken_by_hand(connection: asyncpg.Connection) -> list[str]:
    """The control: a place is counted that nobody holds, and it is found."""
    transaction = connection.transaction()
    await transaction.start()
    await connection.execute(ONE_TOO_MANY)
    found = [one.split(" ")[0] for one in await broken(connection.fetch)]
    await transaction.rollback()
    return found
