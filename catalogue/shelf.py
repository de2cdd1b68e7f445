"""What this process keeps of the catalogue: read once per edition, looked after once a second."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any, TypeVar

from catalogue import edition
from foundation.errors import Unavailable

T = TypeVar("T")

LOOK_EVERY = 1.0
"""Seconds between two looks at the edition's number: so long may an old page be shown."""


@dataclass
class _Kept:
    edition: int
    looked_at: float
    things: dict[Any, Any] = field(default_factory=dict)


_kept: _Kept | None = None
_looking = asyncio.Lock()


async def keep(name: Any, read: Callable[[], Awaitable[T]]) -> T:
    """What `read` gave for this edition; `name` is any hashable. While the database is gone the last copy serves."""
    kept = await _current()
    if name not in kept.things:
        kept.things[name] = await read()
    found: T = kept.things[name]
    return found


def forget() -> None:
    """Read everything anew at the next question."""
    global _kept
    _kept = None


async def _current() -> _Kept:
    kept = _kept
    if kept is not None and (time.monotonic() - kept.looked_at < LOOK_EVERY or _looking.locked()):
        return kept
    async with _looking:
        return await _looked()


async def _looked() -> _Kept:
    global _kept
    kept = _kept
    if kept is not None and time.monotonic() - kept.looked_at < LOOK_EVERY:
        return kept
    try:
        number = await edition.number()
    except Unavailable:
        if kept is None:
            raise
        number = kept.edition
    if kept is None or kept.edition != number:
        kept = _Kept(number, 0)
    kept.looked_at = time.monotonic()
    _kept = kept
    return kept
