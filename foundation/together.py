"""What many ask in the same moment, asked once for all of them: a journey to a server costs more than its answer.

A door at work has dozens of requests in hand, and most want a row or two each. Who asks alone waits for nobody. While
two journeys are under way, whoever comes is asked for with the next. So each answer was true after it was asked for, as
if everybody had gone alone; the busier the door, the cheaper its answers.
"""

import asyncio
from collections.abc import Awaitable, Callable, Generator, Sequence
from contextvars import Context
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar
from weakref import WeakKeyDictionary

import asyncpg

from foundation import database
from foundation.errors import Unavailable

Q = TypeVar("Q")
A = TypeVar("A")
T = TypeVar("T")

MOST = 64  # asked in one journey
OF_THE_SERVER = (Unavailable, TimeoutError, asyncpg.QueryCanceledError)
UNDER_WAY = 2  # journeys at once: one that takes long does not hold up all others


@dataclass(eq=False)
class _Line(Generic[Q, A]):
    """Who waits to be asked for in one event loop."""

    waiting: list[tuple[Q, asyncio.Future[A]]] = field(default_factory=list)
    going: set[asyncio.Task[None] | None] = field(default_factory=set)


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
        if len(line.going) < UNDER_WAY:
            # It belongs to nobody: not to the transaction of who came first, nor to their request.
            line.going.add(loop.create_task(self._go(line), context=Context()))
        return await answer

    async def _go(self, line: _Line[Q, A]) -> None:
        try:
            while line.waiting:
                asked, line.waiting = line.waiting[:MOST], line.waiting[MOST:]
                await self._answer([one for one in asked if not one[1].done()])
        finally:
            line.going.discard(asyncio.current_task())

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


class Question(Generic[T]):
    """A SELECT about what is ``asked``: each who asks gets the rows of theirs, in the order that `sql` gives them.

    `about` names what it is asked about, with its SQL type; `of` is called with the columns of each row:
    ``Question(Unread, "select count(*) as number from message where citizen_id = asked.who", who="bigint")``.
    Inside a transaction it is asked there, alone, and sees what the transaction did.
    """

    def __init__(self, of: Callable[..., T], sql: str, **about: str) -> None:
        # The subqueries hide from the planner how many are asked about: it plans once a connection, not each time.
        lists = ", ".join(f"(select ${nth}::{kind}[])" for nth, kind in enumerate(about.values(), 1))
        self.sql = (
            f"select found.*, asked.nth as asked_nth\n  from unnest({lists}) with ordinality"
            f" as asked({', '.join(about)}, nth)\n cross join lateral (\n{sql}\n) as found"
        )
        self.bare, self.about, self.of = sql, about, of
        self._names: tuple[str, ...] = ()
        self._together: Together[tuple[Any, ...], list[T]] = Together(self._rows)

    async def rows(self, *about: Any) -> list[T]:
        """Raises DatabaseGone."""
        if database.in_a_transaction():
            return (await self._rows([about]))[0]
        return await self._together.ask(about)

    async def row(self, *about: Any) -> T | None:
        """The first row, None when there is none. Raises DatabaseGone."""
        found = await self.rows(*about)
        return found[0] if found else None

    async def _rows(self, asked: Sequence[tuple[Any, ...]]) -> list[list[T]]:
        found: list[list[T]] = [[] for _ in asked]
        for row in await database.fetch(self.sql, *zip(*asked, strict=True)):
            columns = dict(row)
            found[columns.pop("asked_nth") - 1].append(self.of(**columns))
        return found

    async def names(self) -> tuple[str, ...]:
        """Of the columns, in their order."""
        if not self._names:
            self._names = tuple(await database.columns(self.sql))[:-1]
        return self._names

    def asking(self, *about: Any, then: Callable[[list[T]], A]) -> "Asking[A]":
        """To be awaited for what `then` makes of the rows, or to be asked with others (`as_one`)."""
        return Asking(self, about, then)


class Asking(Generic[A]):
    """What a verb asks about somebody: awaited it gives the answer. Asked with others (`as_one`), `answer` is it."""

    answer: A

    def __init__(self, question: Question[Any], about: Sequence[Any], then: Callable[[list[Any]], A]) -> None:
        self.question, self.about, self._then = question, about, then

    def __await__(self) -> Generator[Any, None, A]:
        return self._alone().__await__()

    async def _alone(self) -> A:
        self.take(await self.question.rows(*self.about))
        return self.answer

    def take(self, rows: list[Any]) -> None:
        """These are the rows. Raises what the verb says of them."""
        self.answer = self._then(rows)
