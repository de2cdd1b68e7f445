"""大家都在问: what several people asked and were content with, and nobody's own words."""

import httpx
import pytest

from assistant import hot_questions
from assistant.answering import Kind
from tests.builders import learning_log

ANSWERED = {"kind": Kind.ANSWER, "item_code": "ITEM-1", "confidence": 0.9}


@pytest.fixture(autouse=True)
def counted_anew() -> None:
    hot_questions.forget()


async def questions(bff: httpx.AsyncClient) -> list[str]:
    answer = await bff.get("/v1/ask/hot")
    assert answer.status_code == 200
    return list(answer.json()["questions"])


async def test_what_several_asked_is_shown(bff: httpx.AsyncClient) -> None:
    for said in ("换证要多少钱", "换证要多少钱？", "换证要多少钱！"):
        await learning_log.turns(said, said, **ANSWERED)
    for _ in range(4):
        await learning_log.turns("居住证要什么材料", **ANSWERED)
    await learning_log.turns("只有我问过的话", "只有我问过的话", "只有我问过的话", **ANSWERED)
    assert await questions(bff) == ["居住证要什么材料", "换证要多少钱！"]
    assert (await bff.get("/v1/home")).json()["questions"] == await questions(bff)


async def test_what_was_not_answered_or_not_liked_or_says_a_number_is_not(bff: httpx.AsyncClient) -> None:
    for _ in range(3):
        await learning_log.turns("电话***能办换证吗", **ANSWERED)
        await learning_log.turns("这个要多少钱", **{**ANSWERED, "confidence": 1.0})
        await learning_log.missed("讲个长一点的笑话")
        await learning_log.disliked("换证可以代办吗")
    assert await questions(bff) == []


async def test_is_counted_once_a_minute(bff: httpx.AsyncClient) -> None:
    assert await questions(bff) == []
    for _ in range(3):
        await learning_log.turns("换证要多少钱", **ANSWERED)
    assert await questions(bff) == []
    hot_questions.forget()
    assert await questions(bff) == ["换证要多少钱"]
