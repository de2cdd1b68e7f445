"""余号一览: the slots of a day and the days of a business, as they were a moment ago, and when that was.

Who looks alone sees the present. On a release morning thousands look at the same day: then each process asks once a
second for all of them, and who comes while it is asking waits for the same answer. What is read here may be old, and
says so; `booking.reserve` decides.
"""

import asyncio
from collections.abc import Awaitable, Callable
from contextvars import Context
from dataclasses import dataclass
from datetime import date, datetime
from time import monotonic
from typing import Any, Generic, TypeVar
from weakref import WeakSet

from appointments import slots
from appointments.slots import BookableDay, SlotView
from foundation import clock

SECONDS = 1.0
FEW = 8  # so many in a second are no crowd
MOST = 5000

V = TypeVar("V")


@dataclass(frozen=True)
class Seen(Generic[V]):
    """`rows` as they were at the moment `as_of`."""

    rows: list[V]
    as_of: datetime

    @property
    def age(self) -> int:
        """Whole seconds since then."""
        return max(0, int((clock.now() - self.as_of).total_seconds()))


@dataclass
class _Asked(Generic[V]):
    """What was asked of one key since `begun`: how often, and the last answer on its way or there."""

    begun: float
    answer: "asyncio.Task[Seen[V]]"
    times: int = 1


_every: "WeakSet[Recent[Any]]" = WeakSet()


def forget() -> None:
    """Let this process ask anew, whoever asked a moment ago."""
    for one in _every:
        one._asked.clear()


class Recent(Generic[V]):
    """Answers by key: asked anew for the first `FEW` of a second, then once a second; one that failed is asked anew."""

    def __init__(self) -> None:
        self._asked: dict[object, _Asked[V]] = {}
        _every.add(self)

    async def get(self, key: object, ask: Callable[[], Awaitable[list[V]]]) -> Seen[V]:
        loop, now = asyncio.get_running_loop(), monotonic()
        known = self._asked.get(key)
        if known is not None and (now - known.begun > SECONDS or known.answer.get_loop() is not loop):
            known = None
        if known is None or known.times < FEW or _failed(known.answer):
            if len(self._asked) >= MOST:
                self._asked.clear()
            begun, times = (known.begun, known.times + 1) if known else (now, 1)
            known = _Asked(begun, loop.create_task(_seen(ask), context=Context()), times)
            self._asked[key] = known
        return await asyncio.shield(known.answer)


def _failed(task: "asyncio.Task[Seen[V]]") -> bool:
    return task.done() and (task.cancelled() or task.exception() is not None)


async def _seen(ask: Callable[[], Awaitable[list[V]]]) -> Seen[V]:
    as_of = clock.now()
    return Seen(await ask(), as_of)


_slots: Recent[SlotView] = Recent()
_days: Recent[BookableDay] = Recent()


async def of_day(*, type_id: int, day: date) -> Seen[SlotView]:
    """The slots of a business on a day. Raises TypeNotFound."""
    return await _slots.get((type_id, day), lambda: slots.of_day(type_id=type_id, day=day))


async def days(*, type_id: int) -> Seen[BookableDay]:
    """The days of a business from today on. Raises TypeNotFound."""
    return await _days.get((type_id, clock.today()), lambda: slots.days(type_id=type_id))
