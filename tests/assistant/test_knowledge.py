"""The snapshot follows the catalogue."""

import asyncio
import mmap
from pathlib import Path

import pytest

from assistant import building, building_jobs, dialogue, knowledge
from assistant.base import Base
from assistant.evaluation.city import SHIPPED
from assistant.navigation import CardKind
from catalogue import edition, intake
from catalogue.models import CatalogueEdition, Guide, ServiceItem
from foundation import bus, database
from foundation.actor import Actor
from tests.builders.assistant import next_edition, publish, synonym
from tests.foundation.test_bus import until

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


async def test_an_edit_lays_out_one_guide_and_not_all() -> None:
    first = await publish("居住证申领", materials="居民身份证。")
    for number in range(5):
        await publish(f"第{number}件事")
    before = await knowledge.current()
    await ServiceItem.filter(id=first.id).update(aliases=["暂住证"])
    await next_edition()
    after = await knowledge.current()
    assert after.base is before.base
    assert [len(layer.documents) for layer in after.index.layers[:2]] == [6, 1]
    assert after.search("暂住证")[0].document.item_code == first.item_code
    assert len(after.documents) == 6


async def test_a_withdrawn_guide_is_not_found() -> None:
    gone = await publish("居住证申领", materials="居民身份证。")
    await publish("结婚登记", materials="户口簿。")
    await knowledge.current()
    await ServiceItem.filter(id=gone.id).update(guide_id=None)
    await next_edition()
    after = await knowledge.current()
    assert after.guide(gone.item_code) is None
    assert "居住证申领" not in [found.document.name for found in after.search("居住证申领")]


async def test_makes_a_new_base_when_much_has_gathered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(knowledge, "FEW", 1)
    await publish("居住证申领")
    old = (await knowledge.current()).base
    await publish("结婚登记")
    await publish("离婚登记")
    assert len((await knowledge.current()).search("离婚登记")) == 2
    await until(lambda: knowledge._Shelf.base is not old)
    fresh = await knowledge.current()
    assert len(fresh.base.layer.documents) == len(fresh.documents) == 3


async def test_maps_what_was_built_off_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(knowledge, "folder", lambda: tmp_path)
    await publish("居住证申领", "暂住证", materials="居民身份证。")
    assert "1 guides" in await building.build()
    await publish("结婚登记", materials="户口簿。")
    knowledge.forget()
    snapshot = await knowledge.current()
    assert isinstance(snapshot.base.layer.postings.documents.base.base, mmap.mmap)
    assert [snapshot.search(words)[0].document.name for words in ("暂住证", "结婚登记")] == ["居住证申领", "结婚登记"]


async def test_lays_out_by_itself_what_changed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    await building_jobs.lay_out_every_night()
    monkeypatch.setattr(knowledge, "folder", lambda: tmp_path)
    await publish("居住证申领")
    await building_jobs.lay_out_after_much_changed()
    assert list(tmp_path.iterdir()) == []
    await building_jobs.lay_out_every_night()
    assert [one.name for one in tmp_path.iterdir()] == [str(await edition.number())]
    assert not await building.is_behind()
    await publish("结婚登记")
    assert await building.is_behind()
    assert not await building.is_behind(much=True)
    monkeypatch.setattr(knowledge, "FEW", 0)
    await building_jobs.lay_out_after_much_changed()
    assert max(int(one.name) for one in tmp_path.iterdir()) == await edition.number()


async def test_a_start_maps_a_current_base_and_builds_without_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(knowledge, "folder", lambda: tmp_path)
    built: list[str] = []

    async def lays_out(marks: dict[str, str], synonyms: dict[str, str], version: str) -> Base:
        built.append(version)
        return await laid_out(marks, synonyms, version)

    laid_out = knowledge._laid_out
    monkeypatch.setattr(knowledge, "_laid_out", lays_out)
    await publish("居住证申领")
    for times in (1, 2):
        knowledge.forget()
        await knowledge.current()
        assert len(built) == times
    await building.build()
    knowledge.forget()
    assert (await knowledge.current()).base.edition == str(await edition.number())
    assert len(built) == 3


async def test_hears_of_a_change_at_once(redis_db: object, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(knowledge, "LOOK_EVERY", 60.0)
    await publish("居住证申领", materials="居民身份证。")
    await knowledge.current()
    await bus.start()
    try:
        await until(bus.hears)
        await publish("结婚登记", materials="户口簿。")
        await edition.shout(await edition.number())
        await until(lambda: bool(knowledge._Shelf.snapshot and knowledge._Shelf.snapshot.search("结婚登记")))
    finally:
        await bus.stop()


async def test_synonyms_come_from_the_catalogue() -> None:
    await publish("居住证申领", materials="居民身份证。")
    await publish("结婚登记", materials="户口簿。")
    await synonym("结婚登记", "喜结连理")
    snapshot = await knowledge.current()
    assert snapshot.search("喜结连理")[0].document.name == "结婚登记"
    assert (await CatalogueEdition.get(id=1)).number == int(snapshot.version)
