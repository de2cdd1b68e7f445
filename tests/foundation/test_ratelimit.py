"""Limits: exact under concurrency, refilled evenly, never unguarded."""

import asyncio
from collections.abc import Iterator

import pytest
import redis.asyncio

from foundation import ratelimit
from foundation import redis as our_redis
from foundation.errors import TooManyRequests


@pytest.fixture(autouse=True)
def _empty() -> Iterator[None]:
    ratelimit._local.clear()
    ratelimit._leases.forget()
    yield
    ratelimit._local.clear()
    ratelimit._leases.forget()


@pytest.fixture
def without_redis() -> Iterator[None]:
    kept, our_redis._client = our_redis._client, None
    yield
    our_redis._client = kept


async def passed(times: int, *limits: tuple[str, str | int, int, int]) -> int:
    async def one() -> bool:
        try:
            await ratelimit.check(*limits)
        except TooManyRequests:
            return False
        return True

    return sum(await asyncio.gather(*(one() for _ in range(times))))


async def test_exactly_as_many_pass_as_may(redis_db: redis.asyncio.Redis) -> None:
    assert await passed(200, ("login-ip", "203.0.113.9", 20, 3600)) == 20
    assert await passed(10, ("login-ip", "203.0.113.10", 20, 3600)) == 10


async def test_the_refusal_says_when_to_come_back(redis_db: redis.asyncio.Redis) -> None:
    await passed(6, ("ask", 1, 6, 60))
    with pytest.raises(TooManyRequests) as caught:
        await ratelimit.check(("ask", 1, 6, 60))
    assert caught.value.retry_after in (9, 10)


async def test_the_strictest_limit_speaks(redis_db: redis.asyncio.Redis) -> None:
    await passed(2, ("slow", 1, 2, 3600), ("quick", 1, 2, 4))
    with pytest.raises(TooManyRequests) as caught:
        await ratelimit.check(("quick", 1, 2, 4), ("slow", 1, 2, 3600))
    assert caught.value.retry_after is not None
    assert caught.value.retry_after > 1000


async def test_places_come_back_one_by_one(redis_db: redis.asyncio.Redis) -> None:
    assert await passed(20, ("quick", 1, 10, 1)) == 10
    await asyncio.sleep(0.35)
    assert await passed(20, ("quick", 1, 10, 1)) in (3, 4)


async def test_a_bucket_is_not_kept_for_ever(redis_db: redis.asyncio.Redis) -> None:
    await ratelimit.check(("quick", 1, 10, 2))
    (key,) = await redis_db.keys("limit:*")
    assert 0 < await redis_db.pttl(key) <= 2500


async def test_without_redis_each_process_guards_itself(without_redis: None) -> None:
    assert await passed(50, ("login-ip", "203.0.113.9", 5, 3600)) == 5
    with pytest.raises(TooManyRequests) as caught:
        await ratelimit.check(("login-ip", "203.0.113.9", 5, 3600))
    assert caught.value.retry_after in (719, 720, 721)


async def test_the_local_memory_has_an_end(without_redis: None) -> None:
    ratelimit._local.update({f"limit:{number}": 0.0 for number in range(100_001)})
    await ratelimit.check(("ask", 1, 5, 60))
    assert len(ratelimit._local) == 1
