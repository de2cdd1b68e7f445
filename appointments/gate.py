"""闸门: in a rush, how many of all processes' requests for a slot go to the database at once.

Redis counts down from one and a half times what was left when somebody last looked, and holds a flag when nothing was.
It only holds back: who gets a place is decided in the database. Without Redis, which the bus notices first, nobody is
held back here, and each process still sends no more than `gathering` does.
"""

import math
from contextlib import suppress

from foundation import bus, redis

MORE_THAN_LEFT = 1.5
SECONDS = 2
FULL = "full"

# How many of ARGV[1] may go; -1 when the slot is full. Without a counter all may: somebody has to look.
ADMIT = """
local left = redis.call('GET', KEYS[1])
if not left then return tonumber(ARGV[1]) end
if left == 'full' then return -1 end
local some = math.min(tonumber(left), tonumber(ARGV[1]))
if some > 0 then redis.call('DECRBY', KEYS[1], some) end
return some
"""


async def admitted(slot_id: int, number: int) -> int:
    """How many of `number` may go to the database now; -1 when it is known to have nothing left."""
    if not bus.hears():
        return number
    try:
        script = redis.client().register_script(ADMIT)
        return int(await script(keys=[_key(slot_id)], args=[number]))
    except (*redis.LOST, redis.RedisGone):
        return number


async def seen(slot_id: int, *, left: int) -> None:
    """The database has just said how many places are left."""
    if not bus.hears():
        return
    counter = math.ceil(left * MORE_THAN_LEFT) if left > 0 else FULL
    with suppress(*redis.LOST, redis.RedisGone):
        await redis.client().set(_key(slot_id), counter, ex=SECONDS)


async def open_again(slot_id: int) -> None:
    """A place became free: whoever comes next looks."""
    with suppress(*redis.LOST, redis.RedisGone):
        await redis.client().delete(_key(slot_id))


def _key(slot_id: int) -> str:
    return f"gate:{{{slot_id}}}"
