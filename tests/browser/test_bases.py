"""Knowledge bases in Chromium: what a district says otherwise, and thresholds tried before they are set."""

from collections.abc import AsyncIterator
from typing import TYPE_CHECKING

import pytest

from api.app import create_app
from assistant import knowledge, knowledge_bases, labelling, thresholds
from foundation.actor import Actor
from tests.browser.test_console import enter, sound
from tests.builders import catalogue as build
from tests.builders.console import a_colleague
from tests.serving import serving

if TYPE_CHECKING:
    from playwright.async_api import Page

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("db", "redis_db")]
BY = Actor.system("test")


@pytest.fixture
async def console() -> AsyncIterator[str]:
    async with serving(create_app()) as base:
        await build.small_city()
        knowledge.forget()
        await a_colleague(("editor", ""), username="wangwu", display_name="王五")
        await labelling.add(question="身份证换领", expects="answer", slug="id-card", by=BY)
        await labelling.add(question="讲个笑话", expects="unknown", by=BY)
        top = await knowledge_bases.city()
        await knowledge_bases.create(
            code="dong", name="东城区", kind="district", parent_id=top.id, names=["东城"], by=BY
        )
        yield f"{base}/console"


async def both_widths(desk: "Page") -> None:
    for width in (820, 1280):
        await desk.set_viewport_size({"width": width, "height": 900})
        await sound(desk)


async def test_a_district_says_otherwise_and_tries_its_thresholds(console: str, desk: "Page") -> None:
    await enter(desk, f"{console}/bases")
    await both_widths(desk)
    await desk.get_by_role("link", name="东城区").click()
    await desk.get_by_label("写一个事项的本地办法").select_option("id-card")
    await both_widths(desk)
    await desk.get_by_role("button", name="开始写").click()
    await desk.wait_for_url("**/console/local-guides/*")
    await desk.get_by_role("textbox", name="收费标准").fill("本区居民不收费。")
    await desk.get_by_role("button", name="保存草稿").click()
    await desk.get_by_text("您保存过这份草稿，请由另一位同事发布。").wait_for()
    assert await desk.get_by_role("textbox", name="收费标准").input_value() == "本区居民不收费。"
    await both_widths(desk)
    await desk.goto(f"{console}/bases")
    await desk.get_by_role("row", name="东城区").get_by_role("link").last.click()
    await desk.get_by_label("多少起回答").fill("0.94")
    await desk.get_by_label("多少起反问").fill("0.93")
    await desk.get_by_role("button", name="先看效果").click()
    await desk.get_by_role("heading", name="效果（未保存）").wait_for()
    assert "标注集 2 题" in await desk.locator("#effect").inner_text()
    await both_widths(desk)
    await desk.get_by_label("为什么调整（保存时填）").fill("误答太多")
    await desk.get_by_role("button", name="保存").click()
    await desk.get_by_text("本库自己的").wait_for()
    base = next(one.base for one in await knowledge_bases.tree() if one.base.code == "dong")
    assert [one.answer_from for one in await thresholds.history(base.id)] == [0.94]
