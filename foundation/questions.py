"""What is asked about somebody: written for one person, sent for all who ask at the same moment, several questions at
once where a page has several.

A statement costs a door more than its answer, whoever it is about. So what many are asked about goes as one text, and
what is found comes as one text for each who asked: a driver takes rows apart value by value, msgspec makes of a text at
once what the room works with. Each room writes its own questions.
"""

from collections.abc import Callable, Generator, Iterator, Sequence
from datetime import date, datetime
from functools import cache
from typing import Any, Generic, TypeVar

import msgspec

from foundation import database
from foundation.together import Together

A = TypeVar("A")
T = TypeVar("T")
Rows = list[Any]

PYTHON: dict[str, Any] = {
    "bool": bool, "int2": int, "int4": int, "int8": int, "text": str, "varchar": str, "date": date,
    "timestamptz": datetime, "json": Any, "jsonb": Any,
}  # fmt: skip


class Question(Generic[T]):
    """A SELECT about what is ``asked``: each who asks gets the rows of theirs, in the order that `sql` gives them.

    `about` names what it is asked about, with its SQL type. `of` is the class of a row, which takes the columns that it
    names (JSON in a column becomes what the field holds), or is called with all of them by name:
    ``Question(Unread, "select count(*) as number from message where citizen_id = asked.who", who="bigint")``.
    Inside a transaction it is asked there, alone, and sees what the transaction did.
    """

    def __init__(self, of: Callable[..., T], sql: str, **about: str) -> None:
        self.of, self.sql, self.about = of, sql, about

    async def rows(self, *about: Any) -> list[T]:
        """Raises DatabaseGone."""
        return (await _page((self,)).ask(about))[0]

    async def row(self, *about: Any) -> T | None:
        """The first row, None when there is none. Raises DatabaseGone."""
        found = await self.rows(*about)
        return found[0] if found else None

    def asking(self, *about: Any, then: Callable[[list[T]], A]) -> "Asking[A]":
        """To be awaited for what `then` makes of the rows, or to be asked with others (`ask_as_one`)."""
        return Asking((self,), about, lambda found: then(next(found)))


class Asking(Generic[A]):
    """What a verb asks about somebody: awaited it gives the answer. Asked with others, `answer` is it.

    `then` makes it of the rows that answer each of the questions, which it takes in their order.
    """

    answer: A

    def __init__(
        self, questions: tuple[Question[Any], ...], about: tuple[Any, ...], then: Callable[[Iterator[Rows]], A]
    ) -> None:
        self.questions, self.about, self.then = questions, about, then

    def __await__(self) -> Generator[Any, None, A]:
        return self._alone().__await__()

    async def _alone(self) -> A:
        return self.then(iter(await _page(self.questions).ask(self.about)))


def as_one(*askings: Asking[Any], then: Callable[..., A]) -> Asking[A]:
    """Several as one that is asked with others: `then` is called with what each answers."""
    questions = tuple([question for one in askings for question in one.questions])
    about = tuple([told for one in askings for told in one.about])
    return Asking(questions, about, lambda found: then(*[one.then(found) for one in askings]))


async def ask_as_one(*askings: Asking[Any]) -> None:
    """Their `answer` is known afterwards: ``ask_as_one(coming := booking.upcoming(me), owed := own_bills.owed(me))``.

    Raises DatabaseGone, and what the verbs raise.
    """

    def each(*answers: Any) -> None:
        for one, answer in zip(askings, answers, strict=True):
            one.answer = answer

    await as_one(*askings, then=each)


@cache  # as many as there are pages
def _page(questions: tuple[Question[Any], ...]) -> "_Page":
    return _Page(questions)


class _Page:
    """Questions that go as one statement, with what each who asks is asked about, numbered through."""

    def __init__(self, questions: Sequence[Question[Any]]) -> None:
        self.questions = questions
        self.sql = statement(questions)
        self.asked = msgspec.defstruct("Asked", list(_columns(questions)))
        self.read: Callable[[str], list[Rows]] | None = None
        self.together: Together[tuple[Any, ...], list[Rows]] = Together(self.answers)

    async def ask(self, about: tuple[Any, ...]) -> list[Rows]:
        if database.in_a_transaction():
            return (await self.answers([about]))[0]
        return await self.together.ask(about)

    async def answers(self, asked: Sequence[tuple[Any, ...]]) -> list[list[Rows]]:
        """For each who asks, the rows that answer each question."""
        read = self.read or _reading([await _kind_of(one) for one in self.questions])
        self.read = read
        told = msgspec.json.encode([self.asked(*one) for one in asked]).decode()
        found: list[list[Rows]] = [[]] * len(asked)
        for nth, said in await database.fetch(self.sql, told):
            found[nth - 1] = read(said)
        return found


def statement(questions: Sequence[Question[Any]]) -> str:
    """The questions about many at once: a number and a JSON list of lists of rows for each who asks."""
    columns = _columns(questions)
    each, kinds = ", ".join(columns), ", ".join(f"{name} {kind}" for name, kind in columns.items())
    nth = iter(columns)
    parts = [
        f" cross join lateral (\nselect (select coalesce(json_agg(asked_row), '[]') from (\n{one.sql}\n) as asked_row)"
        f" as rows\n  from (select {', '.join(f'who.{next(nth)} as {name}' for name in one.about)}) as asked\n"
        f") as part_{place}\n"
        for place, one in enumerate(questions)
    ]
    found = ", ".join(f"part_{place}.rows" for place in range(len(questions)))
    # The subquery hides from the planner how many are asked about: it plans once a connection, not each time.
    return (
        f"select who.nth, json_build_array({found})::text\n  from rows from (json_to_recordset((select $1::json))"
        f" as ({kinds})) with ordinality as who({each}, nth)\n{''.join(parts)}"
    )


def _columns(questions: Sequence[Question[Any]]) -> dict[str, str]:
    """Name and SQL type of all that they ask about, numbered through: two may ask by the same name."""
    kinds = [kind for one in questions for kind in one.about.values()]
    return {f"about_{nth}": kind for nth, kind in enumerate(kinds, 1)}


async def _kind_of(question: Question[Any]) -> tuple[Any, Callable[[Any], Any] | None]:
    """The class of its rows, and what is to be made of such a one, if anything."""
    of = question.of
    if isinstance(of, type):
        return of, None
    asked = ", ".join(f"null::{kind} as {name}" for name, kind in question.about.items())
    columns = await database.columns(
        f"select found.* from (select {asked}) as asked cross join lateral (\n{question.sql}\n) as found"
    )
    row = msgspec.defstruct("Row", [(name, PYTHON[kind] | None) for name, kind in columns])
    return row, lambda one: of(**msgspec.structs.asdict(one))


def _reading(kinds: Sequence[tuple[Any, Callable[[Any], Any] | None]]) -> Callable[[str], list[Rows]]:
    """How to make rows of what was found for one who asks."""
    lists: Any = tuple(list.__class_getitem__(row) for row, _ in kinds)
    decode = msgspec.json.Decoder(tuple.__class_getitem__(lists)).decode
    makers = [make for _, make in kinds]

    def read(said: str) -> list[Rows]:
        found = zip(makers, decode(said), strict=True)
        return [[make(one) for one in rows] if make else rows for make, rows in found]

    return read
