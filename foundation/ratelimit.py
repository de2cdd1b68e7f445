"""How often one may knock: a token bucket per key, one Lua script, answered in a single round trip.

Without Redis each process counts for itself: laxer by the number of processes, never unguarded.
"""

import asyncio
import hashlib
import time
from collections.abc import Sequence
from dataclasses import dataclass

from redis.exceptions import NoScriptError

from foundation import metrics, redis
from foundation.errors import TooManyRequests
from foundation.together import Together

# KEYS[1] bucket, ARGV: capacity, seconds to refill it wholly. Returns milliseconds to wait, 0 when let through.
# The server's clock decides, so that hosts with skewed clocks share one bucket.
SCRIPT = """
local capacity, period = tonumber(ARGV[1]), tonumber(ARGV[2]) * 1000
local t = redis.call('TIME')
local now = t[1] * 1000 + math.floor(t[2] / 1000)
local step = period / capacity
local full_at = math.max(tonumber(redis.call('GET', KEYS[1]) or '0'), now)
local wait = full_at + step - period - now
if wait > 0 then return math.ceil(wait) end
redis.call('SET', KEYS[1], string.format('%.0f', full_at + step), 'PX', math.ceil(full_at + step - now) + 1000)
return 0
"""


SHA = hashlib.sha1(SCRIPT.encode()).hexdigest()


@dataclass(frozen=True)
class Limit:
    """`times` per `seconds` for each value of `kind` (``login-ip``, ``ask-user`` …)."""

    kind: str
    value: str
    times: int
    seconds: int

    @property
    def key(self) -> str:
        return f"limit:{{{self.kind}:{self.value}}}"


_local: dict[str, float] = {}


async def check(*limits: tuple[str, str | int, int, int]) -> None:
    """Each limit is (kind, value, times, seconds). Raises TooManyRequests with `retry_after` of the strictest."""
    asked = [Limit(kind, str(value), times, seconds) for kind, value, times, seconds in limits]
    try:
        waits = await asyncio.gather(*map(_together.ask, asked)) if len(asked) != 1 else [await _together.ask(asked[0])]
    except redis.RedisGone:
        waits = [_ask_ourselves(one) for one in asked]
    _hold_back(asked, waits)


async def check_here(*limits: tuple[str, str | int, int, int]) -> None:
    """As `check`, counted in this process alone, without a round trip."""
    asked = [Limit(kind, str(value), times, seconds) for kind, value, times, seconds in limits]
    _hold_back(asked, [_ask_ourselves(one) for one in asked])


def _hold_back(asked: list[Limit], waits: list[int]) -> None:
    worst = max(waits, default=0)
    if worst > 0:
        metrics.count("requests_limited_total", kind=asked[waits.index(worst)].kind)
        raise TooManyRequests(retry_after=max(1, -(-worst // 1000)))


async def _ask_redis(asked: Sequence[Limit]) -> list[int]:
    try:
        try:
            return await _counted(asked)
        except NoScriptError:  # a server that has not heard of it yet, or was restarted: nothing was counted
            await redis.client().script_load(SCRIPT)
            return await _counted(asked)
    except redis.LOST as lost:
        raise redis.RedisGone(retry_after=5) from lost


async def _counted(asked: Sequence[Limit]) -> list[int]:
    async with redis.client().pipeline(transaction=False) as pipe:
        for one in asked:
            pipe.evalsha(SHA, 1, one.key, str(one.times), str(one.seconds))
        return [int(wait) for wait in await pipe.execute()]


_together = Together(_ask_redis)


def _ask_ourselves(limit: Limit) -> int:
    now, period = time.monotonic() * 1000, limit.seconds * 1000
    step = period / limit.times
    full_at = max(_local.get(limit.key, 0), now)
    wait = full_at + step - period - now
    if wait > 0:
        return int(wait) + 1
    if len(_local) > 100_000:
        _local.clear()
    _local[limit.key] = full_at + step
    return 0
