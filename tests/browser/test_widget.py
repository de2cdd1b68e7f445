"""网页挂件: the client as the chat of a city's own site: a visitor's, stored nowhere, its links lead outside."""

from collections.abc import AsyncIterator
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from assistant import knowledge
from catalogue import shelf
from foundation import settings
from miniprogram_bff.app import create_app
from tests.builders.assistant import next_edition, publish
from tests.builders.channels import Vendor
from tests.serving import serving

if TYPE_CHECKING:
    from playwright.async_api import Page

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("db", "redis_db")]

SITE = """<!doctype html><html lang="zh"><title>市政府</title><style>iframe {{ max-width: 20px; }}</style>
<h1>市政府</h1><script src="{}/widget.js"></script>"""


@pytest.fixture
async def city(settings_env: settings.Settings) -> AsyncIterator[Vendor]:
    """The city's own web site, which may show the chat."""
    knowledge.forget()
    shelf.forget()
    async with Vendor() as site:
        settings.use(replace(settings_env, handover=replace(settings_env.handover, widget_sites=site.url)))
        yield site
    knowledge.forget()
    shelf.forget()


async def test_an_answer_in_the_frame_leads_to_the_whole_application(city: Vendor, desk: "Page") -> None:
    faults: list[str] = []
    desk.on("pageerror", lambda error: faults.append(str(error)))
    item = await publish("居住证申领", materials="居民身份证。", steps="到窗口受理。")
    await next_edition()
    async with serving(create_app()) as bff:
        city.answer = lambda call: (200, {"Content-Type": "text/html; charset=utf-8"}, SITE.format(bff).encode())
        await desk.goto(f"{city.url}/")
        await desk.get_by_role("button", name="办事咨询").click()
        chat = desk.frame_locator("#zhijianban-chat")
        assert await chat.get_by_role("navigation", name="主导航").count() == 0
        foot = await chat.get_by_role("search").evaluate("one => innerHeight - one.getBoundingClientRect().bottom")
        assert 0 <= foot < 40  # where one looks for it, however little was said
        assert await chat.locator("html").evaluate("() => innerWidth") == 400  # whatever the site says of its frames
        await chat.get_by_label("您的问题").fill("juzhuzheng")
        await chat.get_by_role("listbox", name="您是不是要问").wait_for()
        await desk.keyboard.press("Escape")  # of the suggestions first, of the chat then
        await chat.get_by_role("listbox", name="您是不是要问").wait_for(state="detached")
        await chat.get_by_label("您的问题").fill("居住证申领")
        await desk.keyboard.press("Enter")
        async with desk.expect_popup() as opened:
            await chat.get_by_role("link", name="居住证申领", exact=True).click()
        guide = await opened.value
        await guide.get_by_role("navigation", name="主导航").wait_for()
        assert guide.url == f"{bff}/h5/#/pages/guide/guide?code={item.item_code}"
        await guide.close()
        stored = await chat.locator("html").evaluate("() => Object.keys(sessionStorage).join()")
        assert stored == ""
        assert await desk.context.cookies() == []
        await chat.get_by_label("您的问题").focus()
        await desk.keyboard.press("Escape")
        await desk.locator("#zhijianban-chat").wait_for(state="hidden")
    assert faults == []
