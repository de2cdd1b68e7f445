from typing import Any

import pytest

from catalogue import edition, guides, shelf
from catalogue.errors import ItemNotFound
from foundation import database
from tests.builders import catalogue as build

pytestmark = pytest.mark.usefixtures("db", "redis_db")


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The statements that were sent outside the ORM."""
    sent: list[str] = []
    for name in ("fetchrow", "fetchval"):
        send = getattr(database, name)

        async def watched(sql: str, *args: Any, _send: Any = send) -> Any:
            sent.append(sql)
            return await _send(sql, *args)

        monkeypatch.setattr(database, name, watched)
    return sent


async def test_a_page_has_everything() -> None:
    await build.small_city()
    page = await guides.page("id-card")
    assert (page.item.name, page.version, str(page.effective_date)) == ("居民身份证换领", 1, "2025-01-01")
    assert page.department_phone == "0000-5551001"
    assert [hall.name for hall in page.halls] == ["示例市政务服务中心"]
    assert page.sheet["materials"][1]["licence"] == "居民户口簿电子证照"
    text = {section.kind: section.text for section in page.sections}
    assert text["fees"] == "工本费：20 元/证。依据：发改价格〔2003〕2322号"
    assert text["periods"] == "承诺时限：20 个工作日\n法定时限：60 个自然日（居民身份证法）"
    assert text["materials"].split("\n")[1] == "居民户口簿（原件 1 份；免提交，调用居民户口簿电子证照）"
    assert text["places"] == "示例市政务服务中心（示例市示范大道 1 号）1 号窗口，周一至周五 09:00–17:00"
    assert text["legal_basis"] == "《中华人民共和国居民身份证法》：到期换领。"
    assert text["booking"] == "可以预约到大厅办理，每次约 15 分钟。"
    questions = [section.title for section in page.sections if section.kind == "question"]
    assert questions == ["要钱吗", "多久", "在哪办"]
    assert await guides.page(page.item.item_code) == page


async def test_a_page_is_read_in_one_statement_and_then_kept(asked: list[str]) -> None:
    await build.demo_city()
    asked.clear()
    await guides.page("marriage")
    assert [sql for sql in asked if "catalogue_edition" not in sql] == [guides.PAGE]
    asked.clear()
    await guides.page("marriage")
    assert asked == []


async def test_a_new_edition_is_seen_within_a_second(monkeypatch: pytest.MonkeyPatch) -> None:
    await build.small_city()
    old = await guides.page("id-card")
    with monkeypatch.context() as patch:
        patch.setattr(shelf, "forget", lambda: None)
        await build.small_city(item=build.item("二十元。", "二十块。"))
    assert await guides.page("id-card") == old
    monkeypatch.setattr(shelf, "LOOK_EVERY", 0)
    assert (await guides.page("id-card")).version == 2


async def test_without_the_database_the_last_copy_serves(monkeypatch: pytest.MonkeyPatch) -> None:
    await build.small_city()
    page = await guides.page("id-card")

    async def gone() -> int:
        raise database.DatabaseGone

    monkeypatch.setattr(edition, "number", gone)
    monkeypatch.setattr(shelf, "LOOK_EVERY", 0)
    assert await guides.page("id-card") == page
    shelf.forget()
    with pytest.raises(database.DatabaseGone):
        await guides.page("id-card")


async def test_every_shipped_guide_has_a_page_and_its_relations_exist() -> None:
    changes = await build.demo_city()
    for slug in changes.added:
        page = await guides.page(slug)
        kinds = {section.kind for section in page.sections}
        assert {"summary", "conditions", "materials", "steps", "periods", "fees", "places", "question"} <= kinds
        assert len(page.related) == len(page.sheet.get("related", []))
        assert page.halls


async def test_no_such_guide() -> None:
    with pytest.raises(ItemNotFound):
        await guides.page("nowhere")
