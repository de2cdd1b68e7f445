"""Turns that can be asked for again: one key, one turn; what was missed comes later as it was."""

import pytest

from assistant import asking, knowledge, turns
from assistant.errors import ConversationNotFound
from assistant.models import Turn
from foundation.actor import Actor
from foundation.idempotency import KeyReused
from identity.models import Citizen
from tests.builders.assistant import publish

pytestmark = pytest.mark.usefixtures("db")
KEY = "5f0c1a6e-8a54-4a0e-9d2b-6f3d0a6f7c11"


@pytest.fixture(autouse=True)
async def city(db: None) -> None:
    knowledge.forget()
    await publish("居住证申领", "暂住证", materials="居民身份证。", fees="首次申领不收费。")
    await publish("居住证签注", "居住证续签", materials="居住证。")


async def test_the_same_turn_twice_is_one_turn_and_one_answer() -> None:
    first = await asking.ask(question="居住证申领要什么材料", key=KEY)
    again = await asking.ask(question="居住证申领要什么材料", key=KEY)
    assert again == first
    assert await Turn.all().count() == 1
    with pytest.raises(KeyReused):
        await asking.ask(question="多少钱", key=KEY)


async def test_what_was_missed_is_read_as_it_was_answered() -> None:
    first = await asking.ask(question="居住证申领要什么材料，电话13800138000")
    token = first.conversation
    asked = [first] + [await asking.ask(question=said, conversation=token) for said in ("居住证", "股票行情", "转人工")]
    past = await turns.since(conversation=token, by=None)
    assert [one.id for one in past] == [one.turn_id for one in asked]
    for one, was in zip(past, asked, strict=True):
        assert (one.answer.kind, one.answer.text, one.answer.choices, one.answer.cards, one.answer.passages) == (
            was.answer.kind, was.answer.text, was.answer.choices, was.answer.cards, was.answer.passages
        )  # fmt: skip
        assert one.answer.live == ()
    assert "13800138000" not in past[0].question
    assert [one.id for one in await turns.since(conversation=token, after=past[1].id, by=None)] == [
        one.turn_id for one in asked[2:]
    ]


async def test_only_its_own_asker_reads_them() -> None:
    one, other = [Actor.citizen((await Citizen.create()).id) for _ in range(2)]
    theirs = await asking.ask(question="居住证申领", by=one)
    assert len(await turns.since(conversation=theirs.conversation, by=one)) == 1
    for stranger in (other, None):
        with pytest.raises(ConversationNotFound):
            await turns.since(conversation=theirs.conversation, by=stranger)
