"""自助终端: the citizens' client on a hall's touch screen, which belongs to nobody and forgets everybody."""

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from assistant import knowledge
from catalogue import shelf
from foundation import clock
from miniprogram_bff.app import create_app
from tests.browser.citizen import drawn, signed_in_with
from tests.browser.measures import NAMELESS, OVERFLOW
from tests.builders import identity
from tests.builders.appointments import a_type
from tests.builders.assistant import next_edition, publish
from tests.builders.doors import sign_in
from tests.serving import serving

if TYPE_CHECKING:
    from playwright.async_api import Page

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("db", "redis_db")]

STORED = "() => Object.keys(localStorage).filter((one) => one.startsWith('zhijianban.')).sort()"


async def go(page: "Page", h5: str, address: str) -> None:
    await page.goto(f"{h5}/#/{address}")
    await drawn(page)


async def test_a_touch_screen_forgets_who_stood_there(desk: "Page") -> None:
    knowledge.forget()
    shelf.forget()
    item = await publish("居住证申领", materials="居民身份证。", steps="到窗口受理。")
    await next_edition()
    hall = await (await a_type(item_codes=[item.item_code])).hall
    token = (await sign_in(await identity.citizen()))["Authorization"].removeprefix("Bearer ")
    start = clock.now()
    await desk.clock.set_fixed_time(start)  # its timers go on: what time it is, we say
    async with serving(create_app()) as bff:
        h5 = f"{bff}/h5"
        await signed_in_with(desk, h5, token)
        await go(desk, h5, "home")
        await go(desk, h5, f"kiosk?hall={hall.code}")
        await desk.get_by_role("heading", level=1, name=hall.name).wait_for()
        await desk.locator("h1:focus").wait_for()  # read aloud, and no ring while nobody has touched a key
        assert await desk.locator("h1").evaluate("one => getComputedStyle(one).outlineStyle") == "none"
        assert await desk.evaluate(STORED) == ["zhijianban.kiosk"]  # who was signed in there is not any more
        assert await desk.evaluate(NAMELESS) == []
        assert await desk.evaluate(OVERFLOW) == []

        await desk.get_by_role("link", name="大厅预约").click()
        await desk.get_by_role("img", name="在手机上打开的二维码").wait_for()
        await desk.get_by_role("button", name="返回首页").click()
        await desk.get_by_role("link", name="问一问").click()
        await desk.get_by_label("您的问题").fill("居住证申领")
        await desk.keyboard.press("Enter")
        await desk.get_by_role("heading", name="居住证申领").wait_for()
        assert "zhijianban.own.conversation" in await desk.evaluate(STORED)
        await desk.get_by_label("您的问题").fill("我叫李四")

        left = desk.get_by_role("status").filter(has_text="秒后返回首页")
        await desk.clock.set_fixed_time(start + timedelta(seconds=47))
        await left.get_by_text("13 秒").wait_for()
        await desk.get_by_role("heading", level=1, name="问一问").click()
        await desk.clock.set_fixed_time(start + timedelta(seconds=47 + 50))
        await left.get_by_text("10 秒").wait_for()
        assert await desk.get_by_label("您的问题").input_value() == "我叫李四"  # it was touched: nothing is lost
        await desk.clock.set_fixed_time(start + timedelta(seconds=47 + 60))
        await desk.get_by_role("heading", level=1, name=hall.name).wait_for()
        kept = await desk.evaluate(STORED)
        assert set(kept) <= {"zhijianban.kiosk", f"zhijianban.seen./v1/halls/{hall.code}"}
        await desk.get_by_role("link", name="问一问").click()
        await desk.get_by_text("您好，请用自己的话说要办的事").wait_for()
        assert await desk.get_by_label("您的问题").input_value() == ""
        assert await desk.locator(".said").count() == 0

        await go(desk, h5, "kiosk?off=1")
        await desk.get_by_role("heading", level=1, name="您想办什么？").wait_for()
        assert "zhijianban.kiosk" not in await desk.evaluate(STORED)
    knowledge.forget()
    shelf.forget()
