"""Questions of citizens and visitors, kept with their conversations."""

import asyncio
from datetime import timedelta

import pytest

from assistant import asking, jobs, knowledge, logging_turns
from assistant.answering import Kind
from assistant.errors import ConversationNotFound, TurnNotFound
from assistant.models import Conversation, Turn
from catalogue.models import ServiceItem
from foundation import clock, personal_data
from foundation.actor import Actor
from identity.events import CitizensMerged
from identity.models import Citizen
from tests.builders.assistant import publish

pytestmark = pytest.mark.usefixtures("db")


@pytest.fixture(autouse=True)
async def city(db: None) -> ServiceItem:
    knowledge.forget()
    await publish("居住证申领", "暂住证", materials="居民身份证。", fees="首次申领不收费。")
    return await publish("住房公积金提取", "公积金提取", materials="身份证和提取申请表。", fees="不收费。")


async def test_answers_and_remembers(city: ServiceItem) -> None:
    first = await asking.ask(question="公积金提取要什么材料")
    second = await asking.ask(question="多少钱", conversation=first.conversation)
    assert second.answer.text == "不收费。"
    turns = await Turn.filter(conversation__token=first.conversation).order_by("id")
    assert [(turn.band, turn.item_code, turn.section) for turn in turns] == [
        ("answer", city.item_code, "materials"),
        ("answer", city.item_code, "fees"),
    ]
    assert turns[0].answer["sources"][0]["version"] == "1"


async def test_numbers_are_masked_before_they_are_kept() -> None:
    asked = await asking.ask(question="我的身份证11010519491231002X，电话13800138000，公积金提取\x00")
    turn = await Turn.get(id=asked.turn_id)
    assert turn.question == "我的身份证***,电话***,公积金提取"


async def test_a_pasted_page_is_kept_short() -> None:
    asked = await asking.ask(question="公积金提取" * 1000)
    assert len((await Turn.get(id=asked.turn_id)).question) == logging_turns.LONGEST_KEPT


async def test_conversations_are_their_askers_own() -> None:
    one, other = [Actor.citizen((await Citizen.create()).id) for _ in range(2)]
    theirs = await asking.ask(question="公积金提取", by=one)
    for stranger in (other, None):
        with pytest.raises(ConversationNotFound):
            await asking.ask(question="多少钱", conversation=theirs.conversation, by=stranger)
    with pytest.raises(ConversationNotFound):
        await asking.ask(question="多少钱", conversation="no-such-token")


async def test_a_visitor_who_signs_in_keeps_the_conversation() -> None:
    visitor = await asking.ask(question="公积金提取")
    citizen = await Citizen.create()
    again = await asking.ask(question="多少钱", conversation=visitor.conversation, by=Actor.citizen(citizen.id))
    assert again.answer.kind is Kind.ANSWER
    assert (await Conversation.get(token=visitor.conversation)).citizen_id == citizen.id


async def test_messages_at_once_follow_one_another() -> None:
    first = await asking.ask(question="股票行情")
    answers = await asyncio.gather(
        *(asking.ask(question="明天会下雨吗", conversation=first.conversation) for _ in range(4))
    )
    assert {asked.answer.kind for asked in answers} == {Kind.PERSON}
    assert (await Conversation.get(token=first.conversation)).state["misses"] == 5


async def test_only_the_asker_rates() -> None:
    asked = await asking.ask(question="公积金提取")
    await asking.rate(turn_id=asked.turn_id, conversation=asked.conversation, helpful=False)
    assert (await Turn.get(id=asked.turn_id)).helpful is False
    with pytest.raises(TurnNotFound):
        await asking.rate(turn_id=asked.turn_id, conversation="another", helpful=True)


async def test_old_conversations_go() -> None:
    asked = await asking.ask(question="公积金提取")
    assert await jobs.delete_old_conversations(clock.now() - timedelta(days=180)) == 0
    assert await Turn.exists(id=asked.turn_id)
    assert await jobs.delete_old_conversations(clock.now() + timedelta(days=1)) == 1
    assert not await Turn.exists(id=asked.turn_id)
    assert not await Conversation.exists(token=asked.conversation)


async def test_a_persons_questions_are_exported_moved_and_forgotten() -> None:
    citizen, kept = await Citizen.create(), await Citizen.create()
    await asking.ask(question="公积金提取", by=Actor.citizen(citizen.id))
    await jobs.follow_merge(CitizensMerged(kept=kept.id, gone=citizen.id))
    collector = personal_data.collectors["assistant"]
    assert await collector.export(citizen.id) == []
    assert [turn["question"] for turn in await collector.export(kept.id)] == ["公积金提取"]
    await collector.forget(kept.id)
    assert await Turn.all().count() == 0
