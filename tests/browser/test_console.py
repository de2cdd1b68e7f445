"""The staff console in Chromium: at 390 and 1280 pixels, with the keyboard, without anything from elsewhere."""

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from api.app import create_app
from appointments.models import Schedule, Slot
from foundation import clock
from tests.builders.appointments import a_citizen, a_hall, a_held_place, a_slot, a_type
from tests.builders.console import a_colleague
from tests.builders.identity import PASSWORD
from tests.serving import serving

if TYPE_CHECKING:
    from playwright.async_api import Page

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("db", "redis_db")]

# What a blind or a keyboard user misses first: fields and buttons without a name, small targets, a page that overflows.
NAMELESS = """() => [...document.querySelectorAll('input:not([type=hidden]), select, button, a[href]')].filter((one) =>
  one.offsetParent && !(one.labels?.length || one.textContent.trim() || one.getAttribute('aria-label')))
  .map((one) => one.outerHTML)"""
SMALL = """() => [...document.querySelectorAll('input:not([type=hidden], [type=checkbox]), select, button, a[href]')]
  .filter((one) => one.offsetParent && !one.classList.contains('skip') && one.getBoundingClientRect().height < 44)
  .map((one) => one.outerHTML)"""
DOUBLE_IDS = """() => { const ids = [...document.querySelectorAll('[id]')].map((one) => one.id);
  return ids.filter((one, place) => ids.indexOf(one) !== place); }"""
OVERFLOW = "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"


@pytest.fixture
async def console() -> AsyncIterator[str]:
    async with serving(create_app()) as base:
        yield f"{base}/console"


async def sound(page: "Page") -> None:
    await page.wait_for_load_state()  # with its styles
    assert await page.evaluate(NAMELESS) == []
    assert await page.evaluate(SMALL) == []
    assert await page.evaluate(DOUBLE_IDS) == []
    assert await page.evaluate(OVERFLOW) <= 0
    assert await page.locator("h1").count() == 1
    assert await page.locator("html").get_attribute("lang") == "zh-CN"
    assert await page.title()


async def enter(page: "Page", address: str, username: str = "wangwu") -> None:
    await page.goto(address)
    await page.get_by_label("用户名").fill(username)
    await page.get_by_label("密码").fill(PASSWORD)
    await page.get_by_role("button", name="登录").click()
    await page.wait_for_url(lambda url: "/login" not in url)  # and until its styles have come: tests measure them


async def test_signing_in_with_the_keyboard_alone(console: str, desk: "Page") -> None:
    await a_type()
    await a_colleague(("hall_manager", ""), username="wangwu")
    await desk.goto(f"{console}/week")
    await sound(desk)
    await desk.keyboard.type("wangwu")  # the first field has the focus
    await desk.keyboard.press("Tab")
    await desk.keyboard.type("a-wrong-password-1")
    await desk.keyboard.press("Enter")
    await desk.get_by_role("alert").get_by_text("用户名或密码不正确").wait_for()
    await sound(desk)
    assert await desk.get_by_label("用户名").input_value() == "wangwu"
    await desk.keyboard.type(PASSWORD)  # and now the password has it
    await desk.keyboard.press("Enter")
    await desk.wait_for_url("**/console/week")
    await desk.keyboard.press("Tab")
    assert await desk.evaluate("document.activeElement.textContent") == "跳到主要内容"


@pytest.mark.parametrize("width", [390, 768, 1280])
async def test_a_timetable_becomes_slots(console: str, desk: "Page", width: int) -> None:
    await desk.set_viewport_size({"width": width, "height": 844})
    faults: list[str] = []
    desk.on("pageerror", lambda error: faults.append(str(error)))
    of = await a_type(hall=await a_hall())
    await a_colleague(("hall_manager", ""), username="wangwu")
    await enter(desk, f"{console}/schedule")
    await desk.wait_for_url("**/console/schedule")
    await sound(desk)

    await desk.get_by_role("button", name="删除时段").last.click()
    await desk.get_by_role("button", name="增加时段").click()
    afternoon = desk.get_by_role("group", name="时段").last
    await afternoon.get_by_label("六").check(force=True)
    await afternoon.get_by_label("开始").fill("11:30")
    await desk.get_by_role("button", name="预览并保存").click()
    await desk.locator("#outcome").get_by_text("重叠").first.wait_for()
    assert await afternoon.get_by_label("开始").input_value() == "11:30"  # what was typed is still there

    await afternoon.get_by_label("开始").fill("14:00")
    await afternoon.get_by_label("结束").fill("16:00")
    await desk.get_by_role("button", name="试排两周").click()
    await desk.get_by_role("heading", name="试排结果").wait_for()
    assert await desk.locator(".plan tbody tr").count() == 14
    await sound(desk)
    assert await Schedule.all().count() == 0

    await desk.get_by_role("button", name="预览并保存").click()
    await desk.get_by_role("heading", name="变更预览").wait_for()
    await sound(desk)
    assert await Schedule.all().count() == 0
    await desk.get_by_role("button", name="应用").click()
    await desk.get_by_text("已由 王五").wait_for()
    await desk.get_by_role("link", name="返回排班").click()
    await desk.locator("#beside").get_by_text("周一至周六").first.wait_for()
    await desk.get_by_role("button", name="生成号源", exact=True).click()
    await desk.locator("#outcome").get_by_text("号源已是最新").wait_for()
    await desk.locator("#beside").get_by_text("应用变更").wait_for()
    assert await Slot.filter(type=of).count() > 0
    await sound(desk)
    assert faults == []


@pytest.mark.parametrize("width", [390, 1280])
async def test_a_visitor_is_checked_in_called_and_done(console: str, desk: "Page", width: int) -> None:
    await desk.set_viewport_size({"width": width, "height": 844})
    # Booked straight into a slot that begins now: a citizen would have booked before.
    hall = await a_hall()
    of = await a_type(hall=hall, check_in_late_minutes=1440, check_in_early_minutes=1440)
    slot = await a_slot(of=of, capacity=2, starts_at=clock.now(), close_at=clock.now() + timedelta(hours=1))
    first, _, _ = await a_held_place(slot=slot, by=await a_citizen(name="张三"))
    second, _, _ = await a_held_place(slot=slot, by=await a_citizen(name="李四"))
    await a_colleague(("window", hall.path), username="wangwu")
    await enter(desk, f"{console}/day")
    await desk.wait_for_url("**/console/day")
    await sound(desk)

    await desk.get_by_label("预约码、身份证号，或扫描手机上的签到码").fill("NOSUCHCODE")
    await desk.keyboard.press("Enter")
    await desk.locator("#outcome").get_by_text("没有找到这个预约").wait_for()
    assert await desk.locator("#code").input_value() == "NOSUCHCODE"
    await desk.locator("#code").fill(first.code)
    await desk.keyboard.press("Enter")
    await desk.locator("#outcome").get_by_text("排队号 A001").wait_for()
    assert await desk.locator("#code").input_value() == ""
    await desk.get_by_role("button", name=f"为 李* {second.code} 签到").click()
    await desk.locator("#outcome").get_by_text("排队号 A002").wait_for()
    await desk.locator("#queue").get_by_text("A002").wait_for()

    await desk.get_by_label("我的窗口").fill("3")
    await desk.get_by_role("button", name="呼叫下一位").click()
    await desk.get_by_role("button", name="办结 A001").wait_for()
    await sound(desk)
    await desk.get_by_role("button", name="过号 A001").click()
    await desk.locator("#queue").get_by_text("过号").wait_for()
    await desk.get_by_role("button", name="重呼 A001").click()
    await desk.locator("#outcome").get_by_text("第 2 次").wait_for()
    await desk.get_by_role("button", name="办结 A001").click()
    await desk.locator("#outcome").get_by_text("A001 已办结").wait_for()
    await desk.locator("#sheet .finished").wait_for()
    await desk.reload()
    assert await desk.get_by_label("我的窗口").input_value() == "3"  # remembered by this browser
    await desk.goto(f"{console}/week")
    await sound(desk)


async def test_a_session_that_ends_keeps_the_form(console: str, desk: "Page") -> None:
    await a_type()
    await a_colleague(("hall_manager", ""), username="wangwu")
    await enter(desk, f"{console}/special-days")
    await desk.wait_for_url("**/console/special-days")
    await desk.locator("#reason-1").fill("设备检修")
    await desk.locator("#day-1").fill(f"{clock.today().year + 1}-01-15")
    await desk.context.clear_cookies()
    await desk.get_by_role("button", name="预览").first.click()
    await desk.get_by_role("link", name="在新窗口登录").wait_for()
    assert await desk.locator("#reason-1").input_value() == "设备检修"
