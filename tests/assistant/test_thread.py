"""The thread of a conversation: half an hour in Redis, healed from the log, never the wrong one."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import NoReturn

import pytest

from assistant import asking, knowledge, thread
from assistant.answering import Kind
from assistant.asking import Asked
from assistant.models import Conversation, Turn
from catalogue import shelf
from foundation import clock, redis
from tests.builders.assistant import publish

pytestmark = pytest.mark.usefixtures("db", "redis_db")


@pytest.fixture(autouse=True)
async def city(db: None) -> AsyncIterator[None]:
    knowledge.forget()
    shelf.forget()
    await publish("居住证申领", "暂住证", materials="居民身份证。", fees="首次申领不收费。")
    await publish("住房公积金提取", "公积金提取", materials="身份证和提取申请表。", fees="不收费。")
    yield
    knowledge.forget()
    shelf.forget()


async def says(text: str, before: Asked | None = None) -> Asked:
    return await asking.ask(question=text, conversation=before.conversation if before else None)


async def remembered(one: Asked) -> thread.Kept | None:
    return await thread.recall(one.conversation)


async def test_it_lies_in_redis_and_the_key_does_not_open_the_conversation() -> None:
    first = await says("公积金提取要什么材料")
    (key,) = await redis.client().keys("assistant:thread:*")
    assert first.conversation not in key
    assert 0 < await redis.client().ttl(key) <= thread.LASTS.total_seconds()
    kept = await remembered(first)
    assert kept is not None
    assert (kept.turn, kept.memory["items"], kept.memory["asked"]) == (first.turn_id, ["ITEM-2"], ["材料"])


async def test_it_lapses_after_half_an_hour() -> None:
    first = await says("公积金提取")
    with clock.shifted(thread.LASTS - timedelta(minutes=1)):
        still = await says("多少钱", first)
        assert still.answer.text == "不收费。"
    with clock.shifted(2 * thread.LASTS):
        lapsed = await says("多少钱", first)
        assert lapsed.answer.kind is Kind.CHOOSE


async def test_without_redis_the_log_says_what_was_spoken_of(monkeypatch: pytest.MonkeyPatch) -> None:
    def gone() -> NoReturn:
        raise redis.RedisGone

    first = await says("公积金提取")
    await redis.client().flushdb()
    assert (await says("多少钱", first)).answer.text == "不收费。"
    monkeypatch.setattr(redis, "client", gone)
    assert (await says("要什么材料", first)).answer.text == "身份证和提取申请表。"


async def test_an_older_thread_in_redis_does_not_count() -> None:
    first = await says("公积金提取")
    old = await remembered(first)
    await says("居住证申领", first)
    assert old is not None
    await thread.keep(first.conversation, old)
    assert (await says("多少钱", first)).answer.text == "首次申领不收费。"


async def test_messages_at_once_each_go_on_from_the_one_before() -> None:
    first = await says("公积金提取")
    together = await asyncio.gather(*(says(text, first) for text in ("居住证申领", "多少钱", "要什么材料")))
    log = await Turn.filter(conversation__token=first.conversation).order_by("id")
    answers = {one.turn_id: one.answer for one in together}
    spoken_of = "ITEM-2"
    for turn in log[1:]:
        spoken_of = "ITEM-1" if turn.question == "居住证申领" else spoken_of
        assert {one.source.item_code for one in answers[turn.id].passages} == {spoken_of}
    assert (await Conversation.get(token=first.conversation)).state["turn"] == log[-1].id


async def test_the_pending_question_is_answered_by_what_comes_next() -> None:
    which = await says("要什么材料")
    assert which.answer.kind is Kind.CHOOSE
    assert (await says("公积金提取", which)).answer.text == "身份证和提取申请表。"
