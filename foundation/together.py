"""What many ask in the same moment, asked once for all of them: a journey to a server costs more than its answer.

A door at work has dozens of requests in hand, and most want a row or two each. Who asks alone waits for nobody. While
a journey is under way, whoever comes is asked for with the next, which sets out when that one is back, or is late. So
each answer was true after it was asked for, as if everybody had gone alone; the busier the door, the cheaper its
answers.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextvars import Context
from dataclasses import dataclass, field
from typing import Generic, TypeVar
from weakref import WeakKeyDictionary

import asyncpg

from foundation.errors import Unavailable

Q = TypeVar("Q")
A = TypeVar("A")

MOST = 16  # asked in one journey
OF_THE_SERVER = (Unavailable, TimeoutError, asyncpg.QueryCanceledError)
UNDER_WAY = 2  # journeys at once: one that is late does not hold up all others
LATE = 0.005  # seconds: several times what a journey takes


@dataclass(eq=False)
class _Line(Generic[Q, A]):
    """Who waits to be asked for in one event loop; who goes for them, and which of these are late."""

    waiting: list[tuple[Q, asyncio.Future[A]]] = field(default_factory=list)
    going: set[asyncio.Task[None] | None] = field(default_factory=set)
    late: set[asyncio.Task[None] | None] = field(default_factory=set)


class Together(Generic[Q, A]):
    """`answer_all` gives the answers to several questions, in their order; `ask` is for one."""

    def __init__(self, answer_all: Callable[[Sequence[Q]], Awaitable[Sequence[A]]]) -> None:
        self._answer_all = answer_all
        self._lines: WeakKeyDictionary[asyncio.AbstractEventLoop, _Line[Q, A]] = WeakKeyDictionary()

    async def ask(self, question: Q) -> A:
        """The answer. Raises what `answer_all` raised for those who were asked for together."""
        loop = asyncio.get_running_loop()
        line = self._lines.get(loop)
        if line is None:
            line = self._lines[loop] = _Line()
        answer: asyncio.Future[A] = loop.create_future()
        line.waiting.append((question, answer))
        self._set_out(line, loop)
        return await answer

    def _set_out(self, line: _Line[Q, A], loop: asyncio.AbstractEventLoop) -> None:
        """For those who wait, unless somebody will be back soon."""
        if len(line.going) == len(line.late) < UNDER_WAY:
            # It belongs to nobody: not to the transaction of who came first, nor to their request.
            line.going.add(loop.create_task(self._go(line, loop), context=Context()))

    async def _go(self, line: _Line[Q, A], loop: asyncio.AbstractEventLoop) -> None:
        goer = asyncio.current_task()
        try:
            while line.waiting:
                asked, line.waiting = line.waiting[:MOST], line.waiting[MOST:]
                alarm = loop.call_later(LATE, self._is_late, goer, line, loop)
                try:
                    await self._answer([one for one in asked if not one[1].done()])
                finally:
                    alarm.cancel()
                    line.late.discard(goer)
        finally:
            line.going.discard(goer)

    def _is_late(self, goer: asyncio.Task[None] | None, line: _Line[Q, A], loop: asyncio.AbstractEventLoop) -> None:
        line.late.add(goer)
        if line.waiting:
            self._set_out(line, loop)

    async def _answer(self, asked: list[tuple[Q, asyncio.Future[A]]]) -> None:
        try:
            found = await self._answer_all([question for question, _ in asked]) if asked else ()
        except asyncio.CancelledError:  # the process ends: nobody waits for what does not come
            for _, answer in asked:
                answer.cancel()
            raise
        except Exception as error:
            if len(asked) > 1 and not isinstance(error, OF_THE_SERVER):  # one question's fault is not the others'
                for alone in asked:
                    await self._answer([alone])
                return
            for _, answer in asked:
                if not answer.done():
                    answer.set_exception(error)
            return
        for (_, answer), one in zip(asked, found, strict=True):
            if not answer.done():  # who hung up meanwhile wants none
                answer.set_result(one)
