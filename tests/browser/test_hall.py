"""In the hall, in Chromium: the big screen, the kiosk under a finger, the calling desk within three clicks."""

import asyncio
from collections.abc import AsyncIterator
from typing import TYPE_CHECKING, Any

import pytest

from api.app import create_app
from api.hall import display
from appointments import checkin, kiosks
from appointments.hall_models import Ticket
from catalogue.models import Department, Hall
from foundation.actor import Actor
from miniprogram_bff.app import create_app as create_bff
from tests.browser.citizen import signed_in_with
from tests.browser.test_console import enter, sound
from tests.builders import identity
from tests.builders.appointments import STAFF, a_hall, a_held_place, a_slot_of_today, a_type
from tests.builders.console import a_colleague
from tests.builders.doors import sign_in
from tests.builders.hall_queue import a_department, a_walk_in, next_at
from tests.foundation.wire import wire_to
from tests.serving import serving

if TYPE_CHECKING:
    from playwright.async_api import Page, Route

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("db", "redis_db")]

CUT_OFF = """() => [...document.querySelectorAll('header, main, aside section, .calls, footer')].filter((one) => {
  const box = one.getBoundingClientRect();
  return box.right > innerWidth + 1 || box.bottom > innerHeight + 1 || one.scrollWidth > one.clientWidth + 1; })
  .map((one) => one.className || one.tagName)"""
SMALL = "() => [...document.querySelectorAll('button')].filter((one) => one.getBoundingClientRect().height < 72).length"


@pytest.fixture
async def house() -> AsyncIterator[str]:
    display._looks.clear()
    async with serving(create_app()) as base:
        yield base


@pytest.fixture
async def hall() -> Hall:
    return await a_hall()


@pytest.fixture
async def police(hall: Hall) -> Department:
    return await a_department(hall=hall)


async def a_kiosk(page: "Page", house: str, hall: Hall) -> kiosks.NewKiosk:
    made = await kiosks.set_up(hall_code=hall.code, name="一楼", by=STAFF)
    await page.goto(f"{house}/kiosk/{hall.code}#key={made.key}")
    await page.get_by_role("heading", name="请选择").wait_for()
    return made


async def tap_number(page: "Page", number: str) -> None:
    for digit in number:
        await page.get_by_role("button", name=digit, exact=True).click()


@pytest.mark.parametrize("size", [(1920, 1080), (1080, 1920)])
async def test_the_screen_shows_a_new_call_large_and_flashing(
    house: str, desk: "Page", hall: Hall, police: Department, size: tuple[int, int]
) -> None:
    await desk.set_viewport_size({"width": size[0], "height": size[1]})
    for _ in range(12):
        await a_walk_in(hall, police)
    await next_at(hall, "1")
    await desk.goto(f"{house}/display/{hall.code}")
    await desk.locator("#calls").get_by_text("W001").wait_for()
    assert await desk.locator("#calls .new").count() == 0  # what was there already does not flash
    await next_at(hall, "2")
    await desk.locator("#calls .new").get_by_text("W002").wait_for()
    assert await desk.locator("#calls li").all_inner_texts() == ["W002\n2", "W001\n1"]
    assert await desk.locator("#next li").first.inner_text() == "W003"
    height = await desk.locator("#calls li").first.evaluate("one => parseFloat(getComputedStyle(one).fontSize)")
    assert height > 90
    for n in range(3, 9):
        await next_at(hall, str(n))
    await desk.locator("#calls").get_by_text("W008").wait_for()
    assert await desk.evaluate(CUT_OFF) == []


async def test_the_screen_comes_back_after_its_line_was_cut(
    house: str, desk: "Page", hall: Hall, police: Department
) -> None:
    async with wire_to(house) as (wire, through):
        for _ in range(2):
            await a_walk_in(hall, police)
        await desk.goto(f"{through}/display/{hall.code}")
        await desk.locator("#next").get_by_text("W001").wait_for()
        await wire.cut()
        await desk.get_by_text("正在重新连接").wait_for()
        assert await desk.locator("#next").get_by_text("W001").is_visible()  # what it knew stays to be read
        await next_at(hall, "1")
        await wire.mend()
        await desk.locator("#calls").get_by_text("W001").wait_for()
        assert await desk.locator("#link").inner_text() == ""


# An EventSource that connects and then says nothing, as over a line that died without a word.
SILENT = """window.lines = []; window.EventSource = class {
  constructor() { this.readyState = 1; window.lines.push(this); }
  addEventListener() {} close() { this.readyState = 2; } };
EventSource.CLOSED = 2;"""


async def test_a_screen_that_hears_nothing_calls_again(house: str, desk: "Page", hall: Hall) -> None:
    await desk.clock.install()
    await desk.add_init_script(SILENT)
    await desk.goto(f"{house}/display/{hall.code}")
    await desk.clock.run_for(39_000)
    assert await desk.evaluate("window.lines.length") == 1
    await desk.clock.run_for(3_000)
    assert await desk.evaluate("window.lines.map((one) => one.readyState)") == [2, 1]
    assert "正在重新连接" in await desk.locator("#link").inner_text()
    await desk.evaluate("() => { window.lines[1].readyState = 2; window.lines[1].onerror(); }")  # turned away
    await desk.clock.run_for(12_000)
    assert await desk.evaluate("window.lines.length") == 3


async def test_a_kiosk_without_a_line_says_so_and_comes_back_by_itself(
    house: str, desk: "Page", hall: Hall, police: Department
) -> None:
    await desk.clock.install()
    async with wire_to(house) as (wire, through):
        await a_kiosk(desk, through, hall)
        await wire.cut()
        await desk.get_by_role("button", name="现场取号").click()
        await desk.get_by_role("heading", name="网络没有连上").wait_for()
        assert "到咨询台" in await desk.locator("main").inner_text()
        await desk.clock.run_for(11_000)
        await desk.get_by_role("heading", name="网络没有连上").wait_for()
        await wire.mend()
        await desk.clock.run_for(11_000)
        await desk.get_by_role("heading", name="请选择").wait_for()


async def test_a_number_whose_answer_got_lost_is_the_same_when_asked_again(
    house: str, desk: "Page", hall: Hall, police: Department
) -> None:
    number = identity.id_number()
    await a_kiosk(desk, house, hall)
    await desk.get_by_role("button", name="现场取号").click()
    await desk.get_by_role("button", name=police.name).click()
    taken: list[int] = []

    async def answered_into_the_void(route: Any) -> None:
        taken.append((await route.fetch()).status)
        await route.abort()

    await desk.route("**/walk-in", answered_into_the_void)
    await desk.keyboard.type(number)
    await desk.keyboard.press("Enter")
    await desk.get_by_role("alert").get_by_text("网络没有连上").wait_for()
    await desk.unroute("**/walk-in")
    await desk.keyboard.type(number)
    await desk.keyboard.press("Enter")
    await desk.get_by_role("alert").get_by_text("排队号 W001").wait_for()
    assert taken == [200]
    assert await Ticket.filter(hall=hall).count() == 1


@pytest.mark.parametrize("size", [(1080, 1920), (1280, 800)])
async def test_a_walk_in_at_the_kiosk_leaves_nothing_behind(
    house: str, desk: "Page", hall: Hall, police: Department, size: tuple[int, int]
) -> None:
    await desk.set_viewport_size({"width": size[0], "height": size[1]})
    await a_kiosk(desk, house, hall)
    assert "key=" not in desk.url
    number = identity.id_number()
    await desk.get_by_role("button", name="现场取号").click()
    await desk.get_by_role("button", name=police.name).click()
    assert await desk.evaluate(SMALL) == 0
    await tap_number(desk, number)
    assert number[:6] not in await desk.locator("body").inner_text()
    await desk.get_by_role("button", name="确定").click()
    await desk.get_by_role("heading", name="取号成功").wait_for()
    assert await desk.locator(".number").inner_text() == "W001"
    assert number[:6] not in await desk.content()
    await desk.get_by_role("button", name="完成").click()
    await desk.get_by_role("button", name="现场取号").click()
    await desk.get_by_role("button", name=police.name).click()
    assert await desk.locator(".typed").inner_text() == ""
    await desk.keyboard.type(number)  # a card reader types
    await desk.keyboard.press("Enter")
    await desk.get_by_role("alert").get_by_text("排队号 W001").wait_for()
    assert await desk.locator(".typed").inner_text() == ""
    assert await desk.evaluate("() => Object.keys(localStorage).length + document.cookie.length") == 1  # the key alone


async def test_a_kiosk_that_is_left_alone_goes_home(house: str, desk: "Page", hall: Hall, police: Department) -> None:
    await desk.clock.install()
    await a_kiosk(desk, house, hall)
    await desk.get_by_role("button", name="刷身份证签到").click()
    await desk.keyboard.type("1101051949")
    await desk.clock.run_for(50_000)
    assert "秒后返回" in await desk.locator("#left").inner_text()
    await desk.clock.run_for(11_000)
    await desk.get_by_role("heading", name="请选择").wait_for()
    await desk.get_by_role("button", name="刷身份证签到").click()
    assert await desk.locator(".typed").inner_text() == ""


async def test_a_late_answer_does_not_take_the_next_screen_away(house: str, desk: "Page", hall: Hall) -> None:
    await a_kiosk(desk, house, hall)
    asked, may_go, over = asyncio.Event(), asyncio.Event(), asyncio.Event()

    async def late(route: "Route") -> None:
        asked.set()
        await may_go.wait()
        await route.continue_()

    desk.on("requestfinished", lambda one: over.set() if one.url.endswith("/departments") else None)
    await desk.route("**/departments", late)
    await desk.get_by_role("button", name="现场取号").click()
    await asked.wait()
    await desk.get_by_role("button", name="刷身份证签到").click()
    await desk.keyboard.type("110105")
    may_go.set()
    await over.wait()
    await desk.evaluate("() => new Promise((then) => setTimeout(then))")  # what waited for the answer has run
    assert await desk.locator(".typed").inner_text() == "●●●●●5"


async def test_a_kiosk_checks_in_by_the_code_and_stops_when_it_is_revoked(house: str, desk: "Page") -> None:
    of = await a_type(check_in_early_minutes=1440)
    hall = await of.hall
    held, _, _ = await a_held_place(slot=await a_slot_of_today(of=of))
    made = await a_kiosk(desk, house, hall)
    await desk.get_by_role("button", name="预约签到").click()
    await tap_number(desk, held.code)
    await desk.get_by_role("button", name="确定").click()
    await desk.locator(".number").get_by_text("A001").wait_for()
    await kiosks.revoke(kiosk_id=made.id, hall_code=hall.code, by=STAFF)
    await desk.reload()
    await desk.get_by_role("heading", name="本机尚未启用或已停用").wait_for()


@pytest.mark.parametrize("width", [390, 1280])
async def test_the_next_is_called_within_three_clicks_of_the_consoles_home(
    house: str, desk: "Page", hall: Hall, police: Department, width: int
) -> None:
    await desk.set_viewport_size({"width": width, "height": 844})
    taxes = await a_department(hall=hall, name="税务窗口")
    await a_colleague(("window", hall.path), username="wangwu")
    await enter(desk, f"{house}/console/day")
    await desk.wait_for_url("**/console/day")
    await desk.get_by_role("button", name="取号", exact=True).click()
    await desk.locator("#outcome").get_by_text("排队号 W001").wait_for()
    await desk.get_by_role("button", name="老年人优先取号").click()
    await desk.locator("#queue").get_by_text("P001").wait_for()
    await desk.get_by_label("我的窗口").fill("3")
    await desk.keyboard.press("Tab")
    await desk.goto(f"{house}/console/")  # the window is remembered: one click from home is enough
    await desk.get_by_role("button", name="呼叫下一号").click()
    await desk.get_by_role("button", name="办结 P001").wait_for()
    await sound(desk)

    await desk.goto(f"{house}/console/day")
    await desk.get_by_role("button", name="挂起 P001").click()
    await desk.get_by_role("button", name="恢复排队 P001").wait_for()
    await desk.get_by_role("button", name="呼叫下一位").click()
    await desk.get_by_role("button", name="办结 W001").wait_for()
    await desk.get_by_text("转办到哪里").click()
    await desk.locator("#move-department").select_option(taxes.code)
    await desk.get_by_role("button", name="转办 W001").click()
    await desk.locator("#outcome").get_by_text("已转办").wait_for()
    assert (await Ticket.get(number="W001")).department_id == taxes.id
    await desk.get_by_role("button", name="呼叫 P001").click()
    await desk.get_by_role("button", name="办结 P001").wait_for()
    await sound(desk)


@pytest.mark.parametrize("width", [390, 1280])
async def test_windows_and_kiosks_are_set_up_in_the_console(
    house: str, desk: "Page", hall: Hall, police: Department, width: int
) -> None:
    await desk.set_viewport_size({"width": width, "height": 844})
    await a_colleague(("hall_manager", hall.path), username="wangwu")
    await enter(desk, f"{house}/console/hall")
    await desk.get_by_role("heading", name="大厅设置").wait_for()
    await sound(desk)
    await desk.get_by_label("窗口号").fill("5")
    await desk.get_by_label(police.name).check()
    await desk.get_by_role("button", name="保存窗口").click()
    await desk.locator("#lists").get_by_text(police.name).wait_for()
    await desk.get_by_label("名称").fill("一楼东侧")
    await desk.get_by_role("button", name="启用").click()
    await desk.locator("#outcome").get_by_text(f"/kiosk/{hall.code}#key=").wait_for()
    desk.on("dialog", lambda dialog: dialog.accept())
    await desk.get_by_role("button", name="停用 一楼东侧").click()
    await desk.locator("#outcome").get_by_text("已停用").wait_for()
    await sound(desk)


async def test_a_citizen_watches_the_own_place_on_the_phone(phone: "Page") -> None:
    of = await a_type(check_in_early_minutes=1440)
    hall = await of.hall
    slot = await a_slot_of_today(of=of, capacity=2)
    first, citizen = await identity.citizen(), await identity.citizen()
    held = [(await a_held_place(slot=slot, by=Actor.citizen(one.id)))[0] for one in (first, citizen)]
    for one in held:
        await checkin.admit(code=one.code, hall_code=hall.code, by=STAFF)
    token = (await sign_in(citizen))["Authorization"].removeprefix("Bearer ")
    async with serving(create_bff()) as base:
        await phone.clock.install()
        await signed_in_with(phone, f"{base}/h5/", token)
        await phone.goto(f"{base}/h5/#/booking/{held[1].code}")
        await phone.get_by_text("1 位").wait_for()
        assert "分钟" in await phone.locator(".in-line").inner_text()
        for window in ("1", "2"):
            await next_at(hall, window)
        await phone.clock.run_for(16_000)
        await phone.get_by_text("请到窗口 2").wait_for()
