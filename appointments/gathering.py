"""一起提交: reservations that come within about a millisecond are committed together, each with its own outcome.

Committed one by one, places in one slot are given out one flush of the disk after another, for the slot stays locked
until its commit is on disk. So a process gathers what it is asked for, at most `TOGETHER` at a time, `IN_FLIGHT`
batches at once and none of them over a slot or a person that another one has. What one statement cannot decide, or a
batch that failed, is tried one by one: nobody's fault fails a neighbour.

This is also what keeps a rush from the database when Redis is gone: more than `MOST_WAITING` are sent away with 429.
See ``docs/decisions/0007-gathered-reservations.md``.
"""

import asyncio
from collections import Counter, deque
from collections.abc import Callable, Coroutine, Iterable, Sequence
from contextlib import suppress
from contextvars import Context
from dataclasses import dataclass, field
from typing import Any
from weakref import WeakKeyDictionary

from appointments import gate, reserving, seats, sold_out
from appointments.reserving import Wish
from appointments.rush_errors import TooManyAtOnce
from foundation import bus, database, logs, metrics
from foundation.database import DatabaseGone

LINGER = 0.001  # seconds the first of a batch waits for others
TOGETHER = 64
IN_FLIGHT = 3
ALONE = 4  # transactions for those that cannot be gathered
MOST_WAITING = 1000
CROWD = 48  # as many for one slot in a batch ask at the gate first
HELD_BACK = 0.02  # seconds until those who were not let through ask again

log = logs.logger(__name__)


@dataclass(eq=False, slots=True)
class _Asking:
    """Somebody's wish; `answer` is done early when they hang up."""

    wish: Wish
    answer: asyncio.Future[Any]


@dataclass
class Gatherer:
    """Gathers the wishes of one event loop."""

    waiting: deque[_Asking] = field(default_factory=deque)
    slots: set[int] = field(default_factory=set)  # of the batches in flight …
    persons: set[int] = field(default_factory=set)  # … and whose
    batches: int = 0
    tasks: set[asyncio.Task[None]] = field(default_factory=set)
    timer: asyncio.TimerHandle | None = None
    lone: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(ALONE))

    async def ask(self, wish: Wish) -> Any:
        """What `seats.take` saw of the wish. Raises TooManyAtOnce and as `reserving.alone`.

        Who is cancelled while waiting wants nothing any more; what is on its way is committed and found by its key.
        """
        if len(self.waiting) >= MOST_WAITING:
            metrics.count("reservations_sent_away_total")
            raise TooManyAtOnce(retry_after=1)
        loop = asyncio.get_running_loop()
        asking = _Asking(wish, loop.create_future())
        self.waiting.append(asking)
        if self.timer is None and wish.slot_id not in self.slots:  # else it goes when the slot's batch is back
            self.timer = loop.call_later(LINGER, self._send)
        return await asking.answer

    def _send(self) -> None:
        if self.timer is not None:
            self.timer.cancel()
            self.timer = None
        while self.batches < IN_FLIGHT and (batch := self._picked()):
            self.batches += 1
            self.slots |= {one.wish.slot_id for one in batch}
            self.persons |= {one.wish.citizen_id for one in batch}
            self._go(self._commit(batch))

    def _picked(self) -> list[_Asking]:
        """The longest waiting whose slot and person are in no batch; those who hung up are forgotten."""
        batch: list[_Asking] = []
        passed: list[_Asking] = []
        persons = set(self.persons)
        while self.waiting and len(batch) < TOGETHER:
            one = self.waiting.popleft()
            if one.answer.done():
                continue
            if one.wish.slot_id in self.slots or one.wish.citizen_id in persons:
                passed.append(one)
            else:
                persons.add(one.wish.citizen_id)
                batch.append(one)
        self.waiting.extendleft(reversed(passed))
        return batch

    def _go(self, work: Coroutine[Any, Any, None]) -> None:
        """In a context of its own: whoever asked first is in no way the one who commits."""
        task = asyncio.get_running_loop().create_task(work, context=Context())
        self.tasks.add(task)
        task.add_done_callback(self.tasks.discard)

    async def _commit(self, batch: Sequence[_Asking]) -> None:
        """One batch, from the gate to its answers; its slots and persons are others' again after its commit."""
        going = list(batch)

        def over() -> None:
            if going:
                self.batches -= 1
                self.slots -= {one.wish.slot_id for one in going}
                self.persons -= {one.wish.citizen_id for one in going}
                going.clear()
                self._send()

        try:
            await self._decide(await self._let_through(batch), over)
        finally:
            over()

    async def _let_through(self, batch: Sequence[_Asking]) -> list[_Asking]:
        """Those who may go to the database: in a crowd not all at once, and nobody for a slot that is known full."""
        for slot_id, number in Counter(one.wish.slot_id for one in batch).items():
            if number >= CROWD:
                batch = await self._at_the_gate(batch, slot_id, number)
        return [one for one in batch if not _too_late(one)]

    async def _at_the_gate(self, batch: Sequence[_Asking], slot_id: int, number: int) -> list[_Asking]:
        may = await gate.admitted(slot_id, number)
        if may < 0:
            with suppress(DatabaseGone):
                await sold_out.look([slot_id])
            return list(batch)
        those = [one for one in batch if one.wish.slot_id == slot_id]
        held_back = set(those[may:])
        self.waiting.extendleft(reversed(those[may:]))
        if not may:
            await asyncio.sleep(HELD_BACK)
        return [one for one in batch if one not in held_back]

    async def _decide(self, batch: Sequence[_Asking], over: Callable[[], None]) -> None:
        """Call `over` as soon as the next batch may go: before this one is answered, so that PostgreSQL need not wait
        for that, unless there is something to remember first.
        """
        if not batch:
            return
        try:
            seen = await _together([one.wish for one in batch])
        except DatabaseGone:
            for one in batch:
                _fail(one, DatabaseGone(retry_after=5))
        except Exception as error:
            log.warning("batch_failed", number=len(batch), error=repr(error))
            self._one_by_one(batch)
        else:
            metrics.count("reservations_gathered_total", len(batch))
            metrics.count("reservation_batches_total")
            if not _worth_remembering(seen):
                over()
            self._one_by_one(one for one, row in zip(batch, seen, strict=True) if not _told(one, row))
            await _remember(seen)

    def _one_by_one(self, those: Iterable[_Asking]) -> None:
        for one in those:
            self._go(self._alone(one))

    async def _alone(self, one: _Asking) -> None:
        async with self.lone:
            if one.answer.done():
                return
            try:
                _told(one, await reserving.alone(one.wish))
            except Exception as error:
                _fail(one, error)

    async def finish(self) -> None:
        """Until nothing waits and nothing is on its way."""
        while self.waiting or self.tasks:
            self._send()
            await asyncio.wait(set(self.tasks)) if self.tasks else await asyncio.sleep(0)


@database.retry_on_deadlock
async def _together(wishes: Sequence[Wish]) -> list[Any]:
    """One transaction for all. None for those one statement cannot decide, or whose person is busy elsewhere."""
    async with database.transaction():
        numbers = await seats.number_the_free([one.citizen_id for one in wishes])
        free = [one for one in wishes if one.citizen_id in numbers]
        rows = await seats.take_at_once([one.want(numbers[one.citizen_id]) for one in free]) if free else []
    decided = {one.citizen_id: row for one, row in zip(free, rows, strict=True) if not seats.needs_more(row)}
    return [decided.get(one.citizen_id) for one in wishes]


def _worth_remembering(rows: Sequence[Any]) -> bool:
    """Whether `_remember` has anything to do, were it to find it unknown."""
    return len(rows) >= CROWD or any(row["booked"] >= row["capacity"] for row in _of_slots(rows))


def _of_slots(rows: Sequence[Any]) -> list[Any]:
    return [row for row in rows if row is not None and row["slot_id"] is not None]


async def _remember(rows: Sequence[Any]) -> None:
    """What this batch showed of its slots: which are full, and how many places a crowd may still hope for."""
    if not bus.hears():
        return
    rows = _of_slots(rows)
    full = {row["slot_id"] for row in rows if row["booked"] >= row["capacity"]}
    unknown = {slot_id for slot_id in full if not sold_out.is_known(slot_id)}
    if unknown:
        with suppress(DatabaseGone):
            await sold_out.look(unknown)
    for slot_id, number in Counter(row["slot_id"] for row in rows).items():
        if number >= CROWD or slot_id in unknown:
            left = next(row["capacity"] - row["booked"] for row in rows if row["slot_id"] == slot_id)
            await gate.seen(slot_id, left=left)


def _too_late(one: _Asking) -> bool:
    no = sold_out.too_late(one.wish.slot_id, one.wish.key)
    if no is not None:
        _fail(one, no)
    return no is not None


def _told(one: _Asking, row: Any) -> bool:
    if row is not None and not one.answer.done():
        one.answer.set_result(row)
    return row is not None


def _fail(one: _Asking, error: Exception) -> None:
    if not one.answer.done():
        one.answer.set_exception(error)


_of_loops: WeakKeyDictionary[asyncio.AbstractEventLoop, Gatherer] = WeakKeyDictionary()


def ours() -> Gatherer:
    """The gatherer of the running event loop."""
    return _of_loops.setdefault(asyncio.get_running_loop(), Gatherer())


async def reserve(wish: Wish) -> Any:
    """What `seats.take` saw of a wish, gathered with others; within a transaction, as a part of it.

    Raises SlotFull without looking when that is known, and as `Gatherer.ask`.
    """
    no = sold_out.too_late(wish.slot_id, wish.key)
    if no is not None:
        raise no
    return await (reserving.alone(wish) if database.in_a_transaction() else ours().ask(wish))
