"""The bus: a word from one process to all that listen, over Redis, such as who was signed out and what became free.

A word may be lost. So it only shortens how long something old is remembered (`foundation.memory`), and who cannot hear
remembers nothing.
"""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from foundation import logs, redis

PATIENCE = 1.0  # seconds between two looks
AGAIN_AFTER = 0.5  # seconds after Redis was lost

Hear = Callable[[str], None]
log = logs.logger(__name__)

_ears: dict[str, Hear] = {}
_deaf: list[Callable[[], None]] = []
_listening: "asyncio.Task[None] | None" = None
_hears = False


def on(topic: str, hear: Hear, *, deaf: Callable[[], None]) -> None:
    """Call `hear` with each word of `topic`, and `deaf` when some may have been missed."""
    _ears[topic] = hear
    _deaf.append(deaf)


def hears() -> bool:
    """Whether words reach this process."""
    return _hears


async def tell(topic: str, word: str) -> None:
    """Tell all who listen. Without Redis nobody hears it."""
    with suppress(*redis.LOST, redis.RedisGone):
        await redis.client().publish(channel(), said(topic, word))


def channel() -> str:
    """Ours: channels of Redis belong to all databases of a server, where another house may live beside this one."""
    return f"bus:{redis.database()}"


def said(topic: str, word: str) -> str:
    """As it goes over the wire, for a pipeline that says something else as well."""
    return f"{topic} {word}"


async def start() -> None:
    """Listen from now on, for as long as the process lives."""
    global _listening
    _listening = asyncio.create_task(_listen(), name="bus")


async def stop() -> None:
    global _listening
    if _listening is not None:
        _listening.cancel()
        with suppress(asyncio.CancelledError):
            await _listening
        _listening = None


async def _listen() -> None:
    while True:
        try:
            async with redis.client().pubsub() as ear:
                await ear.subscribe(channel())
                await _hear_all(ear)
        except (*redis.LOST, redis.RedisGone) as lost:
            log.warning("bus_lost", error=type(lost).__name__)
        finally:
            _set_hears(False)
        await asyncio.sleep(AGAIN_AFTER)


async def _hear_all(ear: Any) -> None:
    while True:
        message = await ear.get_message(timeout=PATIENCE)
        if message is None:
            continue
        if message["type"] == "subscribe":
            _set_hears(True)
        elif message["type"] == "message":
            topic, _, word = message["data"].partition(" ")
            if topic in _ears:
                _ears[topic](word)


def _set_hears(now: bool) -> None:
    global _hears
    if _hears and not now:
        for forget in _deaf:
            forget()
    _hears = now
