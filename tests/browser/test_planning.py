"""Planning in Chromium: two more windows in three clicks, people decided about one by one, every page sound."""

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from api.app import create_app
from appointments import special_days
from appointments.models import Appointment
from foundation import clock
from tests.browser.test_console import enter, sound
from tests.builders.appointments import STAFF, a_citizen, a_hall, a_held_place
from tests.builders.console import a_colleague
from tests.builders.planning import a_planned_type, periods, slots_on, workday
from tests.serving import serving

if TYPE_CHECKING:
    from playwright.async_api import Page

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("db", "redis_db")]

PAGES = ("schedule", "special-days", "slots", "types", "left-over", "quick/open-more", "calendar")


@pytest.fixture
async def console() -> AsyncIterator[str]:
    async with serving(create_app()) as base:
        await a_colleague(("hall_manager", ""), ("admin", ""), username="wangwu", display_name="王五")
        yield f"{base}/console"


async def a_city():
    """A hall with a business of all shares, a special day and a citizen in the first slot."""
    hall = await a_hall(code="H")
    shared = periods("09:00", "16:00", slot_minutes=60, windows=10, online_percent=60, priority_percent=20,
                     staff_percent=10, buffer_minutes=10)  # fmt: skip
    of, day = await a_planned_type(shared, hall=hall), await workday()
    free = [one for one in await slots_on(of, day) if one.share == "public"]
    return hall, of, day, free


@pytest.mark.parametrize("width", [820, 1280])
async def test_every_page_of_planning_is_sound(console: str, desk: "Page", width: int) -> None:
    await desk.set_viewport_size({"width": width, "height": 900})
    hall, _, day, (slot, *_) = await a_city()
    await a_held_place(slot=slot)
    await special_days.add(hall_code=hall.code, day=day, kind="closed", reason="停电检修", by=STAFF)  # one is left over
    await enter(desk, f"{console}/schedule")
    await desk.wait_for_url("**/console/schedule")
    for name in PAGES:
        await desk.goto(f"{console}/{name}?day={day}" if name == "slots" else f"{console}/{name}")
        await sound(desk)
        assert await desk.get_by_role("link", name="设置", exact=True).get_attribute("href")


async def test_two_more_windows_tomorrow_afternoon_take_three_clicks(console: str, desk: "Page") -> None:
    hall, of, _, _ = await a_city()
    tomorrow = clock.today() + timedelta(days=1)
    await special_days.add(hall_code=hall.code, day=tomorrow, kind="open", reason="明天照常办理", by=STAFF)
    await enter(desk, f"{console}/")
    await desk.get_by_role("link", name="明天下午加开两个窗口").click()
    await desk.get_by_role("button", name="预览").click()
    await desk.get_by_text("增减窗口 +2 个窗口").wait_for()
    await desk.get_by_role("button", name="应用").click()
    await desk.get_by_text("已由 王五").wait_for()
    afternoon = [one for one in await slots_on(of, tomorrow) if clock.shanghai(one.starts_at).hour >= 12]
    assert {one.capacity for one in afternoon if one.share == "public"} == {7}  # of twelve windows instead of ten


async def test_each_person_is_decided_about(console: str, desk: "Page") -> None:
    _, _, day, (first, second, *_) = await a_city()
    moved, _, _ = await a_held_place(slot=first, by=await a_citizen(name="张三"))
    other, _, _ = await a_held_place(slot=second, by=await a_citizen(name="李四"))
    await enter(desk, f"{console}/special-days")
    await desk.wait_for_url("**/console/special-days")
    closing = desk.get_by_role("region", name="停止办理或加开")
    await closing.get_by_label("日期").fill(day.isoformat())
    await closing.get_by_label("原因").fill("停电检修")
    await closing.get_by_role("button", name="预览").click()
    await desk.get_by_role("heading", name="受影响的预约人").wait_for()
    await sound(desk)

    await desk.get_by_role("button", name="应用").click()
    await desk.locator("#outcome").get_by_text("还没有选择").first.wait_for()
    await desk.get_by_label("未单独选择的人").select_option("cancel")
    await desk.get_by_label("改期或取消的原因").fill("停电检修")
    await desk.get_by_label(f"张* {moved.code} 的安排").select_option(label="改期")
    await desk.get_by_role("button", name="应用").click()
    await desk.get_by_text("取消并通知 1 人").wait_for()
    await desk.get_by_text("改期 1 人").wait_for()
    states = {row.id: row.state for row in await Appointment.all()}
    assert (states[moved.id], states[other.id]) == ("rescheduled", "office_cancelled")
