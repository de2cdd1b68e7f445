"""Writing a scenario in Chromium without a word of YAML: the keyboard where it should be, read by a colleague."""

from collections.abc import AsyncIterator
from typing import TYPE_CHECKING

import pytest

from api.app import create_app
from catalogue.models import Scenario
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


async def test_from_the_first_question_to_the_colleague_who_publishes(console: str, desk: "Page") -> None:
    await enter(desk, f"{console}/scenarios")
    await sound(desk)
    await desk.get_by_role("button", name="编辑“证件丢了”").click()
    await desk.get_by_role("button", name="添加问题").click()
    await desk.locator("#f-questions\\.1\\.ask:focus").wait_for()
    await desk.keyboard.type("住哪里？")  # the keyboard is where the new question begins
    await desk.locator("#f-questions\\.1\\.options\\.0\\.label").fill("城里")
    await desk.locator("#f-questions\\.1\\.options\\.1\\.label").fill("乡下")
    await desk.get_by_role("link", name="不会问到").wait_for()  # said beside it while one writes
    await desk.get_by_role("button", name="上移问题 2").click()
    await desk.locator("#b-questions\\.0\\.up:focus").wait_for()
    assert await desk.locator("#f-questions\\.0\\.ask").input_value() == "住哪里？"
    await desk.get_by_label("谁要办").select_option(label="住哪里？ 乡下")
    await desk.get_by_label("按名称、口语名或编码找事项").fill("身份证")
    await desk.keyboard.press("Enter")
    await desk.get_by_role("button", name="添加 居民身份证换领").click()
    added = desk.get_by_role("group", name="3. 居民身份证换领")
    await added.locator("summary").click()
    await added.get_by_label("另需的材料").fill("村委会证明")
    await sound(desk)
    await desk.locator("#f-questions\\.1\\.options\\.0\\.next").select_option(label="接着问：1. 住哪里？")
    await desk.get_by_role("link", name="会一直绕圈").wait_for()
    await desk.get_by_role("button", name="保存并提交审核").click()
    await desk.get_by_text("还没有提交审核").wait_for()
    await desk.set_viewport_size({"width": 820, "height": 900})
    await sound(desk)
    await desk.locator("#f-questions\\.1\\.options\\.0\\.next").select_option(label="按次序接着问")
    await desk.get_by_role("button", name="保存并提交审核").click()
    await desk.get_by_text("须由另一位同事审核").wait_for()
    await sound(desk)
    await desk.get_by_role("button", name="退出").click()
    await enter(desk, f"{console}/scenarios", username="zhaoliu")
    await desk.get_by_role("region", name="草稿").get_by_role("link").click()
    await desk.get_by_role("region", name="要办的事项").get_by_text("另需：村委会证明").wait_for()
    await desk.get_by_role("button", name="审核通过并发布").click()
    await desk.get_by_role("button", name="编辑“证件丢了”").wait_for()
    assert [one["ask"] for one in (await Scenario.get()).tree["questions"]] == ["住哪里？", "急吗？"]
    await desk.goto(f"{console}/themes")
    await sound(desk)
