"""Messages of one conversation at once: each is answered after the one before, and knows of it."""

import asyncio
from typing import Any

import pytest

from assistant import asking, conversations, knowledge
from assistant.models import Conversation, Turn

pytestmark = pytest.mark.usefixtures("db", "redis_db")

AT_ONCE = 3


@pytest.fixture(autouse=True)
def a_city_without_guides() -> None:
    """Whatever another test has published: every message is then a miss, and the misses are counted."""
    knowledge.forget()


async def asked_at_once() -> list[Any]:
    """The misses that each turn of a conversation knows of, its first turn's with it."""
    first = await asking.ask(question="明天会下雨吗")
    await asyncio.gather(
        *(asking.ask(question="股票行情", conversation=first.conversation) for _ in range(AT_ONCE)),
        return_exceptions=True,
    )
    turns = await Turn.filter(conversation__token=first.conversation).order_by("id")
    return [turn.answer["thread"]["misses"] for turn in turns]


async def test_each_turn_knows_of_the_one_before() -> None:
    assert await asked_at_once() == [1, 2, 3, 4]
    assert (await Conversation.get()).state["misses"] == 1 + AT_ONCE


async def test_control_without_the_lock_turns_know_nothing_of_one_another(monkeypatch: pytest.MonkeyPatch) -> None:
    locked, read = conversations.own, asyncio.Barrier(AT_ONCE)

    async def unlocked(token: str, by: Any, *, lock: bool = False) -> Conversation:
        talk = await locked(token, by)
        await read.wait()
        return talk

    monkeypatch.setattr(conversations, "own", unlocked)
    assert await asked_at_once() != [1, 2, 3, 4]
