"""候补 and 改约 in the citizens' application, 390 pixels wide."""

from collections.abc import AsyncIterator
from typing import TYPE_CHECKING

import pytest

from appointments import booking
from foundation import clock
from identity.models import Citizen
from miniprogram_bff.app import create_app
from tests.browser.citizen import signed_in_with
from tests.browser.test_console import NAMELESS, OVERFLOW
from tests.builders.appointments import a_citizen, a_held_place, a_type, slots_of_one_day
from tests.builders.doors import sign_in
from tests.serving import serving

if TYPE_CHECKING:
    from playwright.async_api import Page

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("db", "redis_db")]


@pytest.fixture
async def h5() -> AsyncIterator[str]:
    async with serving(create_app()) as base:
        yield f"{base}/h5/"


async def sound(page: "Page") -> None:
    await page.wait_for_load_state()  # with its styles
    assert await page.evaluate(NAMELESS) == []
    assert await page.evaluate(OVERFLOW) <= 0
    assert await page.locator("h1").count() == 1


async def signed_in(page: "Page", address: str) -> None:
    headers = await sign_in(await Citizen.get(id=(await a_citizen()).number))
    await signed_in_with(page, address, headers["Authorization"].removeprefix("Bearer "))


async def test_waiting_for_a_full_slot_and_then_moving(h5: str, phone: "Page") -> None:
    faults: list[str] = []
    phone.on("pageerror", lambda error: faults.append(str(error)))
    of = await a_type()
    full, other, free = await slots_of_one_day(3, of=of)
    held, holder, _ = await a_held_place(slot=full)
    await a_held_place(slot=other)
    await signed_in(phone, h5)
    await phone.goto(f"{h5}#/book/{(await of.hall).code}/{of.code}")
    await phone.get_by_role("button", name="约满可候补").first.click()
    await sound(phone)
    await phone.get_by_role("button", name="加入候补").click()
    await phone.get_by_text("第 1 位").wait_for()
    await sound(phone)

    await booking.cancel(code=held.code, by=holder)
    await phone.get_by_role("link", name="我的候补").click()
    await phone.get_by_role("link", name="有号待确认").click()
    await phone.get_by_role("button", name="不需要了").wait_for()
    await sound(phone)
    await phone.get_by_role("button", name="确认预约").click()
    await phone.get_by_role("link", name="改约").click()
    await phone.get_by_role("heading", name="改约").wait_for()
    assert await phone.get_by_role("button", name="现在的时间").is_disabled()
    await phone.get_by_role("button", name="约满可候补").click()
    assert await phone.get_by_role("button", name="确认改约").is_disabled()  # one moves to free ones only
    await phone.get_by_text("改约请选有余号的时段").wait_for()
    await phone.locator(".slot").filter(has_text=clock.shanghai(free.starts_at).strftime("%H:%M–")).click()
    await sound(phone)
    await phone.get_by_role("button", name="确认改约").click()
    async with phone.expect_download() as download:
        await phone.get_by_role("button", name="加入日历").click()
    assert (await download.value).suggested_filename.endswith(".ics")
    await phone.goto(f"{h5}#/waits")
    await phone.get_by_text("候补成功").wait_for()
    await sound(phone)
    assert faults == []
