"""Writing guides in Chromium: changed in a form, read by a colleague as what differs, published."""

from collections.abc import AsyncIterator
from typing import TYPE_CHECKING

import pytest

from api.app import create_app
from catalogue.models import Guide
from tests.browser.test_console import enter, sound
from tests.builders import catalogue as build
from tests.builders.console import a_colleague
from tests.serving import serving

if TYPE_CHECKING:
    from playwright.async_api import Page

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("db", "redis_db")]


@pytest.fixture
async def console() -> AsyncIterator[str]:
    async with serving(create_app()) as base:
        await build.small_city()
        await a_colleague(("editor", ""), username="wangwu", display_name="王五")
        await a_colleague(("editor", ""), username="zhaoliu", display_name="赵六")
        yield f"{base}/console"


async def test_from_the_editor_to_the_reviewer(console: str, desk: "Page") -> None:
    await enter(desk, f"{console}/guides")
    await desk.get_by_role("link", name="居民身份证换领").click()
    await sound(desk)
    await desk.get_by_role("button", name="编辑").click()
    fees = desk.get_by_role("group", name="收费标准", exact=True).first
    await fees.get_by_label("金额").fill("40")
    materials = desk.locator("#f-materials")
    await materials.get_by_role("button", name="添加申请材料").click()
    await desk.keyboard.type("近期证件照")  # the keyboard is where the new row begins
    await sound(desk)
    await desk.get_by_role("button", name="保存草稿").click()
    await desk.get_by_text("保存指南草稿").wait_for()
    assert await desk.locator("#f-materials\\.2\\.name").input_value() == "近期证件照"
    await desk.set_viewport_size({"width": 820, "height": 900})
    await sound(desk)
    await desk.get_by_role("button", name="保存并提交审核").click()
    await desk.get_by_text("须由另一位同事审核发布").wait_for()
    await sound(desk)
    await desk.get_by_role("button", name="退出").click()
    await enter(desk, f"{console}/guides", username="zhaoliu")
    await desk.get_by_role("region", name="草稿").get_by_role("link").click()
    assert await desk.get_by_role("region", name="收费标准").locator("ins").inner_text() != ""
    assert "近期证件照" in await desk.get_by_role("region", name="申请材料").locator("ins").inner_text()
    await desk.get_by_role("button", name="审核通过并发布").click()
    await desk.get_by_role("heading", name="历次版本").wait_for()
    assert (await Guide.get(item__slug="id-card", state="published")).version == 2
