"""What a page asks of several rooms goes as one statement, and each gets what they would alone."""

import asyncio
from datetime import date
from typing import Any

import asyncpg
import pytest

from foundation import database, questions
from foundation.questions import Asking, Question, as_one, ask_as_one

pytestmark = pytest.mark.usefixtures("db")

DAYS = Question(
    lambda day, is_workday, long: (day, is_workday, long),
    """
select w.day, w.is_workday, nullif(length(w.reason), 1) as long from workday_override w
 where w.set_by = asked.who and w.day >= asked.since order by w.day desc limit asked.most""",
    who="text",
    since="date",
    most="int",
)
NUMBER = Question(
    lambda number: number,
    "select count(*) as number from workday_override w where w.set_by = asked.who and w.day >= asked.since",
    since="date",
    who="text",
)
FAULTY = Question(lambda one: one, "select 1 / asked.by as one", by="int")
LONG_AGO = date(2000, 1, 1)


class Nobody(Exception):
    pass


def days_of(who: str, *, since: date = LONG_AGO, most: int = 9) -> Asking[list[Any]]:
    return DAYS.asking(who, since, most, then=list)


def number_of(who: str, *, since: date = LONG_AGO) -> Asking[int]:
    return NUMBER.asking(since, who, then=sum)


def of_somebody(who: str) -> Asking[Any]:
    def first(found: list[Any]) -> Any:
        if not found:
            raise Nobody
        return found[0]

    return DAYS.asking(who, LONG_AGO, 1, then=first)


async def page_of(who: str, *, most: int = 9) -> tuple[list[Any], int, list[Any]]:
    later = date(2040, 1, 3)
    await ask_as_one(
        days := days_of(who, most=most),
        number := number_of(who),
        late := days_of(who, since=later, most=1),
    )
    return days.answer, number.answer, late.answer


async def declared(*days: tuple[str, str]) -> None:
    for day, who in days:
        await database.execute(
            """insert into workday_override (day, is_workday, reason, set_by, set_at)
               values ($1::text::date, $2, $3, $4, now())""",
            day, False if day.endswith("1") else None, "x" * len(who), who,
        )  # fmt: skip


async def test_each_gets_their_own_from_one_statement(sent: list[str]) -> None:
    await declared(("2040-01-01", "a"), ("2040-01-02", "bb"), ("2040-01-03", "a"), ("2040-01-04", "a"))
    sent.clear()
    pages = await asyncio.gather(page_of("bb"), page_of("a"), page_of("nobody"), page_of("a", most=1))
    first, third, last = (date(2040, 1, 1), False, None), (date(2040, 1, 3), None, None), (date(2040, 1, 4), None, None)
    assert pages == [
        ([(date(2040, 1, 2), None, 2)], 1, []),
        ([last, third, first], 3, [last]),
        ([], 0, []),
        ([last], 3, [last]),
    ]
    assert sent == [questions.statement([DAYS, NUMBER, DAYS])]


async def test_it_is_what_each_would_get_alone() -> None:
    await declared(
        *((f"2041-{nth % 12 + 1:02d}-{nth // 12 + 1:02d}", "ab"[nth % 2] * (nth % 3 + 1)) for nth in range(100))
    )
    whose = ["a", "b", "aa", "bb", "aaa", "bbb", "c"] * 20  # more than go in one journey
    for who, (days, number, late) in zip(whose, await asyncio.gather(*map(page_of, whose)), strict=True):
        assert (days, number) == (await days_of(who), await number_of(who))
        assert late == await days_of(who, since=date(2040, 1, 3), most=1)


async def test_what_is_made_of_several_is_asked_with_others(sent: list[str]) -> None:
    await declared(("2040-05-01", "a"), ("2040-05-02", "a"), ("2040-05-03", "bb"))

    def both_of(who: str) -> Asking[tuple[int, int]]:
        return as_one(days_of(who, most=1), number_of(who), then=lambda days, number: (len(days), number))

    sent.clear()
    await ask_as_one(mine := both_of("a"), yours := number_of("bb"))
    assert (mine.answer, yours.answer) == ((1, 2), 1)
    assert sent == [questions.statement([DAYS, NUMBER, NUMBER])]
    assert await both_of("bb") == (1, 1)


async def test_inside_a_transaction_it_sees_what_that_did() -> None:
    async with database.transaction():
        await declared(("2040-02-01", "mine"))
        assert (await page_of("mine"))[1] == 1
    assert (await page_of("mine"))[1] == 1


async def test_ones_fault_is_nobody_elses() -> None:
    await declared(("2040-03-01", "good"))

    async def page(who: str, by: int) -> tuple[int, int]:
        await ask_as_one(number := number_of(who), faulty := FAULTY.asking(by, then=sum))
        return number.answer, faulty.answer

    good, bad, also_good = await asyncio.gather(
        page("good", 1), page("good", 0), page("good", 1), return_exceptions=True
    )
    assert (good, also_good) == ((1, 1), (1, 1))
    assert isinstance(bad, asyncpg.DivisionByZeroError)


async def test_what_a_verb_refuses_is_refused() -> None:
    await declared(("2040-04-01", "good"))
    with pytest.raises(Nobody):
        await ask_as_one(number_of("bad"), of_somebody("bad"))
    await ask_as_one(number_of("good"), somebody := of_somebody("good"))
    assert somebody.answer[0] == date(2040, 4, 1)
