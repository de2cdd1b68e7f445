"""Teaching the bot in Chromium: a missed question, the effect of a name before it is kept, the draft."""

from collections.abc import AsyncIterator
from typing import TYPE_CHECKING

import pytest

from api.app import create_app
from assistant import knowledge, labelling, learning
from catalogue.draft_models import GuideDraft
from foundation.actor import Actor
from tests.browser.test_console import enter, sound
from tests.builders import catalogue as build
from tests.builders import learning_log
from tests.builders.console import a_colleague
from tests.serving import serving

if TYPE_CHECKING:
    from playwright.async_api import Page

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("db", "redis_db")]


@pytest.fixture
async def console() -> AsyncIterator[str]:
    async with serving(create_app()) as base:
        await build.small_city()
        knowledge.forget()
        await a_colleague(("editor", ""), username="wangwu", display_name="王五")
        await labelling.bring_shipped(by=Actor.system("test"))
        await learning_log.missed("刷脸卡", "刷脸卡要多少钱", "讲个笑话")
        await learning.gather()
        yield f"{base}/console"


async def test_the_effect_is_seen_before_the_draft_is_written(console: str, desk: "Page") -> None:
    await enter(desk, f"{console}/learning")
    await sound(desk)
    await desk.get_by_role("link", name="刷脸卡").click()
    names = desk.get_by_role("region", name="添加日常说法")
    await names.get_by_label("市民的说法").fill("刷脸卡")
    await names.get_by_role("button", name="先看效果").click()
    await desk.get_by_role("heading", name="效果（未保存）").wait_for()
    assert "居民身份证换领" in await desk.locator("#effect").inner_text()
    for width in (820, 1280):
        await desk.set_viewport_size({"width": width, "height": 900})
        await sound(desk)
    for page, title in (
        ("hit-test?q=身份证换领", "命中测试"),
        ("labels", "标注集"),
        ("bot", "机器人统计"),
        ("bot/week", "一周预览"),
    ):
        await desk.goto(f"{console}/{page}")
        await desk.get_by_role("heading", name=title, level=1).wait_for()
        await sound(desk)
    await desk.goto(f"{console}/learning")
    await desk.get_by_role("link", name="刷脸卡").click()
    await names.get_by_role("button", name="写入草稿").click()
    await desk.wait_for_url("**/console/drafts/*")
    assert (await GuideDraft.get()).sheet["aliases"][-1] == "刷脸卡"
