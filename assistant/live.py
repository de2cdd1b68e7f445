"""Who listens to a conversation right now, woken over the bus when something is new. The facts are in the database.

A word that was lost only makes a listener look later, and a typing sign that was lost is no loss.
"""

import asyncio
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import partial

from assistant.handover_errors import TooManyListeners
from foundation import bus, database

TOPIC = "handover"
QUEUE, CHANGED = "queue", "changed"
MOST_OF_ONE, MOST_OF_ALL = 4, 2000  # listeners of one conversation, and of one process
TYPES_FOR = 6.0  # seconds that a sign of typing holds


@dataclass(eq=False)
class Ear:
    """One listener. `queued`: what moves the queue is news to it, too."""

    queued: bool = False
    _news: asyncio.Event = field(default_factory=asyncio.Event)

    def wake(self) -> None:
        self._news.set()

    async def wait(self, seconds: float) -> bool:
        """Whether there was news within `seconds`."""
        with suppress(TimeoutError):
            await asyncio.wait_for(self._news.wait(), seconds)
        heard = self._news.is_set()
        self._news.clear()
        return heard


_ears: dict[int, set[Ear]] = {}
_typing: dict[tuple[int, str], float] = {}


@contextmanager
def listening(conversation_id: int) -> Iterator[Ear]:
    """An ear for one conversation. Raises TooManyListeners."""
    if len(_ears.get(conversation_id, ())) >= MOST_OF_ONE or sum(map(len, _ears.values())) >= MOST_OF_ALL:
        raise TooManyListeners(retry_after=30)
    ear = Ear()
    _ears.setdefault(conversation_id, set()).add(ear)
    try:
        yield ear
    finally:
        _ears[conversation_id].discard(ear)
        if not _ears[conversation_id]:
            del _ears[conversation_id]


async def changed(conversation_id: int, *, queue: bool = False) -> None:
    """Once this transaction is committed, wake who listens to it and, with `queue`, everybody who waits."""
    await database.after_commit(partial(bus.tell, TOPIC, f"{conversation_id} {QUEUE if queue else CHANGED}"))


async def typing(conversation_id: int, side: str) -> None:
    """`side` (citizen, agent) is writing."""
    await bus.tell(TOPIC, f"{conversation_id} {side}")


def types(conversation_id: int, side: str) -> bool:
    """Whether that side was writing a moment ago."""
    return time.monotonic() - _typing.get((conversation_id, side), -TYPES_FOR) < TYPES_FOR


def _hear(word: str) -> None:
    number, _, what = word.partition(" ")
    conversation_id = int(number)
    _forget_old_signs(of=conversation_id if what in (QUEUE, CHANGED) else None)
    if what not in (QUEUE, CHANGED):
        _typing[conversation_id, what] = time.monotonic()
    for ear in _ears.get(conversation_id, ()):
        ear.wake()
    if what == QUEUE:
        for ears in _ears.values():
            for ear in ears:
                if ear.queued:
                    ear.wake()


def _forget_old_signs(*, of: int | None) -> None:
    """Also those of a conversation in which what was typed has now been said."""
    old = time.monotonic() - TYPES_FOR
    for key in [key for key, at in _typing.items() if at <= old or key[0] == of]:
        del _typing[key]


def _deaf() -> None:
    """Words may have been missed: everybody looks."""
    for ears in _ears.values():
        for ear in ears:
            ear.wake()


bus.on(TOPIC, _hear, deaf=_deaf)
