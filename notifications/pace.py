"""How fast messages may leave: one token bucket per channel for all workers, one Lua script, one round trip a wave.

What waits in masses leaves a fifth of the bucket to what is urgent. Without Redis each worker counts for itself.
A channel that says our quota is used up rests: nobody asks it until then.
"""

import time
from dataclasses import dataclass

from foundation import redis, settings

RESERVE = 0.2
# KEYS: bucket, rest. ARGV: tokens a second, capacity, how many must stay, how many are wanted.
# Returns how many were given, and the milliseconds until the next. The server's clock decides.
SCRIPT = """
local rest = redis.call('PTTL', KEYS[2])
if rest > 0 then return {0, rest} end
local rate, capacity, keep, wanted = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4])
local t = redis.call('TIME')
local now = t[1] * 1000 + math.floor(t[2] / 1000)
local kept = redis.call('HMGET', KEYS[1], 'tokens', 'at')
local tokens = tonumber(kept[1] or capacity)
tokens = math.min(capacity, tokens + math.max(0, now - tonumber(kept[2] or now)) * rate / 1000)
local given = math.max(0, math.min(wanted, math.floor(tokens - keep)))
redis.call('HSET', KEYS[1], 'tokens', string.format('%.3f', tokens - given), 'at', string.format('%.0f', now))
redis.call('PEXPIRE', KEYS[1], math.ceil(capacity / rate * 1000) + 60000)
if given > 0 then return {given, 0} end
return {0, math.ceil((keep + 1 - tokens) * 1000 / rate)}
"""


@dataclass(frozen=True)
class Given:
    """How many may leave now; with none, the seconds until it is worth asking again."""

    number: int
    wait: float


_local: dict[str, tuple[float, float]] = {}


def rate_of(channel: str) -> int:
    return int(getattr(settings.current().messages, f"{channel}_per_second"))


async def leave(channel: str, *, wanted: int, urgent: bool) -> Given:
    """Up to `wanted` messages may leave; what is given is spent."""
    rate = rate_of(channel)
    keep = 0 if urgent else int(rate * RESERVE)
    try:
        script = redis.client().register_script(SCRIPT)
        number, wait = await script(keys=[_key(channel), _rest(channel)], args=[rate, rate, keep, wanted])
    except (*redis.LOST, redis.RedisGone):
        return _ourselves(channel, rate, keep, wanted)
    return Given(int(number), int(wait) / 1000)


async def give_back(channel: str, number: int) -> None:
    """What was given and not used, because nothing was due."""
    try:
        await redis.client().hincrbyfloat(_key(channel), "tokens", number)
    except (*redis.LOST, redis.RedisGone):
        return  # a bucket that fills up by itself


async def rest(channel: str, seconds: int) -> None:
    """Our quota at the channel is used up: leave it alone for so long."""
    try:
        await redis.client().set(_rest(channel), "1", ex=max(1, seconds))
    except (*redis.LOST, redis.RedisGone):
        return  # then it is asked again and says so again


def _key(channel: str) -> str:
    return f"messages:{{{channel}}}:tokens"


def _rest(channel: str) -> str:
    return f"messages:{{{channel}}}:rest"


def _ourselves(channel: str, rate: int, keep: int, wanted: int) -> Given:
    now = time.monotonic()
    tokens, at = _local.get(channel, (float(rate), now))
    tokens = min(float(rate), tokens + (now - at) * rate)
    given = max(0, min(wanted, int(tokens - keep)))
    _local[channel] = (tokens - given, now)
    return Given(given, 0.0 if given else (keep + 1 - tokens) / rate)
