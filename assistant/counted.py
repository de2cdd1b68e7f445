"""What is counted from the log of the chat for everybody: now and then, by one at a time.

Screens show it beside what people came for, so nobody waits for a count where there is an older one, and none is missed
while the database is gone.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from time import monotonic

from foundation.errors import Unavailable


@dataclass
class _Kept:
    found: tuple[str, ...] | None = None
    until: float = 0.0
    counting: asyncio.Lock = field(default_factory=asyncio.Lock)


class Counted:
    """Counts by key, each kept for `seconds` in this process."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._kept: dict[str, _Kept] = {}

    async def get(self, key: str, count: Callable[[], Awaitable[Iterable[str]]]) -> tuple[str, ...]:
        """What `count` found last; nothing where it never could."""
        kept = self._kept.setdefault(key, _Kept())
        if monotonic() < kept.until or (kept.found is not None and kept.counting.locked()):
            return kept.found or ()
        async with kept.counting:
            if monotonic() >= kept.until:
                with suppress(Unavailable):
                    kept.found = tuple(await count())
                    kept.until = monotonic() + self._seconds
        return kept.found or ()

    def forget(self) -> None:
        """Let the next look count anew."""
        self._kept.clear()
