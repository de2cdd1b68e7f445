"""What a page asks of several rooms about one person, in one statement: a column each, which holds the rows.

A statement costs a door more than its answer; five at the same moment cost it five, though all are about the same
person. Each room still writes its own `Question` and makes of the rows what it makes of them alone.
"""

from collections.abc import Sequence
from functools import cache
from itertools import chain
from typing import Any

from foundation import database
from foundation.together import Asking, Question, Together

Rows = list[Any]


async def ask_as_one(*askings: Asking[Any]) -> None:
    """Their `answer` is known afterwards: ``ask_as_one(coming := booking.upcoming(me), owed := own_bills.owed(me))``.

    Inside a transaction they are asked there, one by one. Raises DatabaseGone, and what the verbs raise.
    """
    if database.in_a_transaction():
        for one in askings:
            await one
        return
    page = _page(tuple(one.question for one in askings))
    found = await page.ask(tuple(chain.from_iterable(one.about for one in askings)))
    for one, rows in zip(askings, found, strict=True):
        one.take(rows)


@cache  # as many as there are pages
def _page(questions: tuple[Question[Any], ...]) -> Together[tuple[Any, ...], Sequence[Rows]]:
    sql = statement(questions)

    async def answers(asked: Sequence[tuple[Any, ...]]) -> Sequence[Sequence[Rows]]:
        names = [await one.names() for one in questions]
        found: list[Sequence[Rows]] = [()] * len(asked)
        for row in await database.fetch(sql, *zip(*asked, strict=True)):
            found[row["nth"] - 1] = [
                [question.of(**dict(zip(columns, one, strict=True))) for one in row[place]]
                for place, (question, columns) in enumerate(zip(questions, names, strict=True))
            ]
        return found

    return Together(answers)


def statement(questions: Sequence[Question[Any]]) -> str:
    """The questions about many at once, each asker a row. What they are asked about is numbered through."""
    kinds = [kind for one in questions for kind in one.about.values()]
    # As in `Question`, how many are asked about is hidden from the planner.
    lists = ", ".join(f"(select ${nth}::{kind}[])" for nth, kind in enumerate(kinds, 1))
    columns = ", ".join(f"about_{nth}" for nth in range(1, len(kinds) + 1))
    nth = iter(range(1, len(kinds) + 1))
    parts = [
        f" cross join lateral (\nselect array(select asked_row from (\n{question.bare}\n) as asked_row) as rows\n"
        f"  from (select {', '.join(f'who.about_{next(nth)} as {name}' for name in question.about)}) as asked\n"
        f") as part_{place}\n"
        for place, question in enumerate(questions)
    ]
    wanted = ", ".join(f"part_{place}.rows" for place in range(len(questions)))
    return f"select {wanted}, who.nth\n  from unnest({lists}) with ordinality as who({columns}, nth)\n{''.join(parts)}"
