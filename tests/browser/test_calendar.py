"""The calendar in Chromium: with the arrow keys to a slot, stop it, and back; at a desk and on a tablet."""

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from api.app import create_app
from appointments.models import Slot
from tests.browser.measures import PALE
from tests.browser.test_console import enter, sound
from tests.builders.appointments import a_hall, a_held_place, a_slot, a_type, slots_of_one_day
from tests.builders.console import a_colleague
from tests.serving import serving

if TYPE_CHECKING:
    from playwright.async_api import Page

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("db", "redis_db")]


@pytest.fixture
async def console() -> AsyncIterator[str]:
    async with serving(create_app()) as base:
        yield f"{base}/console"


async def focused(page: "Page") -> str:
    return str(await page.evaluate("() => document.activeElement.getAttribute('href')"))


@pytest.mark.parametrize("width", [820, 1280])
async def test_a_slot_is_found_and_stopped_with_the_keyboard(console: str, desk: "Page", width: int) -> None:
    await desk.set_viewport_size({"width": width, "height": 800})
    faults: list[str] = []
    desk.on("pageerror", lambda fault: faults.append(str(fault)))
    hall = await a_hall()
    of = await a_type(hall=hall)
    first, second, third = await slots_of_one_day(3, of=of, capacity=2)
    monday = first.day - timedelta(days=first.day.weekday())
    other = monday if first.day != monday else monday + timedelta(days=1)
    beside = await a_slot(of=of, starts_at=first.starts_at + (other - first.day))
    left, right = sorted((first, beside), key=lambda one: one.starts_at)
    held, _, _ = await a_held_place(slot=third)
    await a_colleague(("hall_manager", hall.path), username="wangwu")
    await enter(desk, f"{console}/week?day={first.day}&type_id={of.id}")
    await desk.locator("table.slots").wait_for()
    await sound(desk)
    await desk.wait_for_load_state()  # with its styles
    assert await desk.evaluate(PALE) == []

    region = desk.get_by_role("region", name="可左右滚动的表格")
    await region.focus()
    await desk.keyboard.press("Tab")
    assert await focused(desk) == f"/console/week/slot?slot_id={left.id}"
    await desk.keyboard.press("ArrowRight")
    assert await focused(desk) == f"/console/week/slot?slot_id={right.id}"
    await desk.locator(f"a[href$='slot_id={first.id}']").focus()
    await desk.keyboard.press("ArrowDown")
    assert await focused(desk) == f"/console/week/slot?slot_id={second.id}"
    await desk.keyboard.press("ArrowDown")
    await desk.keyboard.press("ArrowDown")  # the edge holds
    assert await focused(desk) == f"/console/week/slot?slot_id={third.id}"
    await desk.keyboard.press("Tab")  # one Tab goes past the calendar
    assert "slot_id" not in await focused(desk)
    await desk.keyboard.press("Shift+Tab")
    await desk.keyboard.press("Enter")

    await desk.get_by_role("heading", name="号段情况").wait_for()
    await sound(desk)
    await desk.get_by_label("暂停预约的原因").fill("设备检修")
    await desk.keyboard.press("Enter")
    await desk.locator("#outcome").get_by_text("已暂停预约").wait_for()
    await desk.get_by_role("button", name="恢复预约").wait_for()
    await desk.locator("#slot .deeds").get_by_text("设备检修").wait_for()
    assert (await Slot.get(id=third.id)).state == "suspended"
    await sound(desk)
    await desk.get_by_role("link", name=held.code).click()
    await desk.get_by_role("heading", name="谁在何时做了什么").wait_for()
    await sound(desk)
    await desk.get_by_role("link", name="月视图").click()
    await desk.locator("table.month").wait_for()
    await sound(desk)
    await desk.wait_for_load_state()  # with its styles
    assert await desk.evaluate(PALE) == []
    assert faults == []
