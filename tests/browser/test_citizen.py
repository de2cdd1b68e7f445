"""The ten-minute tour of a citizen, in Chromium, over the whole house: sandbox, both doors and the worker."""

import re
from collections.abc import AsyncIterator
from typing import TYPE_CHECKING

import pytest

from tests.browser.citizen import Citizen, bill_for, closed_case_of
from tests.launched import Launched

if TYPE_CHECKING:
    from playwright.async_api import Page

pytestmark = [pytest.mark.browser, pytest.mark.slow]

END_ALL_SESSIONS = """() => fetch('/v1/me/sign-out-everywhere', { method: 'POST', body: '{}', headers: {
  'Content-Type': 'application/json', Authorization: `Bearer ${localStorage.getItem('zhijianban.own.token')}` } })"""


@pytest.fixture(params=[("张三", 390), ("李四", 1280)], ids=["phone", "desk"])
async def citizen(request: pytest.FixtureRequest, phone: "Page", whole_house: Launched) -> AsyncIterator[Citizen]:
    """A person who has never been here, on a phone or at a desk."""
    name, width = request.param
    await phone.set_viewport_size({"width": width, "height": 844})
    person = Citizen(phone, whole_house, name)
    yield person
    assert person.trouble == []


async def test_from_a_question_to_the_check_in_code(citizen: Citizen) -> None:
    page = citizen.page
    await citizen.opens("")
    await page.get_by_label("搜索事项").fill("sfz")
    await page.get_by_label("您是不是要找").get_by_role("option").first.wait_for()
    await page.keyboard.press("Enter")
    await citizen.sees("“sfz”的搜索结果")
    await citizen.taps("居民身份证丢失补领")
    await citizen.sees("一眼看清")
    await citizen.presses("流程")
    await page.locator(".actions").get_by_role("link", name="问一问").click()
    await citizen.sees("来源：全市 · 《居民身份证丢失补领》")
    assert await page.locator(".reply .about").first.inner_text() == "居民身份证丢失补领"
    await citizen.presses("有帮助")
    await citizen.sees("谢谢您的反馈")

    # booked as a visitor: asked to sign in, then to prove the name, and each time back at the very slot
    chosen = (await citizen.chooses_a_slot()).split("\n")[0]
    await citizen.presses("确认预约")
    await citizen.sees("登录指尖办")
    await citizen.signs_in()
    assert (await page.locator(".slot[aria-pressed=true]").inner_text()).startswith(chosen)
    await citizen.presses("确认预约")
    if await citizen.is_offered("去实名认证", otherwise=".qr-picture"):
        await citizen.taps("去实名认证")
        await citizen.proves_the_name()
        await page.locator(".slot[aria-pressed=true]").wait_for()
        await citizen.presses("确认预约")
    await page.locator(".qr-picture").wait_for()
    code = await page.locator(".check-in .code").inner_text()
    assert code.startswith(await page.locator("dd.big").inner_text())
    page.once("dialog", lambda asked: asked.accept())
    await citizen.presses("取消预约")
    await page.get_by_text("已取消", exact=True).first.wait_for()


async def test_paying_on_wechat_and_on_alipay_as_one_citizen(citizen: Citizen, whole_house: Launched) -> None:
    page = citizen.page
    await citizen.is_signed_in()
    first = await bill_for(whole_house, citizen.name, fen=2000, title="居民身份证工本费")
    second = await bill_for(whole_house, citizen.name, fen=12000, title="普通护照工本费")

    await citizen.opens(f"bill/{first}")
    await citizen.presses("微信支付")
    await citizen.presses("放弃支付")
    await page.locator("[data-result]").wait_for()
    await citizen.sees("尚未支付")
    await citizen.taps("返回缴费单")
    await citizen.presses("微信支付")
    await citizen.presses("确认支付")
    await page.locator("[data-result=settled]").wait_for()

    await citizen.opens(f"bill/{second}")
    await citizen.presses("支付宝支付")
    if await citizen.is_offered("用支付宝登录", otherwise="button[value=pay]"):
        await citizen.taps("用支付宝登录")
        await citizen.signs_in("支付宝登录")
        await citizen.proves_the_name()
        await page.get_by_role("button", name="支付宝支付").click()
    await citizen.presses("确认支付")
    await page.locator("[data-result=settled]").wait_for()
    await citizen.opens("mine")
    assert sorted(await page.locator(".who .tag.brand").all_inner_texts()) == ["微信", "支付宝"]
    await citizen.opens("bills")
    paid = [f"a[href='#/bill/{code}'] .tag.good" for code in (first, second)]
    assert [await page.locator(one).inner_text() for one in paid] == ["已缴清", "已缴清"]
    await citizen.opens("messages")
    await citizen.sees("缴款成功")


async def test_progress_and_rating(citizen: Citizen, whole_house: Launched) -> None:
    page = citizen.page
    await citizen.opens("progress")
    await page.get_by_label("办件编号").fill("990100202611000017")
    await page.get_by_label("申请人证件号码后四位").fill("0000")
    await citizen.presses("查询")
    await page.get_by_role("alert").wait_for()
    await page.get_by_label("申请人证件号码后四位").fill("0016")
    await citizen.presses("查询")
    await citizen.sees("办理过程")
    await citizen.sees("居民身份证换领")

    await citizen.is_signed_in()
    number = await closed_case_of(whole_house, citizen.name, item="普通护照签发")
    await citizen.opens(f"case/{number}")
    await citizen.taps("评价服务")
    await citizen.sees("本次服务您觉得")
    await page.get_by_label("不满意", exact=True).check()
    await citizen.presses("提交评价")
    await page.get_by_role("alert").wait_for()
    await page.get_by_label(re.compile("想说的话")).fill("等得久了一点")
    await page.get_by_label("基本满意").check()
    await citizen.presses("提交评价")
    await citizen.sees("您的评价：基本满意")


async def test_large_letters_and_leaving(citizen: Citizen) -> None:
    page = citizen.page
    await citizen.is_signed_in()
    size = "parseFloat(getComputedStyle(document.querySelector('.body')).fontSize)"
    before = await page.evaluate(size)
    await citizen.presses("大字版")
    assert await page.evaluate(size) > before * 1.25
    await page.reload()
    await citizen.sees_a_page()
    assert await page.evaluate(size) > before * 1.25
    await citizen.presses("恢复标准字号")
    other = await page.context.new_page()
    await other.goto(f"{citizen.house.bff}/h5/#/bills")
    await other.get_by_role("heading", name="按缴款识别码查询").wait_for()
    await citizen.presses("退出登录")
    await citizen.sees("登录后办得更快")
    await other.get_by_text("登录后自动显示您的缴费单").wait_for()  # nor does another tab show anything of theirs
    await other.close()
    await citizen.opens("bookings")
    await citizen.sees("登录指尖办")


async def test_a_session_that_ended_asks_again_and_comes_back(citizen: Citizen) -> None:
    page = citizen.page
    await citizen.is_signed_in()
    await citizen.chooses_a_slot()
    await page.evaluate(END_ALL_SESSIONS)
    await citizen.presses("确认预约")
    await citizen.sees("登录已失效")
    await citizen.signs_in()
    await page.locator(".slot[aria-pressed=true]").wait_for()

    # who does not sign in again is asked once, and can go back
    await citizen.opens("mine")
    await citizen.taps("消息", exact=True)
    await page.get_by_role("link", name="消息设置").wait_for()
    await page.evaluate(END_ALL_SESSIONS)
    await citizen.taps("消息设置")
    await citizen.sees("登录指尖办")
    await citizen.presses("返回")
    await page.wait_for_url("**next=messages")
    await citizen.sees("登录指尖办")
    await citizen.presses("返回")
    await page.get_by_role("button", name="登录", exact=True).wait_for()


async def test_what_was_typed_waits_for_who_typed_it_and_for_nobody_else(phone: "Page", whole_house: Launched) -> None:
    writer, another = (Citizen(phone, whole_house, name) for name in ("王五", "赵六"))
    title = phone.get_by_label("标题")
    await writer.opens("consult")
    await title.fill("窗口等了")  # still a visitor: it goes with who signs in over it
    await writer.opens("login?next=consult")
    await writer.signs_in()
    assert await title.input_value() == "窗口等了"
    await title.fill("窗口等了两个小时")
    await phone.evaluate(END_ALL_SESSIONS)
    await writer.opens("mine")
    await writer.sees("登录已失效")

    await another.opens("consult")
    await phone.reload()
    await another.sees_a_page()
    assert await title.input_value() == ""
    await another.opens("login?next=consult")
    await another.signs_in()
    assert await title.input_value() == ""
    await another.opens("mine")
    await another.presses("退出登录")
    await another.sees("登录后办得更快")

    await writer.opens("login?next=consult")
    await writer.signs_in()
    assert await title.input_value() == "窗口等了两个小时"
    assert writer.trouble == []


async def test_the_way_back(citizen: Citizen) -> None:
    page = citizen.page
    await citizen.opens("search?q=护照")
    await citizen.taps("普通护照签发")
    await citizen.sees("一眼看清")
    await citizen.presses("返回")
    await citizen.sees("“护照”的搜索结果")
    await page.goto("about:blank")
    await citizen.opens("guide/passport")
    await citizen.presses("返回")
    await citizen.sees("您想办什么")
    await citizen.opens("nonsense")
    await citizen.sees("没有这个页面")
    await citizen.taps("回首页")
    await citizen.sees("您想办什么")


async def test_a_gone_network_is_told(citizen: Citizen) -> None:
    await citizen.opens("")
    await citizen.page.route("**/v1/halls", lambda route: route.abort())
    await citizen.page.get_by_role("navigation", name="主导航").get_by_role("link", name="预约").click()
    await citizen.sees("网络不通，请检查网络后重试。")
    await citizen.page.unroute("**/v1/halls")
    await citizen.presses("重试")
    await citizen.sees("请选择大厅")
    citizen.trouble.clear()  # the browser reports the request we cut
