"""The console's first page in Chromium: the next is called with one click or one key, at a desk and on a tablet."""

from collections.abc import AsyncIterator
from typing import TYPE_CHECKING

import pytest

from api.app import create_app
from appointments.hall_models import Ticket
from tests.browser.measures import PALE
from tests.browser.test_console import enter, sound
from tests.builders.appointments import a_hall
from tests.builders.console import a_colleague
from tests.builders.hall_queue import a_department, a_walk_in
from tests.serving import serving

if TYPE_CHECKING:
    from playwright.async_api import Page

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("db", "redis_db")]


@pytest.fixture
async def console() -> AsyncIterator[str]:
    async with serving(create_app()) as base:
        yield f"{base}/console"


@pytest.mark.parametrize("width", [820, 1280])
async def test_the_next_is_called_with_one_click_or_one_key_from_home(console: str, desk: "Page", width: int) -> None:
    await desk.set_viewport_size({"width": width, "height": 800})
    faults: list[str] = []
    desk.on("pageerror", lambda fault: faults.append(str(fault)))
    hall = await a_hall()
    department = await a_department(hall=hall)
    for _ in range(3):
        await a_walk_in(hall, department)
    await a_colleague(("window", hall.path), username="wangwu")
    await enter(desk, f"{console}/")
    await desk.get_by_role("heading", name="今日概况").wait_for()
    await sound(desk)
    await desk.wait_for_load_state()  # with its styles
    assert await desk.evaluate(PALE) == []
    await desk.get_by_role("button", name="呼叫下一号").click()  # the browser asks for the window first
    assert await Ticket.filter(state="called").count() == 0
    await desk.get_by_label("我的窗口").fill("3")
    await desk.keyboard.press("F2")  # from within the field, which nobody has left yet
    await desk.locator("#outcome").get_by_text("请 W001 到窗口 3").wait_for()
    box, button = desk.locator(".task").first, desk.get_by_role("button", name="呼叫下一号")
    outer, inner = await box.bounding_box(), await button.bounding_box()
    assert outer
    assert inner
    assert inner["x"] + inner["width"] <= outer["x"] + outer["width"]
    await desk.get_by_role("button", name="办结 W001").wait_for()
    await desk.locator("#today").get_by_text("正在办理 W001").wait_for()
    await sound(desk)

    await desk.keyboard.press("F4")
    await desk.locator("#outcome").get_by_text("W001 已办结").wait_for()
    await desk.reload()
    await desk.locator("#queue").get_by_text("W002").wait_for()
    await desk.keyboard.press("F2")  # the window is remembered: one key from home is enough
    await desk.locator("#outcome").get_by_text("请 W002 到窗口 3").wait_for()
    await desk.get_by_role("button", name="过号 W002").wait_for()
    await desk.keyboard.press("F8")
    await desk.locator("#outcome").get_by_text("第 2 次").wait_for()
    await desk.keyboard.press("F9")
    await desk.locator("#outcome").get_by_text("已标记过号").wait_for()
    assert await Ticket.filter(state="missed").count() == 1
    assert faults == []
