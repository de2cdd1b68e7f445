"""What many ask in the same moment is asked once for all of them, and each gets what is theirs."""

import asyncio
from collections.abc import Sequence
from contextvars import Context

import asyncpg
import pytest

from foundation import clock, database
from foundation.database import DatabaseGone
from foundation.together import MOST, UNDER_WAY, Question, Together

pytestmark = pytest.mark.usefixtures("db")

DAYS = Question(
    lambda reason, day: (reason, day),
    """
select w.reason, w.day::text as day from workday_override w
 where w.reason = asked.reason and w.day >= asked.since order by w.day desc limit asked.most""",
    reason="text",
    since="date",
    most="int",
)


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The statements that went out."""
    statements: list[str] = []
    fetch = asyncpg.Connection.fetch

    async def overheard(self: asyncpg.Connection, query: str, *args: object, **kwargs: object) -> object:
        statements.append(query)
        return await fetch(self, query, *args, **kwargs)

    monkeypatch.setattr(asyncpg.Connection, "fetch", overheard)
    return statements


async def declared(*days: tuple[str, str]) -> None:
    for day, reason in days:
        await database.execute(
            """insert into workday_override (day, is_workday, reason, set_by, set_at)
               values ($1::text::date, true, $2, 's', now())""",
            day,
            reason,
        )


async def days_of(reason: str, *, most: int = 9) -> list[tuple[str, str]]:
    return await DAYS.rows(reason, clock.today().replace(year=2000), most)


async def test_each_gets_their_own_in_order_from_one_statement(sent: list[str]) -> None:
    await declared(("2040-01-01", "a"), ("2040-01-02", "b"), ("2040-01-03", "a"), ("2040-01-04", "a"))
    sent.clear()
    asked = await asyncio.gather(days_of("b"), days_of("a"), days_of("nobody"), days_of("a", most=2))
    assert asked == [
        [("b", "2040-01-02")],
        [("a", "2040-01-04"), ("a", "2040-01-03"), ("a", "2040-01-01")],
        [],
        [("a", "2040-01-04"), ("a", "2040-01-03")],
    ]
    assert sent == [DAYS.sql]
    assert await DAYS.row("nobody", clock.today(), 1) is None


async def test_inside_a_transaction_it_sees_what_that_did_and_outside_nobody_does() -> None:
    async with database.transaction():
        await declared(("2040-02-01", "mine"))
        assert await days_of("mine") == [("mine", "2040-02-01")]
        another_request = asyncio.create_task(days_of("mine"), context=Context())
        assert await another_request == []
    assert await days_of("mine") == [("mine", "2040-02-01")]


async def test_a_question_that_cannot_be_asked_spoils_no_other() -> None:
    await declared(("2040-03-01", "good"))
    good, bad, also_good = await asyncio.gather(
        days_of("good"), days_of("\x00"), days_of("good"), return_exceptions=True
    )
    assert good == also_good == [("good", "2040-03-01")]
    assert isinstance(bad, asyncpg.DataError)


async def test_it_is_planned_once_however_many_are_asked_about() -> None:
    async with database.transaction() as tx:
        for number in range(1, 9):
            await tx.fetch(DAYS.sql, ["x"] * number, [clock.today()] * number, [1] * number)
        plans = await tx.fetchrow("select * from pg_prepared_statements where statement = $1", DAYS.sql)
    assert plans is not None
    assert plans["custom_plans"] == 5  # PostgreSQL tries so many before it settles for one for all
    assert plans["generic_plans"] >= 3


class Server:
    """Answers with what it was asked, when it is let."""

    def __init__(self) -> None:
        self.journeys: list[list[int]] = []
        self.open = asyncio.Event()
        self.fails: Exception | None = None

    async def answer(self, asked: Sequence[int]) -> list[int]:
        self.journeys.append(list(asked))
        await self.open.wait()
        if self.fails:
            raise self.fails
        return list(asked)


async def test_who_comes_while_journeys_are_under_way_goes_with_the_next() -> None:
    server = Server()
    together = Together(server.answer)
    waiting = []
    for number in range(UNDER_WAY + MOST + 3):
        waiting.append(asyncio.create_task(together.ask(number)))
        await asyncio.sleep(0)
        await asyncio.sleep(0)
    assert server.journeys == [[number] for number in range(UNDER_WAY)]
    waiting[UNDER_WAY].cancel()  # who hangs up is not asked for
    await asyncio.sleep(0)
    server.open.set()
    answers = await asyncio.gather(*waiting, return_exceptions=True)
    assert [one for one in answers if isinstance(one, int)] == [
        number for number in range(len(waiting)) if number != UNDER_WAY
    ]
    assert max(map(len, server.journeys)) <= MOST
    assert sum(map(len, server.journeys)) == len(waiting) - 1


async def test_a_server_that_is_gone_is_asked_once_for_all() -> None:
    server = Server()
    server.fails = DatabaseGone()
    server.open.set()
    together = Together(server.answer)
    answers = await asyncio.gather(*(together.ask(number) for number in range(9)), return_exceptions=True)
    assert {type(one) for one in answers} == {DatabaseGone}
    assert len(server.journeys) <= UNDER_WAY
