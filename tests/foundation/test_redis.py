"""Redis: gone is noticed within a second, and it comes back by itself."""

import asyncio
import time

import pytest
import redis.asyncio

from foundation import redis as our_redis
from foundation import settings
from tests.foundation.wire import wire_to


async def test_a_lost_redis_is_noticed_within_a_second_and_comes_back(
    redis_db: redis.asyncio.Redis, redis_url: str
) -> None:
    kept = our_redis._client
    async with wire_to(redis_url) as (wire, url):
        try:
            await our_redis.start(url)
            assert await our_redis.client().set("a", "1")
            await wire.cut()
            began = time.monotonic()
            with pytest.raises(our_redis.LOST):
                await our_redis.client().get("a")
            assert time.monotonic() - began < 1
            await wire.mend()
            assert await our_redis.client().get("a") == "1"
        finally:
            await our_redis.stop()
            our_redis._client = kept


async def test_a_silent_redis_is_given_up_within_a_second(settings_env: settings.Settings) -> None:
    async def silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()
        writer.close()

    server, kept = await asyncio.start_server(silent, "127.0.0.1", 0), our_redis._client
    try:
        await our_redis.start(f"redis://127.0.0.1:{server.sockets[0].getsockname()[1]}/0")
        began = time.monotonic()
        with pytest.raises(our_redis.LOST):
            await our_redis.client().get("a")
        assert time.monotonic() - began < 1.5
    finally:
        await our_redis.stop()
        our_redis._client = kept
        server.close()


async def test_a_busy_pool_makes_a_command_wait_and_not_fail(redis_db: redis.asyncio.Redis) -> None:
    await asyncio.gather(*(our_redis.client().incr("hits") for _ in range(500)))
    assert await our_redis.client().get("hits") == "500"


async def test_a_cancelled_command_leaves_its_neighbours_their_answers(redis_db: redis.asyncio.Redis) -> None:
    for number in range(20):
        await our_redis.client().set(f"key:{number}", str(number))

    async def ask(number: int) -> None:
        assert await our_redis.client().get(f"key:{number}") == str(number)

    for _ in range(20):
        tasks = [asyncio.create_task(ask(number)) for number in range(20)]
        await asyncio.sleep(0.0005)
        for task in tasks[::2]:
            task.cancel()
        results = await asyncio.gather(*tasks, return_exceptions=True)
        assert not [one for one in results if isinstance(one, AssertionError)]
    await asyncio.gather(*(ask(number) for number in range(20)))


async def test_without_a_start_there_is_no_redis() -> None:
    kept, our_redis._client = our_redis._client, None
    try:
        with pytest.raises(our_redis.RedisGone):
            our_redis.client()
    finally:
        our_redis._client = kept
