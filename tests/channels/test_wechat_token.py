"""The access token: one process fetches for all; without Redis each asks for itself."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest

from channels.wechat import token as token_module
from channels.wechat.token import AccessToken
from foundation import redis as our_redis
from foundation.http import OutcomeUnknown


@dataclass
class StableToken:
    """The vendor's rules: ordinary asking gives the token in force, forcing makes a new one and ends the old."""

    seconds: int = 7200
    slow: float = 0.05
    asked: list[bool] = field(default_factory=list)
    number: int = 1

    async def fetch(self, force: bool) -> tuple[str, int]:
        self.asked.append(force)
        await asyncio.sleep(self.slow)
        if force:
            self.number += 1
        return f"token-{self.number}", self.seconds


def processes(vendor: StableToken, count: int = 2, *, locked: bool = True) -> list[AccessToken]:
    """As many clients as there are processes: they share nothing but Redis."""
    return [AccessToken("wx1", vendor.fetch, locked=locked) for _ in range(count)]


async def all_at_once(tokens: list[AccessToken], times: int = 20, **asked: str) -> set[str]:
    return set(await asyncio.gather(*(one.get(**asked) for one in tokens for _ in range(times))))


async def test_many_processes_fetch_once(redis_db: Any) -> None:
    vendor = StableToken()
    assert await all_at_once(processes(vendor, 4)) == {"token-1"}
    assert vendor.asked == [False]


async def test_without_the_lock_they_all_fetch(redis_db: Any) -> None:
    """The control: the test above would notice a missing lock."""
    vendor = StableToken()
    await all_at_once(processes(vendor, 4, locked=False))
    assert len(vendor.asked) > 1


async def test_an_invalid_token_is_forced_once_by_all_together(redis_db: Any) -> None:
    vendor = StableToken()
    tokens = processes(vendor)
    await all_at_once(tokens)
    assert await all_at_once(tokens, instead_of="token-1") == {"token-2"}
    assert vendor.asked == [False, False, True]


async def test_who_comes_late_with_the_old_token_takes_the_new_one(redis_db: Any) -> None:
    vendor = StableToken()
    first, second = processes(vendor)
    await first.get()
    await first.get(instead_of="token-1")
    assert await second.get(instead_of="token-1") == "token-2"
    assert vendor.asked == [False, False, True]


async def test_another_systems_new_token_is_taken_over_and_not_ended(redis_db: Any) -> None:
    vendor = StableToken()
    (token,) = processes(vendor, 1)
    await token.get()
    vendor.number = 2  # another system has forced one
    assert await token.get(instead_of="token-1") == "token-2"
    assert True not in vendor.asked


async def test_replacing_is_rationed(redis_db: Any) -> None:
    vendor = StableToken()
    (token,) = processes(vendor, 1)
    bad = await token.get()
    for _ in range(4):
        bad = await token.get(instead_of=bad)
    assert vendor.asked == [False, False, True]


async def test_a_token_is_left_before_it_ends(redis_db: Any) -> None:
    vendor = StableToken(seconds=302)
    await processes(vendor, 1)[0].get()
    assert 0 < await redis_db.ttl("wechat:token:{wx1}") <= 2


async def test_a_failed_fetch_frees_the_lock(redis_db: Any) -> None:
    async def fail(force: bool) -> tuple[str, int]:
        raise OutcomeUnknown

    with pytest.raises(OutcomeUnknown):
        await AccessToken("wx1", fail).get()
    vendor = StableToken()
    assert await asyncio.wait_for(processes(vendor, 1)[0].get(), 1) == "token-1"


async def test_a_lock_left_by_a_dead_process_delays_but_does_not_block(
    redis_db: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(token_module, "WAIT_SECONDS", 0.2)
    await redis_db.set("wechat:token:{wx1}:lock", "dead", ex=15)
    vendor = StableToken()
    assert await asyncio.wait_for(processes(vendor, 1)[0].get(), 2) == "token-1"
    assert await redis_db.get("wechat:token:{wx1}:lock") == "dead"  # not ours to take


@pytest.fixture(params=["never started", "gone"])
def without_redis(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    def absent() -> Any:
        raise our_redis.RedisGone

    class Gone:
        async def get(self, key: str) -> str:
            raise ConnectionError

    clients: dict[str, Callable[[], Any]] = {"never started": absent, "gone": Gone}
    monkeypatch.setattr(our_redis, "client", clients[request.param])


async def test_without_redis_each_process_asks_for_itself_once(without_redis: None) -> None:
    vendor = StableToken()
    assert await all_at_once(processes(vendor, 2)) == {"token-1"}
    assert vendor.asked == [False, False]


async def test_without_redis_replacing_is_rationed_too(without_redis: None) -> None:
    vendor = StableToken()
    (token,) = processes(vendor, 1)
    bad = await token.get()
    for _ in range(4):
        bad = await token.get(instead_of=bad)
    assert vendor.asked == [False, False, True]
