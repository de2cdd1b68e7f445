"""How often one may knock: a token bucket per key, one Lua script, answered in a single round trip.

Who comes often takes several places at once (`leases`). Without Redis each process counts for itself: laxer by the
number of processes, never unguarded.
"""

import asyncio
import hashlib
import time
from collections.abc import Sequence
from dataclasses import dataclass

from redis.exceptions import NoScriptError

from foundation import metrics, redis
from foundation.errors import TooManyRequests
from foundation.leases import Leases
from foundation.together import Together

# KEYS[1] bucket, ARGV: capacity, seconds to refill it wholly, places wanted. Returns milliseconds to wait, 0 when let
# through; then how many places are given, and in how many milliseconds the first of them begins (`leases`).
# The server's clock decides, so that hosts with skewed clocks share one bucket.
SCRIPT = """
local capacity, period = tonumber(ARGV[1]), tonumber(ARGV[2]) * 1000
local t = redis.call('TIME')
local now = t[1] * 1000 + math.floor(t[2] / 1000)
local step = period / capacity
local begins = math.max(tonumber(redis.call('GET', KEYS[1]) or '0'), now)
local wait = begins + step - period - now
if wait > 0 then return {math.ceil(wait), 0, 0} end
local given = math.max(1, math.min(tonumber(ARGV[3]), math.floor((now + period - begins) / step)))
local full_at = begins + given * step
redis.call('SET', KEYS[1], string.format('%.0f', full_at), 'PX', math.ceil(full_at - now) + 1000)
return {0, given, begins - now}
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


Told = tuple[str, str | int, int, int]

_local: dict[str, float] = {}
_leases = Leases()


async def check(*limits: Told) -> None:
    """Each limit is (kind, value, times, seconds). Raises TooManyRequests with `retry_after` of the strictest."""
    asked = [Limit(kind, str(value), times, seconds) for kind, value, times, seconds in limits]
    waits = await asyncio.gather(*map(_ask, asked)) if len(asked) != 1 else [await _ask(asked[0])]
    _hold_back(asked, waits)


async def check_here(*limits: Told) -> None:
    """As `check`, counted in this process alone, without a round trip."""
    asked = [Limit(kind, str(value), times, seconds) for kind, value, times, seconds in limits]
    _hold_back(asked, [_ask_ourselves(one) for one in asked])


def passes_at_once(limit: Told, *, here: bool) -> bool:
    """Whether one more passes `check` (or `check_here`) as far as this process knows; then they are counted."""
    kind, value, times, seconds = limit
    asked = Limit(kind, str(value), times, seconds)
    return _ask_ourselves(asked) == 0 if here else _leases.spend(asked.key)


def _hold_back(asked: list[Limit], waits: list[int]) -> None:
    worst = max(waits, default=0)
    if worst > 0:
        metrics.count("requests_limited_total", kind=asked[waits.index(worst)].kind)
        raise TooManyRequests(retry_after=max(1, -(-worst // 1000)))


async def _ask(limit: Limit, leases: Leases = _leases) -> int:
    """Milliseconds to wait."""
    if leases.spend(limit.key):
        return 0
    number, asked_at, given, begins = leases.wanted(limit.key, times=limit.times), time.monotonic(), 0, 0
    try:
        wait, given, begins = await _together.ask((limit, number))
    except redis.RedisGone:
        return _ask_ourselves(limit)
    finally:  # also where who asked has hung up
        if number > 1:
            leases.took(limit.key, given, begins=asked_at + begins / 1000, step=limit.seconds / limit.times)
    return wait


async def _ask_redis(asked: Sequence[tuple[Limit, int]]) -> list[tuple[int, int, int]]:
    try:
        try:
            return await _counted(asked)
        except NoScriptError:  # a server that has not heard of it yet, or was restarted: nothing was counted
            await redis.client().script_load(SCRIPT)
            return await _counted(asked)
    except redis.LOST as lost:
        raise redis.RedisGone(retry_after=5) from lost


async def _counted(asked: Sequence[tuple[Limit, int]]) -> list[tuple[int, int, int]]:
    async with redis.client().pipeline(transaction=False) as pipe:
        for one, number in asked:
            pipe.evalsha(SHA, 1, one.key, str(one.times), str(one.seconds), str(number))
        return await pipe.execute()


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
