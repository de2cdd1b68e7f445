"""The snapshot follows the catalogue."""

import asyncio

import pytest

from assistant import dialogue, knowledge
from assistant.navigation import CardKind
from catalogue import edition, intake
from catalogue.models import CatalogueEdition, Guide
from foundation import database
from foundation.actor import Actor
from tests.builders.assistant import SHIPPED, publish, synonym

pytestmark = pytest.mark.usefixtures("db")


@pytest.fixture(autouse=True)
def fresh(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(knowledge, "LOOK_EVERY", 0.0)
    knowledge.forget()


async def test_holds_what_is_published() -> None:
    item = await publish("居住证申领", "暂住证", materials="居民身份证。")
    await Guide.create(item=item, version=2, state="draft", effective_date="2026-01-01", content={}, digest="a" * 64)
    (document,) = (await knowledge.current()).documents
    assert (document.name, document.aliases, document.version) == ("居住证申领", ("暂住证",), "1")
    assert [(section.kind, section.text) for section in document.sections] == [("materials", "居民身份证。")]


async def test_follows_a_change_at_once() -> None:
    await publish("居住证申领", materials="居民身份证。")
    before = await knowledge.current()
    await publish("结婚登记", materials="户口簿。")
    after = await knowledge.current()
    assert (len(before.documents), len(after.documents)) == (1, 2)


async def test_is_built_once_for_an_edition() -> None:
    await publish("居住证申领", materials="居民身份证。")
    first, *others = await asyncio.gather(*(knowledge.current() for _ in range(5)))
    assert all(other is first for other in others)
    assert await knowledge.current() is first


async def test_looks_at_most_so_often(monkeypatch: pytest.MonkeyPatch) -> None:
    await publish("居住证申领", materials="居民身份证。")
    first = await knowledge.current()
    monkeypatch.setattr(knowledge, "LOOK_EVERY", 60.0)
    await publish("结婚登记", materials="户口簿。")
    assert await knowledge.current() is first


async def test_keeps_answering_while_the_database_is_gone(monkeypatch: pytest.MonkeyPatch) -> None:
    async def gone() -> int:
        raise database.DatabaseGone

    await publish("居住证申领", materials="居民身份证。")
    first = await knowledge.current()
    monkeypatch.setattr(edition, "number", gone)
    assert await knowledge.current() is first
    knowledge.forget()
    with pytest.raises(database.DatabaseGone):
        await knowledge.current()


async def test_the_shipped_catalogue_can_be_asked(redis_db: object) -> None:
    await intake.load(SHIPPED, by=Actor.system("test"))
    snapshot = await knowledge.current()
    answer, _ = dialogue.reply(snapshot, "護照多少錢", dialogue.Memory())
    assert "120 元/本" in answer.text
    assert answer.passages[-1].source.section_title == "收费标准"
    assert {CardKind.BOOK, CardKind.PAY, CardKind.MAP} <= {card.kind for card in answer.cards}


async def test_synonyms_come_from_the_catalogue() -> None:
    await publish("居住证申领", materials="居民身份证。")
    await publish("结婚登记", materials="户口簿。")
    await synonym("结婚登记", "喜结连理")
    snapshot = await knowledge.current()
    assert snapshot.search("喜结连理")[0].document.name == "结婚登记"
    assert (await CatalogueEdition.get(id=1)).number == int(snapshot.version)
