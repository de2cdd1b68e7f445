"""实名等级, 单位办理, 我的信息与隐私 on a phone: from one step short to an organisation's booking, and out again."""

from collections.abc import AsyncIterator
from typing import TYPE_CHECKING

import pytest

from api.app import create_app as create_api
from appointments import booking
from foundation.actor import Actor
from identity import (
    access,
    exports,
    guardians,
    keeping,
    organisation_agents,
    organisation_register,
    organisations,
    phones,
    verifier,
)
from identity.organisation_models import Organisation
from identity.privacy_models import DataExport
from miniprogram_bff.app import create_app as create_bff
from tests.browser import test_console
from tests.browser.test_people import as_citizen, sound_phone
from tests.builders import identity
from tests.builders.appointments import a_citizen, a_hall, a_type, slots_of_one_day
from tests.builders.console import a_colleague
from tests.builders.identity import id_number
from tests.builders.organisations import Says, credit_code
from tests.serving import serving

if TYPE_CHECKING:
    from playwright.async_api import Page

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("db", "redis_db")]


async def agrees(**_: object) -> bool:
    return True


@pytest.fixture
async def h5(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[str]:
    monkeypatch.setattr(verifier, "ask", agrees)
    monkeypatch.setattr(verifier, "ask_phone", agrees)
    monkeypatch.setattr(guardians, "ask_register", agrees)
    monkeypatch.setattr(organisation_register, "ask", Says())
    async with serving(create_bff()) as base:
        yield f"{base}/h5/"


async def test_one_step_up_and_then_for_a_company(h5: str, phone: "Page") -> None:
    faults: list[str] = []
    phone.on("pageerror", lambda error: faults.append(str(error)))
    phone.on("dialog", lambda dialog: dialog.accept())
    me = await a_citizen()
    await phones.keep(citizen_id=me.number, phone="13800000001", by=me)
    of = await a_type()
    await slots_of_one_day(1, of=of)
    await as_citizen(phone, h5, me)
    await phone.goto(f"{h5}#/organisations")
    code = credit_code()
    await phone.get_by_label("统一社会信用代码").fill(code.lower())
    await phone.get_by_label("单位名称").fill("示例科技有限公司")
    await phone.get_by_role("button", name="登记").click()
    await phone.get_by_text("还差一步：这件事需要更高的实名等级").wait_for()
    await sound_phone(phone)
    await phone.get_by_role("link", name="查看还差哪一步").click()
    await phone.get_by_text("还差一步：核对手机号是否本人办理").wait_for()
    await sound_phone(phone)
    await phone.get_by_role("button", name="核对手机号").click()
    await phone.get_by_text("还差一步：做一次人脸核验").wait_for()
    await phone.goto(f"{h5}#/organisations")
    await phone.get_by_label("统一社会信用代码").fill(code)
    await phone.get_by_label("单位名称").fill("示例科技有限公司")
    await phone.get_by_role("button", name="登记").click()
    await phone.get_by_role("button", name="以该单位身份办理").click()
    await phone.get_by_role("button", name="切换回本人").wait_for()
    await sound_phone(phone)
    await phone.get_by_role("link", name="管理经办人").click()
    await phone.get_by_text("添加经办人").click()
    await phone.get_by_label("姓名").fill("李四")
    await phone.get_by_label("证件号码").fill(id_number())
    await phone.get_by_role("button", name="添加", exact=True).click()
    await phone.get_by_text("等待本人同意", exact=True).wait_for()
    await sound_phone(phone)
    await phone.goto(f"{h5}#/book/{(await of.hall).code}/{of.code}")
    await phone.locator(".slot").click()
    await phone.get_by_role("button", name="确认预约").click()
    await phone.get_by_role("button", name="取消预约").wait_for()
    await phone.get_by_text("示例科技有限公司").first.wait_for()
    subject = (await Organisation.get()).subject_id  # type: ignore[attr-defined]
    assert [one.booked_by for one in await booking.of(Actor.citizen(subject))] == [str(me)]
    assert await booking.of(me) == []
    assert faults == []


async def test_what_is_held_who_looked_and_leaving(h5: str, phone: "Page") -> None:
    faults: list[str] = []
    phone.on("pageerror", lambda error: faults.append(str(error)))
    phone.on("dialog", lambda dialog: dialog.accept())
    me, hall = await a_citizen(), await a_hall(code="9901")
    window = await identity.staff(("window", hall.path))
    await access.profile(me.number, seen_by=Actor.staff(window), why="核实预约情况")

    await as_citizen(phone, h5, me)
    await phone.goto(f"{h5}#/mine")
    await phone.get_by_role("link", name="我的信息与隐私").click()
    await phone.get_by_text("我们保存的基本信息").wait_for()
    await sound_phone(phone)
    await phone.get_by_role("link", name="谁看过我的信息").click()
    await phone.get_by_text(f"{hall.name} · 窗口 · 核实预约情况").wait_for()
    await sound_phone(phone)
    await phone.goto(f"{h5}#/copies")
    await phone.get_by_role("button", name="申请一份").click()
    await phone.get_by_text("正在准备", exact=True).wait_for()
    await exports.make((await DataExport.get()).id)
    async with phone.expect_download() as saved:
        await phone.get_by_role("button", name="下载").click()
    assert (await saved.value).suggested_filename == "我的信息.zip"
    await phone.get_by_text("已下载", exact=True).wait_for()
    await sound_phone(phone)
    await phone.goto(f"{h5}#/wards")
    await phone.get_by_label("子女姓名").fill("张小")
    await phone.get_by_label("证件号码").fill(id_number(born="20200101"))
    await phone.get_by_role("button", name="登记").click()
    await phone.get_by_role("button", name="解除 张*").wait_for()
    await sound_phone(phone)
    await phone.goto(f"{h5}#/leave")
    await phone.get_by_label("确认请填写“注销”").fill("注销")
    await phone.get_by_role("button", name="申请注销").click()
    await phone.get_by_role("button", name="撤回注销申请").wait_for()
    await sound_phone(phone)
    await phone.get_by_role("button", name="撤回注销申请").click()
    await phone.get_by_role("button", name="申请注销").wait_for()
    await phone.goto(f"{h5}#/policy")
    await phone.get_by_role("button", name="撤回同意").click()
    await phone.get_by_role("button", name="同意并继续").wait_for()
    await sound_phone(phone)
    await phone.goto(f"{h5}#/family")
    await phone.get_by_role("button", name="同意并继续").click()
    await phone.get_by_role("heading", name="亲友与委托").wait_for()
    assert faults == []


async def test_a_window_decides_about_a_company_and_proves_a_person(desk: "Page") -> None:
    number = id_number()
    citizen = await identity.citizen(name="李四", number=number)
    await organisations.claim(
        citizen_id=citizen.id, credit_code=credit_code(), name="示例科技有限公司", by=Actor.citizen(citizen.id),
        ask=Says(legal_person=False),
    )  # fmt: skip
    await keeping.sweep()
    await a_colleague(("window", ""), ("admin", ""), username="wangwu")
    desk.on("dialog", lambda dialog: dialog.accept())
    async with serving(create_api()) as base:
        await test_console.enter(desk, f"{base}/console/organisations")
        await desk.get_by_text("申请人 李*").wait_for()
        await sound_desk(desk)
        await desk.get_by_label("核对了什么，或为什么驳回").fill("营业执照和授权书原件已核对")
        await desk.get_by_role("button", name="通过 示例科技有限公司").click()
        await desk.get_by_text("没有等待审核的单位").wait_for()
        await desk.goto(f"{base}/console/keeping")
        await desk.get_by_text("查阅记录").first.wait_for()
        await sound_desk(desk)
        await desk.goto(f"{base}/console/people")
        await desk.get_by_label("号码", exact=True).fill(number)
        await desk.keyboard.press("Enter")
        await desk.get_by_role("button", name="打开 李* 的预约").click()
        await desk.get_by_role("button", name="现场核验通过").click()
        await desk.get_by_text("实名等级：人脸或现场核验").wait_for()
        await sound_desk(desk)
    (mandate,) = await organisation_agents.mandates_of(citizen.id)
    assert mandate.state == "active"


async def sound_desk(desk: "Page") -> None:
    for width in (820, 1280):
        await desk.set_viewport_size({"width": width, "height": 900})
        await test_console.sound(desk)
