"""A word reaches whoever listens; who cannot hear trusts nothing it remembers."""

import asyncio
from collections.abc import AsyncIterator, Callable

import pytest
import redis.asyncio

from foundation import bus, memory
from foundation import redis as our_redis
from foundation.memory import Memory
from tests.foundation.wire import wire_to


async def until(fact: Callable[[], bool]) -> None:
    async with asyncio.timeout(10):
        while not fact():
            await asyncio.sleep(0.01)


@pytest.fixture
async def listening(redis_db: redis.asyncio.Redis) -> AsyncIterator[None]:
    await bus.start()
    await until(bus.hears)
    yield
    await bus.stop()


@pytest.fixture
def remembered() -> Memory[str]:
    return Memory("test", seconds=60)


def learnt(of: Memory[str], key: str, value: str) -> str | None:
    of.keep(key, value, of.mark())
    return of.get(key)


@pytest.mark.usefixtures("listening")
async def test_a_word_drops_what_it_names(remembered: Memory[str]) -> None:
    assert learnt(remembered, "a", "1") == "1"
    assert learnt(remembered, "b", "2") == "2"
    await bus.tell("other", "b")
    await bus.tell("test", "a")
    await until(lambda: remembered.get("a") is None)
    assert remembered.get("b") == "2"


@pytest.mark.usefixtures("listening")
async def test_another_house_on_the_same_server_is_not_heard(
    remembered: Memory[str], redis_db: redis.asyncio.Redis, redis_url: str
) -> None:
    learnt(remembered, "a", "1")
    ours, number = bus.channel(), our_redis.database()
    assert redis_url.endswith(f"/{number}")
    theirs = ours.replace(str(number), str(number + 1))
    await redis_db.publish(theirs, bus.said("test", "a"))
    heard = remembered.mark()
    await bus.tell("test", "b")
    await until(lambda: remembered.mark() > heard)
    assert remembered.get("a") == "1"


@pytest.mark.usefixtures("listening")
async def test_what_was_dropped_while_we_asked_stays_dropped(remembered: Memory[str]) -> None:
    mark = remembered.mark()
    remembered.drop("a")
    remembered.keep("a", "old", mark)
    remembered.keep("b", "of now", mark)
    assert (remembered.get("a"), remembered.get("b")) == (None, "of now")
    assert learnt(remembered, "a", "new") == "new"


@pytest.mark.usefixtures("listening")
async def test_who_asked_before_all_was_dropped_keeps_nothing(remembered: Memory[str]) -> None:
    mark = remembered.mark()
    remembered.drop("a")
    remembered.forget()
    for key in ("a", "b"):
        remembered.keep(key, "old", mark)
        assert remembered.get(key) is None


@pytest.mark.usefixtures("listening")
async def test_a_drop_that_is_remembered_no_longer_still_counts() -> None:
    small: Memory[str] = Memory("smaller", seconds=60, most=10)
    mark = small.mark()
    for n in range(25):
        small.drop(str(n))
    small.keep("3", "old", mark)
    assert small.get("3") is None
    assert len(small._dropped) <= 10


@pytest.mark.usefixtures("listening")
async def test_nothing_is_fresh_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    brief: Memory[str] = Memory("brief", seconds=2, at_worst=100)
    learnt(brief, "a", "1")
    now = memory.time.monotonic()
    monkeypatch.setattr(memory.time, "monotonic", lambda: now + 3)
    assert (brief.get("a"), brief.last_known("a")) == (None, "1")
    monkeypatch.setattr(memory.time, "monotonic", lambda: now + 101)
    assert brief.last_known("a") is None


@pytest.mark.usefixtures("listening")
async def test_it_does_not_grow_without_end() -> None:
    small: Memory[str] = Memory("small", seconds=60, most=10)
    for n in range(25):
        learnt(small, str(n), "x")
    assert len(small._kept) <= 10


async def test_who_does_not_listen_remembers_nothing(remembered: Memory[str]) -> None:
    assert learnt(remembered, "a", "1") is None
    await bus.tell("test", "a")  # nobody hears it, and nobody minds


async def test_a_lost_redis_makes_deaf_and_it_listens_again(redis_db: redis.asyncio.Redis, redis_url: str) -> None:
    kept, one = our_redis._client, Memory[str]("deaf", seconds=60)
    longer: Memory[str] = Memory("deaf too", seconds=60, at_worst=600)
    async with wire_to(redis_url) as (wire, url):
        await our_redis.start(url)
        await bus.start()
        try:
            await until(bus.hears)
            assert learnt(one, "a", "1") == learnt(longer, "a", "1") == "1"
            await wire.cut()
            await until(lambda: not bus.hears())
            assert (one.get("a"), one.last_known("a")) == (None, None)
            assert (longer.get("a"), longer.last_known("a")) == (None, "1")
            await wire.mend()
            await until(bus.hears)
            assert learnt(one, "a", "2") == "2"
        finally:
            await bus.stop()
            await our_redis.stop()
            our_redis._client = kept
