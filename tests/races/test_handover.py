"""Agents for one citizen, many requests for one person, two first messages of one follower."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest

from assistant import asking, followers, handover, handover_desk, knowledge
from assistant.handover_errors import AlreadyTaken, TooManyHandovers
from assistant.handover_models import Follower, Handover
from assistant.models import Conversation
from foundation.actor import Actor
from tests.builders import handovers, identity
from tests.builders.handovers import ADDRESS, asked

pytestmark = pytest.mark.usefixtures("db", "redis_db")

AGENTS = 2


@pytest.fixture(autouse=True)
async def nothing_known(db: None) -> AsyncIterator[None]:
    """A city without guides, whatever another test has published; what this one publishes is forgotten."""
    knowledge.forget()
    yield
    knowledge.forget()


async def taking_at_once() -> list[Any]:
    agents = [Actor.staff(await identity.staff(("agent", ""))) for _ in range(AGENTS)]
    _, one = await asked()
    return await asyncio.gather(
        *(handover_desk.take(handover_id=one.id, by=by) for by in agents), return_exceptions=True
    )


async def test_of_many_agents_who_take_one_has_it() -> None:
    outcomes = await taking_at_once()
    assert outcomes.count(None) == 1
    assert sum(isinstance(one, AlreadyTaken) for one in outcomes) == AGENTS - 1


async def test_control_who_looks_and_then_takes_takes_it_from_another(monkeypatch: pytest.MonkeyPatch) -> None:
    seen = asyncio.Barrier(AGENTS)

    async def looking_first(handover_id: int, staff_id: int) -> int:
        one = await Handover.get(id=handover_id)
        assert one.state != "held"
        await seen.wait()
        await Handover.filter(id=handover_id).update(state="held", agent_id=staff_id, taken_at=one.asked_at)
        return int(one.conversation_id)  # type: ignore[attr-defined]

    monkeypatch.setattr(handover_desk, "_claim", looking_first)
    assert (await taking_at_once()).count(None) > 1


async def asking_at_once() -> list[Any]:
    by = Actor.citizen((await identity.citizen()).id)
    talks = [(await asking.ask(question="明天会下雨吗", by=by)).conversation for _ in range(4)]
    return await asyncio.gather(
        *(handover.ask(conversation=token, address=ADDRESS, by=by) for token in talks), return_exceptions=True
    )


async def test_the_limit_holds_when_all_ask_at_once() -> None:
    outcomes = await asking_at_once()
    assert outcomes.count(None) == handover.MOST_OF_A_PERSON
    assert sum(isinstance(one, TooManyHandovers) for one in outcomes) == 4 - handover.MOST_OF_A_PERSON


async def test_control_without_the_lock_more_get_in(monkeypatch: pytest.MonkeyPatch) -> None:
    counted = asyncio.Barrier(4)

    async def unlocked(asker: str, most: int) -> None:
        number = await Handover.filter(asker=asker).exclude(state="ended").count()
        await counted.wait()
        if number >= most:
            raise TooManyHandovers

    monkeypatch.setattr(handover, "_keep_to_the_limit", unlocked)
    assert (await asking_at_once()).count(None) > handover.MOST_OF_A_PERSON


async def test_one_conversation_waits_once_however_often_it_is_asked() -> None:
    token = (await asking.ask(question="明天会下雨吗")).conversation
    await asyncio.gather(*(handover.ask(conversation=token, address=ADDRESS, by=None) for _ in range(4)))
    assert await Handover.all().count() == 1


async def test_a_citizen_who_writes_while_it_ends_is_answered_by_one_of_both() -> None:
    """Under the conversation's lock a message is either a line before the end, or a turn of the bot after it."""
    agent = Actor.staff(await identity.staff(("agent", "")))
    with handovers.office_hours():
        token, one = await asked()
        await handover_desk.take(handover_id=one.id, by=agent)
        told, _ = await asyncio.gather(
            asking.ask(question="还有一个问题", conversation=token), handover_desk.close(handover_id=one.id, by=agent)
        )
    lines = [line.said_by for line in await one.lines.order_by("id")]  # type: ignore[attr-defined]
    assert lines == (["citizen", "system"] if told.turn_id == 0 else ["system"])


async def test_two_first_messages_of_a_follower_are_one_conversation() -> None:
    tokens = await asyncio.gather(*(followers.conversation_of("o-1") for _ in range(4)))
    assert len(set(tokens)) == 1
    assert await Follower.all().count() == await Conversation.all().count() == 1
