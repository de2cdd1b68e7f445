"""What many ask in the same moment is asked once for all of them, and each gets what is theirs."""

import asyncio
from collections.abc import Sequence

import pytest

from foundation.database import DatabaseGone
from foundation.together import LATE, MOST, UNDER_WAY, Together

pytestmark = pytest.mark.usefixtures("db")


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
    for number in range(MOST + 4):
        waiting.append(asyncio.create_task(together.ask(number)))
        await asyncio.sleep(0)
        await asyncio.sleep(0)
    assert server.journeys == [[0]]
    waiting[1].cancel()  # who hangs up is not asked for
    await asyncio.sleep(0)
    server.open.set()
    answers = await asyncio.gather(*waiting, return_exceptions=True)
    assert [one for one in answers if isinstance(one, int)] == [number for number in range(len(waiting)) if number != 1]
    assert max(map(len, server.journeys)) <= MOST
    assert sum(map(len, server.journeys)) == len(waiting) - 1


async def test_a_journey_that_is_late_holds_up_nobody_else() -> None:
    server = Server()
    together = Together(server.answer)
    first = [asyncio.create_task(together.ask(number)) for number in range(2)]
    await asyncio.sleep(LATE * 4)
    assert server.journeys == [[0, 1]]
    later = asyncio.create_task(together.ask(2))  # comes when the first is late already
    await asyncio.sleep(LATE * 4)
    waits = asyncio.create_task(together.ask(3))  # as many are under way as may be
    await asyncio.sleep(LATE * 4)
    assert server.journeys == [[0, 1], [2]]
    server.open.set()
    assert await asyncio.gather(*first, later, waits) == [0, 1, 2, 3]


async def test_who_waits_when_a_journey_gets_late_is_asked_for() -> None:
    server = Server()
    together = Together(server.answer)
    first = asyncio.create_task(together.ask(0))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    waits = asyncio.create_task(together.ask(1))
    await asyncio.sleep(0)
    assert server.journeys == [[0]]
    await asyncio.sleep(LATE * 4)
    assert server.journeys == [[0], [1]]
    server.open.set()
    assert await asyncio.gather(first, waits) == [0, 1]


async def test_a_server_that_is_gone_is_asked_once_for_all() -> None:
    server = Server()
    server.fails = DatabaseGone()
    server.open.set()
    together = Together(server.answer)
    answers = await asyncio.gather(*(together.ask(number) for number in range(9)), return_exceptions=True)
    assert {type(one) for one in answers} == {DatabaseGone}
    assert len(server.journeys) <= UNDER_WAY
