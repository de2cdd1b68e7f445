"""办这件事的人还问了: items asked for in the same conversations, by several people."""

import httpx
import pytest

from assistant import also_needed
from assistant.answering import Kind
from assistant.models import Conversation, Turn
from catalogue import shelf
from tests.builders.assistant import publish


@pytest.fixture(autouse=True)
async def city(db: None) -> None:
    also_needed.forget()
    for name in ("身份证换领", "户口簿补领", "护照", "养狗登记"):
        await publish(name)
    shelf.forget()


async def talk(*codes: str) -> None:
    one = await Conversation.create(token=f"talk-{await Conversation.all().count()}")
    for code in codes:
        await Turn.create(conversation=one, question="办", band=Kind.ANSWER, item_code=code, confidence=0.9)


async def also(bff: httpx.AsyncClient, slug: str) -> list[str]:
    answer = await bff.get(f"/v1/guides/{slug}")
    assert answer.status_code == 200
    return [one["name"] for one in answer.json()["also"]]


async def test_what_several_asked_together(bff: httpx.AsyncClient) -> None:
    for _ in range(3):
        await talk("ITEM-1", "ITEM-2", "ITEM-2", "ITEM-3", "ITEM-GONE")
    await talk("ITEM-1", "ITEM-3")
    await talk("ITEM-1", "ITEM-4", "ITEM-4", "ITEM-4")
    assert await also(bff, "item-1") == ["护照", "户口簿补领"]
    assert await also(bff, "item-4") == []


async def test_what_is_beside_everything_is_beside_nothing(bff: httpx.AsyncClient) -> None:
    for _ in range(3):
        await talk("ITEM-1", "ITEM-2")
    for _ in range(28):
        await talk("ITEM-1")
    assert await also(bff, "item-1") == []
    assert await also(bff, "item-2") == ["身份证换领"]
