"""Notices that come at the same moment wait for each other: a flush of the disk for all of them, not for each.

Who comes alone waits for nobody: it is taken at once, and those that come meanwhile are taken together when that batch
is back. What cannot be settled plainly, and a batch that failed, is left to the careful way: nobody's fault fails a
neighbour.
"""

import asyncio
from collections import deque
from collections.abc import Sequence
from contextvars import Context
from dataclasses import dataclass, field
from weakref import WeakKeyDictionary

from foundation import database, logs, metrics
from foundation.database import DatabaseGone
from payments.inbox import Letter
from payments.settlement import Outcome
from payments.settling_together import settle_together

TOGETHER = 64
IN_FLIGHT = 2  # one is computed while the other is on its way to the disk

log = logs.logger(__name__)


@dataclass(eq=False, slots=True)
class _Waiting:
    """A notice, and the answer that whoever brought it waits for; done early when they hang up."""

    letter: Letter
    answer: asyncio.Future[Outcome | None]


@dataclass
class Gatherer:
    """Gathers the notices of one event loop."""

    waiting: deque[_Waiting] = field(default_factory=deque)
    batches: set[asyncio.Task[None]] = field(default_factory=set)

    async def settle(self, letter: Letter) -> Outcome | None:
        """What became of the notice; None when it is to be looked at alone. Raises DatabaseGone."""
        one = _Waiting(letter, asyncio.get_running_loop().create_future())
        self.waiting.append(one)
        self._go()
        return await one.answer

    def _go(self) -> None:
        while self.waiting and len(self.batches) < IN_FLIGHT:
            batch = [self.waiting.popleft() for _ in range(min(TOGETHER, len(self.waiting)))]
            # in a context of its own: whoever came first is in no way the one who commits
            task = asyncio.get_running_loop().create_task(self._commit(batch), context=Context())
            self.batches.add(task)
            task.add_done_callback(self._back)

    def _back(self, task: asyncio.Task[None]) -> None:
        self.batches.discard(task)
        self._go()

    async def _commit(self, batch: Sequence[_Waiting]) -> None:
        outcomes: Sequence[Outcome | None] = [None] * len(batch)
        try:
            outcomes = await settle_together([one.letter for one in batch])
        except DatabaseGone:
            for one in batch:
                if not one.answer.done():
                    one.answer.set_exception(DatabaseGone(retry_after=5))
        except Exception as error:
            log.warning("notices_not_settled_together", number=len(batch), error=repr(error))
        for one, outcome in zip(batch, outcomes, strict=True):
            if not one.answer.done():
                one.answer.set_result(outcome)


_of_loops: WeakKeyDictionary[asyncio.AbstractEventLoop, Gatherer] = WeakKeyDictionary()


async def settle(letter: Letter) -> Outcome | None:
    """As `Gatherer.settle`, gathered with others of this process; within a transaction, as a part of it."""
    if database.in_a_transaction():
        return (await settle_together([letter]))[0]
    outcome = await _of_loops.setdefault(asyncio.get_running_loop(), Gatherer()).settle(letter)
    if outcome is not None:
        metrics.count("notices_total", channel=letter.channel, outcome=outcome)
    if outcome is Outcome.SETTLED:
        metrics.count("payments_received_total", channel=letter.channel, settles="True")
    return outcome
