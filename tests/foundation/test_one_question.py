"""A question about one person, sent for all who ask it: what each gets, and how it is asked."""

import asyncio
import json
from contextvars import Context
from datetime import UTC, date, datetime, timedelta
from typing import Any

import asyncpg
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import Struct

from foundation import clock, database
from foundation.questions import Question, statement

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
    assert sent == [statement([DAYS])]
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
    sql = statement([DAYS])
    async with database.transaction() as tx:
        for number in range(1, 9):
            asked = [{"about_1": "x", "about_2": "2040-01-01", "about_3": 1}] * number
            assert len(await tx.fetch(sql, json.dumps(asked))) == number
        plans = await tx.fetchrow("select * from pg_prepared_statements where statement = $1", sql)
    assert plans is not None
    assert plans["custom_plans"] == 5  # PostgreSQL tries so many before it settles for one for all
    assert plans["generic_plans"] >= 3


class Reasoned(Struct, frozen=True):
    """Takes some of the columns only; JSON in one becomes what the field holds."""

    day: date
    all_of: list[tuple[str, datetime]]
    missing: int | None


async def test_rows_are_of_the_class_that_was_named() -> None:
    await declared(("2040-04-01", "typed"))
    question = Question(
        Reasoned,
        """select w.day, w.reason, json_build_array(json_build_array(w.reason, w.set_at)) as all_of, null as missing
             from workday_override w where w.reason = asked.reason""",
        reason="text",
    )
    (row,) = await question.rows("typed")
    assert (row.day, row.missing) == (date(2040, 4, 1), None)
    set_at = await database.fetchval("select set_at from workday_override where reason = 'typed'")
    assert row.all_of == [("typed", set_at)]


AS_ASKED = Question(
    lambda **asked: asked,
    "select asked.at, asked.on_day, asked.says, asked.many, asked.yes",
    at="timestamptz", on_day="date", says="text", many="bigint", yes="boolean",
)  # fmt: skip
EARLIEST = datetime(1900, 1, 1, tzinfo=UTC)
ASKED = st.tuples(
    st.timedeltas(timedelta(), timedelta(days=2_500_000)).map(EARLIEST.__add__),
    st.dates(date(1900, 1, 1), date(9000, 1, 1)),
    st.text(st.characters(exclude_characters="\x00", exclude_categories=["Cs"])),
    st.integers(-(2**63), 2**63 - 1),
    st.booleans(),
)


async def test_what_is_asked_about_arrives_as_it_was() -> None:
    loop = asyncio.get_running_loop()

    async def answers(asked: list[tuple[Any, ...]]) -> list[list[dict[str, Any]]]:
        return await asyncio.gather(*(AS_ASKED.rows(*one) for one in asked))

    @given(st.lists(st.one_of(ASKED, st.just((None,) * 5)), min_size=1, max_size=5))
    def arrives(asked: list[tuple[Any, ...]]) -> None:
        found = asyncio.run_coroutine_threadsafe(answers(asked), loop).result(30)
        assert [tuple(row.values()) for (row,) in found] == asked

    await asyncio.to_thread(arrives)
