"""找人工 from both sides: a citizen at 390 pixels and in the frame of a city's site, an agent at the console."""

import os
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from api.app import create_app as create_api
from assistant import knowledge, office_hours
from foundation import bus, settings
from miniprogram_bff.app import create_app as create_bff
from tests.browser.test_console import NAMELESS, OVERFLOW
from tests.builders import identity
from tests.builders.channels import Vendor
from tests.builders.console import a_colleague
from tests.serving import serving

if TYPE_CHECKING:
    from playwright.async_api import Page

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("db", "redis_db")]


@pytest.fixture(autouse=True)
async def nothing_known(db: None) -> AsyncIterator[None]:
    """A city without guides, whatever another test has published; what this one publishes is forgotten."""
    knowledge.forget()
    yield
    knowledge.forget()


@pytest.fixture
async def city() -> AsyncIterator[Vendor]:
    """The city's own web site."""
    async with Vendor() as site:
        yield site


@pytest.fixture
async def doors(
    city: Vendor, settings_env: settings.Settings, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[tuple[str, str]]:
    async def somebody_sits_there() -> bool:
        return True

    monkeypatch.setattr(office_hours, "open_now", somebody_sits_there)
    settings.use(replace(settings_env, handover=replace(settings_env.handover, widget_sites=city.url)))
    await bus.start()
    async with serving(create_bff()) as bff, serving(create_api()) as api:
        yield bff, api
    await bus.stop()


async def sound(page: "Page", name: str) -> None:
    if folder := os.environ.get("SCREENSHOTS"):
        await page.screenshot(path=Path(folder) / f"{name}.png", full_page=True)
    await page.wait_for_load_state()  # with its styles
    assert await page.evaluate(NAMELESS) == []
    assert await page.evaluate(OVERFLOW) <= 0


async def test_a_citizen_and_an_agent_talk(doors: tuple[str, str], city: Vendor, phone: "Page", desk: "Page") -> None:
    bff, api = doors
    faults: list[str] = []
    for page in (phone, desk):
        page.on("pageerror", lambda error: faults.append(str(error)))
    await a_colleague(("agent", ""), username="kefu")
    await phone.goto(f"{bff}/h5/#/ask")
    await phone.get_by_label("您的问题").fill("明天会下雨吗")
    await phone.keyboard.press("Enter")
    await phone.get_by_role("button", name="找人工").click()
    await phone.get_by_text("前面还有 0 位").wait_for()
    await sound(phone, "ask-waiting-390")

    await desk.goto(f"{api}/console/login")
    await desk.get_by_label("用户名").fill("kefu")
    await desk.get_by_label("密码").fill(identity.PASSWORD)
    await desk.get_by_role("button", name="登录").click()
    await desk.get_by_role("heading", name="等候接待").wait_for()  # where an agent lands
    await sound(desk, "consult-1280")
    await desk.get_by_role("button", name="接待：明天会下雨吗").click()
    await phone.get_by_text("工作人员正在为您服务").wait_for()
    await phone.get_by_label("您的问题").fill("在吗")
    await phone.keyboard.press("Enter")
    await desk.get_by_role("log").get_by_text("在吗").wait_for()
    await desk.get_by_label("答复").fill("您好，带伞。")
    await desk.get_by_role("button", name="发送").click()
    await phone.get_by_text("您好，带伞。").wait_for()
    assert await phone.locator(".said", has_text="在吗").count() == 1
    await sound(phone, "ask-held-390")
    for width in (1280, 820):
        await desk.set_viewport_size({"width": width, "height": 900})
        await sound(desk, f"consult-one-{width}")
    await phone.reload()
    await phone.get_by_text("您好，带伞。").wait_for()  # what was said is there again
    await phone.get_by_text("工作人员正在为您服务").wait_for()
    await desk.get_by_role("button", name="交回办事助手").click()
    await phone.get_by_text("接下来由办事助手继续为您服务").wait_for()
    await desk.get_by_text("已交回助手").wait_for()
    await sound(desk, "consult-820")

    await embedded(phone, bff, city)
    assert faults == []


async def embedded(page: "Page", bff: str, city: Vendor) -> None:
    """The same chat in a frame of the city's own site, by keyboard alone."""
    html = f'<!doctype html><html lang="zh"><title>市政府</title><h1>市政府</h1><script src="{bff}/widget.js"></script>'
    city.answer = lambda call: (200, {"Content-Type": "text/html; charset=utf-8"}, html.encode())
    await page.goto(f"{city.url}/")
    await page.get_by_role("button", name="办事咨询").focus()
    await page.keyboard.press("Enter")
    frame = page.frame_locator("#zhijianban-chat")
    await frame.get_by_label("您的问题").fill("明天会下雨吗")
    await page.keyboard.press("Enter")
    await frame.get_by_role("button", name="找人工").wait_for()
    await sound(page, "widget-390")
    await page.keyboard.press("Escape")
    await page.get_by_role("button", name="办事咨询").wait_for()
    assert await page.evaluate("document.activeElement.id") == "zhijianban-button"
    assert [one for one in await page.context.cookies() if one["path"] != "/console"] == []  # the agent has one
