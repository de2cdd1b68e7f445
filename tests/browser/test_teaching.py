"""From an agent's reply to a guide with a form and a directory: the console at two widths, citizens at 390 pixels."""

import os
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from api.app import create_app as create_api
from assistant import handover_desk, knowledge, labelling, weekly_report
from assistant.answering import Kind
from assistant.handover_models import Handover
from catalogue import directory_editing, drafting, shelf
from catalogue.draft_models import GuideDraft
from catalogue.file_models import GuideFile
from catalogue.models import ServiceItem
from foundation import settings
from foundation.actor import Actor
from miniprogram_bff.app import create_app as create_bff
from tests.browser.test_console import NAMELESS, OVERFLOW, enter
from tests.builders import catalogue as build
from tests.builders import handovers, learning_log
from tests.builders.console import a_colleague
from tests.builders.office_files import PDF, PNG
from tests.catalogue.test_directory_editing import EAST
from tests.serving import serving

if TYPE_CHECKING:
    from playwright.async_api import Page

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("db", "redis_db")]


@pytest.fixture
async def doors(settings_env: settings.Settings, tmp_path: Path) -> AsyncIterator[tuple[str, str]]:
    folder = replace(settings_env.object_store, folder=str(tmp_path / "objects"))
    settings.use(replace(settings_env, object_store=folder))
    async with serving(create_bff()) as bff, serving(create_api()) as api:
        await build.small_city()
        knowledge.forget()
        yield bff, f"{api}/console"
    settings.use(settings_env)
    knowledge.forget()


async def look(page: "Page", name: str) -> None:
    if folder := os.environ.get("SCREENSHOTS"):
        await page.screenshot(path=Path(folder) / f"{name}.png", full_page=True)
    await page.wait_for_load_state()  # with its styles
    assert await page.evaluate(NAMELESS) == []
    assert await page.evaluate(OVERFLOW) <= 0


async def at_both_widths(page: "Page", name: str) -> None:
    for width in (820, 1280):
        await page.set_viewport_size({"width": width, "height": 900})
        await look(page, f"{name}-{width}")


async def a_week_of_use(agent: Actor) -> Handover:
    """A reply of staff, questions in the log, a labelled set and the report of the week before."""
    item = await ServiceItem.get(slug="id-card")
    sources = [{"item_code": item.item_code, "section_kind": "fees", "section_title": "收费标准"}]
    await learning_log.turns(
        "换证多少钱",
        kind=Kind.ANSWER,
        item_code=item.item_code,
        section="fees",
        answer={"sources": sources},
        helpful=True,
    )
    await learning_log.missed("刷脸卡", "遛狗要办证吗")
    await labelling.add(question="身份证换领", expects="answer", slug="id-card", by=agent)
    await weekly_report.make(weekly_report.last_monday())
    await directory_editing.add(values=EAST, by=agent)
    with handovers.office_hours():
        _, one = await handovers.asked("换证要本人去吗")
        await handover_desk.take(handover_id=one.id, by=agent)
        await handover_desk.reply(handover_id=one.id, text="要本人到场，带旧证。电话 13800138000。", by=agent)
    return one


async def test_from_a_reply_to_what_citizens_read(doors: tuple[str, str], desk: "Page", phone: "Page") -> None:
    bff, console = doors
    both = await a_colleague(("agent", ""), ("editor", ""), username="wangwu", display_name="王五")
    by = Actor.staff(both)
    one = await a_week_of_use(by)
    await enter(desk, f"{console}/consult/{one.id}")
    await look(desk, "consult")
    await desk.get_by_role("button", name="把这条答复写成常见问题").click()
    await desk.get_by_role("heading", name="写成常见问题").wait_for()
    assert "***" in await desk.get_by_label("回答").input_value()
    await desk.get_by_label("回答").fill("要本人到场，带旧证。")
    await desk.get_by_role("button", name="先看效果").click()
    await desk.get_by_role("heading", name="效果（未保存）").wait_for()
    await at_both_widths(desk, "reply-faq")
    await desk.get_by_role("button", name="写入草稿").click()
    await desk.get_by_role("heading", name="来自人工答复").wait_for()
    draft = await GuideDraft.get()

    chosen = desk.get_by_label("上传（pdf、doc、docx、xls、xlsx、jpg、png，5 MB 以内）")
    await chosen.set_input_files({"name": "申请表.pdf", "mimeType": "application/pdf", "buffer": PNG})
    await desk.get_by_role("button", name="上传", exact=True).click()
    await desk.get_by_role("alert").get_by_text("扩展名不符").wait_for()
    await chosen.set_input_files({"name": "申请表.pdf", "mimeType": "application/pdf", "buffer": PDF})
    await desk.get_by_role("button", name="上传", exact=True).click()
    await desk.get_by_role("link", name="申请表.pdf").wait_for()
    file = await GuideFile.get()
    await at_both_widths(desk, "draft-files")
    await desk.locator("[name='materials.0.form']").fill(file.name)
    await desk.get_by_role("button", name="保存草稿").click()
    await desk.wait_for_url("**?saved=*")
    assert (await GuideDraft.get()).sheet["materials"][0]["form"] == file.name

    for address, name in (
        ("reply-faqs?state=taken", "答复成问答"),
        ("labels/logged", "问过的话"),
        ("bot/reports", "质量周报存档"),
        ("bot", "机器人统计"),
        ("directory", "中介服务机构名录"),
        ("directory/east", "东岸公证处"),
        ("guides/id-card", "居民身份证换领"),
    ):
        await desk.goto(f"{console}/{address}")
        await desk.get_by_role("heading", name=name, level=1).wait_for()
        await at_both_widths(desk, address.partition("?")[0].replace("/", "-"))

    await drafting.submit(draft_id=draft.id, by=by)
    another = Actor.staff(await a_colleague(("editor", ""), username="zhaoliu"))
    await drafting.publish(draft_id=draft.id, by=another)
    shelf.forget()
    await phone.goto(f"{bff}/h5/#/providers")
    await phone.get_by_role("link", name="公证", exact=False).first.click()
    await phone.get_by_role("link", name="东岸公证处").wait_for()
    await look(phone, "providers-390")
    await phone.get_by_role("link", name="东岸公证处").click()
    await phone.get_by_role("heading", name="收费说明").wait_for()
    await look(phone, "provider-390")
    await phone.get_by_role("link", name="居民身份证换领").click()
    await phone.get_by_role("heading", name="可能用到的中介服务").wait_for()
    await look(phone, "guide-390")
    async with phone.expect_download() as waiting:
        await phone.get_by_role("link", name="原居民身份证：空白表格").click(modifiers=["Alt"])
    assert (await waiting.value).suggested_filename == "申请表.pdf"
