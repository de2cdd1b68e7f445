"""摇号 on a phone and at the console."""

from collections.abc import AsyncIterator
from typing import TYPE_CHECKING

import pytest

from api.app import create_app as create_api
from appointments import draw, draw_rules
from appointments.draw_rules import Rule
from appointments.models import AppointmentType
from identity.models import Citizen
from miniprogram_bff.app import create_app
from tests.browser import test_console as at_the_console
from tests.browser.citizen import signed_in_with
from tests.browser.test_waiting import sound
from tests.builders.appointments import STAFF, a_citizen, a_hall, a_type
from tests.builders.console import a_colleague
from tests.builders.doors import sign_in
from tests.builders.draws import a_draw, held, registered
from tests.serving import serving

if TYPE_CHECKING:
    from playwright.async_api import Page

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("db", "redis_db")]


@pytest.fixture
async def h5() -> AsyncIterator[str]:
    async with serving(create_app()) as base:
        yield f"{base}/h5/"


@pytest.fixture
async def console() -> AsyncIterator[str]:
    async with serving(create_api()) as base:
        yield f"{base}/console"


async def test_entering_changing_and_the_result(h5: str, phone: "Page") -> None:
    faults: list[str] = []
    phone.on("pageerror", lambda error: faults.append(str(error)))
    one, _ = await a_draw(slots=3)
    of = await AppointmentType.get(id=one.type_id)  # type: ignore[attr-defined]
    await phone.goto(f"{h5}#/book/{(await of.hall).code}/{of.code}")
    await phone.get_by_role("link", name="登记中").click()
    await phone.get_by_text(one.seed_hash).wait_for()  # whoever is not signed in sees what will be drawn
    await sound(phone)
    headers = await sign_in(await Citizen.get(id=(await a_citizen()).number))
    await signed_in_with(phone, h5, headers["Authorization"].removeprefix("Bearer "))
    await phone.goto(f"{h5}#/draw/{one.code}")
    enter = phone.get_by_role("button", name="登记", exact=True)
    await enter.wait_for()
    assert await enter.is_disabled()
    times = phone.get_by_role("group", name="志愿").get_by_role("button")
    await times.nth(2).click()
    await times.nth(0).click()
    assert await times.nth(0).inner_text() == f"{(await times.nth(0).inner_text()).splitlines()[0]}\n第 2 志愿"
    await enter.click()
    await phone.get_by_role("heading", name="我的登记").wait_for()
    await sound(phone)
    await phone.get_by_role("button", name="其他时段").click()
    await phone.get_by_role("button", name="保存志愿").click()
    await phone.get_by_text("其他时段也可以").wait_for()

    await registered(one, 2)
    await held(one)
    await phone.get_by_role("link", name="我的摇号").click()
    await phone.get_by_role("link", name="已中签").click()
    await phone.get_by_text(one.seed).wait_for()
    assert "共 3 份登记" in await phone.locator("main").inner_text()
    async with phone.expect_download() as saved:
        await phone.get_by_role("button", name="下载摇号结果").click()
    assert (await saved.value).suggested_filename == f"draw-{one.code}.json"
    await sound(phone)
    await phone.get_by_role("link", name="查看预约").click()
    await phone.get_by_role("heading", name=of.name).wait_for()
    assert faults == []


@pytest.mark.parametrize("width", [1280, 820, 390])
async def test_the_console_calls_a_draw_off(console: str, desk: "Page", width: int) -> None:
    await desk.set_viewport_size({"width": width, "height": 900})
    hall = await a_hall()
    of = await a_type(hall=hall, name="不动产登记")
    await draw_rules.change(type_id=of.id, rule=Rule(), by=STAFF)
    one, _ = await a_draw(of=of, places=20)
    await registered(one, 3)
    two, _ = await a_draw(of=await a_type(hall=hall, name="婚姻登记", release_mode="draw"), places=2)
    await registered(two, 3)
    await held(two)
    off, _ = await a_draw(of=await a_type(hall=hall, name="居住证办理", release_mode="draw"))
    await draw.cancel(code=off.code, by=STAFF, reason="设备检修")
    await a_colleague(("hall_manager", hall.path), username="wangwu")
    await at_the_console.enter(desk, f"{console}/draws")
    await desk.get_by_role("heading", name="历次摇号").wait_for()
    await at_the_console.sound(desk)
    await desk.get_by_text("取消这次摇号").click()
    await desk.get_by_label("原因，将告知已登记的人").fill("系统升级")
    await at_the_console.sound(desk)
    desk.on("dialog", lambda dialog: dialog.accept())
    await desk.get_by_role("button", name="取消摇号").click()
    await desk.locator("#outcome").get_by_text("摇号已取消").wait_for()
    await desk.locator("#draws").get_by_text("系统升级").first.wait_for()
    await one.refresh_from_db()
    assert one.state == "cancelled"
