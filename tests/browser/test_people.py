"""亲友与委托, 同行预约 on a phone; 代约与查询 at the console."""

from collections.abc import AsyncIterator
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, unquote, urlsplit

import pytest

from api.app import create_app as create_api
from appointments import booking
from foundation.actor import Actor
from identity import sessions, verifier
from identity.idnumber import Identity
from identity.models import Citizen
from miniprogram_bff.app import create_app as create_bff
from tests.browser import test_console, test_waiting
from tests.browser.citizen import signed_in_with
from tests.builders import identity
from tests.builders.appointments import a_citizen, a_hall, a_type, slots_of_one_day
from tests.builders.console import a_colleague
from tests.builders.doors import sign_in
from tests.builders.identity import id_number
from tests.builders.people import a_child, a_principal, on_the_list
from tests.serving import serving

if TYPE_CHECKING:
    from playwright.async_api import Page

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("db", "redis_db")]


@pytest.fixture(autouse=True)
def _the_verifier_agrees(monkeypatch: pytest.MonkeyPatch) -> None:
    async def agrees(*, name: str, identity: Identity) -> bool:
        return True

    monkeypatch.setattr(verifier, "ask", agrees)


@pytest.fixture
async def h5() -> AsyncIterator[str]:
    async with serving(create_bff()) as base:
        yield f"{base}/h5/"


@pytest.fixture
async def console() -> AsyncIterator[str]:
    async with serving(create_api()) as base:
        yield f"{base}/console"


async def as_citizen(page: "Page", address: str, who: Actor) -> None:
    headers = await sign_in(await Citizen.get(id=who.number))
    await signed_in_with(page, address, headers["Authorization"].removeprefix("Bearer "))


async def sound_phone(page: "Page") -> None:
    await test_waiting.sound(page)
    assert await page.evaluate(test_console.DOUBLE_IDS) == []


async def test_family_and_delegations(h5: str, phone: "Page") -> None:
    faults: list[str] = []
    phone.on("pageerror", lambda error: faults.append(str(error)))
    phone.on("dialog", lambda dialog: dialog.accept())
    me, mother = await a_citizen(), await a_citizen(name="李四")
    await as_citizen(phone, h5, me)
    await phone.goto(f"{h5}#/mine")
    await phone.get_by_role("link", name="亲友与委托").click()
    await phone.get_by_text("登记亲友", exact=True).click()
    member = phone.get_by_role("form", name="登记亲友")
    await member.get_by_label("姓名").fill("王五")
    await member.get_by_label("证件号码").fill("1")
    await member.get_by_role("button", name="登记").click()
    await member.get_by_text("请填写完整的证件号码").wait_for()
    await member.get_by_label("证件号码").fill("110105199001010")
    await member.get_by_role("button", name="登记").click()
    await phone.get_by_text("15 位的旧身份证号码").wait_for()
    await sound_phone(phone)
    await member.get_by_label("证件号码").fill(id_number())
    await member.get_by_role("button", name="登记").click()
    await phone.get_by_text("王*").wait_for()
    await phone.get_by_text("请人代我办理").click()
    invite = phone.get_by_role("form", name="请人代我办理")
    await invite.get_by_role("button", name="生成邀请码").click()
    code = await phone.locator(".big.code").inner_text()
    await sound_phone(phone)

    await as_citizen(phone, h5, mother)
    await phone.goto(f"{h5}#/family")
    await phone.get_by_text("输入邀请码").click()
    await phone.get_by_label("对方给您的邀请码").fill(code.lower())
    await phone.get_by_role("button", name="成为代办人").click()
    await phone.get_by_role("button", name="不再代办 张*").click()
    await phone.get_by_text("已解除").wait_for()
    await phone.get_by_role("button", name="不再代办 张*").wait_for(state="detached")
    assert faults == []


async def test_booking_together_and_giving_it_all_back(h5: str, phone: "Page") -> None:
    faults: list[str] = []
    phone.on("pageerror", lambda error: faults.append(str(error)))
    phone.on("dialog", lambda dialog: dialog.accept())
    me = await a_citizen()
    await a_principal(me, name="李四")
    await on_the_list(me, name="王五")
    await a_child(me, name="张小小")
    of = await a_type(party_most=3)
    (slot,) = await slots_of_one_day(1, of=of, capacity=5)
    await as_citizen(phone, h5, me)
    await phone.goto(f"{h5}#/book/{(await of.hall).code}/{of.code}")
    await phone.get_by_role("button", name="王* ").click()
    await phone.get_by_role("button", name="张小小 子女").click()
    await phone.get_by_role("button", name="李* ").click()
    await phone.get_by_text("一次最多 3 人").first.wait_for()
    assert await phone.locator(".people [aria-pressed=true]").count() == 3
    await phone.locator(".slot").click()
    await sound_phone(phone)
    await phone.get_by_role("button", name="确认预约").click()
    await phone.get_by_role("heading", name="我的预约").wait_for()
    assert await phone.get_by_text("代 张小小").count() == 1  # an own child, told from its sisters
    await sound_phone(phone)
    await phone.get_by_role("link", name="代 王*").click()
    await phone.get_by_role("link", name="改约").click()
    await phone.get_by_text("同行的其他人仍在原来的时间").wait_for()
    await sound_phone(phone)
    await phone.go_back()
    await phone.get_by_role("button", name="取消全部同行预约").wait_for()
    await sound_phone(phone)
    await phone.get_by_role("button", name="取消全部同行预约").click()
    await phone.get_by_text("已全部取消").wait_for()
    await slot.refresh_from_db()
    assert slot.booked == 0
    assert faults == []


async def test_a_principal_alone(h5: str, phone: "Page") -> None:
    me = await a_citizen()
    mother = await a_principal(me, name="李四")
    of = await a_type()
    await slots_of_one_day(1, of=of)
    await as_citizen(phone, h5, me)
    await phone.goto(f"{h5}#/book/{(await of.hall).code}/{of.code}")
    await phone.get_by_role("button", name="李* ").click()
    assert await phone.locator(".people [aria-pressed=true]").count() == 1
    await phone.locator(".slot").click()
    await phone.reload()
    await phone.get_by_role("status").get_by_text("为 李* 预约").wait_for()
    await sessions.sign_out_everywhere(me.number)
    await phone.get_by_role("button", name="确认预约").click()
    await phone.get_by_role("heading", name="登录指尖办").wait_for()
    (back,) = parse_qs(urlsplit(phone.url).fragment.partition("?")[2])["next"]
    await as_citizen(phone, h5, me)  # who signed in again goes on where it ended
    await phone.goto(f"{h5}#/{unquote(back)}")
    await phone.get_by_role("status").get_by_text("为 李* 预约").wait_for()
    await phone.get_by_role("button", name="确认预约").click()
    await phone.get_by_text("代 李*").wait_for()
    (held,) = await booking.of(mother)
    assert held.booked_by == str(me)


@pytest.mark.parametrize("width", [1280, 820])
async def test_booking_for_a_citizen_at_the_console(console: str, desk: "Page", width: int) -> None:
    await desk.set_viewport_size({"width": width, "height": 900})
    desk.on("dialog", lambda dialog: dialog.accept())
    await a_colleague(("hall_manager", ""), username="wangwu")
    number = id_number()
    citizen = await identity.citizen(name="李四", number=number, phone="13800000001")
    of = await a_type(hall=await a_hall(code="9901"))
    (slot,) = await slots_of_one_day(1, of=of, capacity=3)
    await test_console.enter(desk, f"{console}/people")
    await desk.get_by_label("号码", exact=True).fill(number)
    await test_console.sound(desk)
    await desk.keyboard.press("Enter")
    await desk.get_by_role("button", name="打开 李* 的预约").click()
    await desk.get_by_label("日期", exact=True).fill(slot.day.isoformat())
    await desk.get_by_role("button", name="选时段").click()
    await desk.get_by_role("button", name="余 3").click()
    await desk.get_by_text("预约成功").wait_for()
    await desk.get_by_text("工作人员代约").wait_for()
    await test_console.sound(desk)
    await desk.get_by_text("改约、取消", exact=True).click()
    await test_console.sound(desk)
    await desk.get_by_label("原因").fill("来电取消")
    await desk.get_by_role("button", name="取消预约").click()
    await desk.get_by_text("没有平台账号可以通知本人").wait_for()
    (held,) = await booking.of(Actor.citizen(citizen.id))
    assert held.state == "cancelled"
    assert number not in desk.url
