"""A bill from its first look to its receipt and back, whatever the payer and the channel do, on a phone."""

import re
from typing import TYPE_CHECKING

import pytest

from tests.browser.citizen import PEOPLE, Citizen, bill_for
from tests.launched import Launched

if TYPE_CHECKING:
    from playwright.async_api import Page

pytestmark = [pytest.mark.browser, pytest.mark.slow]

TROUBLES = ("通知同时发两遍", "付款但通知丢失", "付款但通知延迟", "迟到的付款")


async def pays(person: Citizen, code: str, how: str) -> None:
    """From the bill through the sandbox's payer page to the result, which comes by itself."""
    await person.opens(f"bill/{code}")
    await person.presses("微信支付")
    await person.page.get_by_text("演示异常情况").click()
    await person.page.get_by_label(re.compile("等待")).fill("30")
    await person.presses(how)
    await person.page.locator("[data-result=settled]").wait_for(timeout=30_000)


async def test_whatever_the_payer_and_the_channel_do_the_page_waits_for_the_truth(
    phone: "Page", whole_house: Launched
) -> None:
    person = Citizen(phone, whole_house, "王五")
    await person.is_signed_in()
    code = await bill_for(whole_house, person.name, fen=2000, title="居民身份证工本费")
    await person.opens(f"bill/{code}")
    await person.presses("微信支付")
    await person.presses("放弃支付")
    await phone.locator("[data-result]").wait_for()
    await person.sees("尚未支付")

    # a page that says it was paid is not believed
    await person.opens(f"paid/{code}?said=get_brand_wcpay_request:ok")
    assert await phone.locator("[data-result]").get_attribute("data-result") == "waiting"

    for how in TROUBLES:
        await pays(person, await bill_for(whole_house, person.name, fen=10000, title="机动车号牌工本费"), how)
    await person.opens(f"bill/{code}")
    await person.sees("待缴")  # none of it was taken for another bill
    assert person.trouble == []


async def test_from_the_pay_code_to_the_receipt_and_the_refund(phone: "Page", whole_house: Launched) -> None:
    """By code and second factor for somebody in the family, with what has grown since the last day."""
    person = Citizen(phone, whole_house, "张三")
    await person.is_signed_in()
    code = await bill_for(
        whole_house, "李四", fen=20000, title="交通违法罚款", expire_date="2026-01-31",
        item={"exec_item_name": "罚款", "late_per_day": 300, "late_kind": "penalty", "late_basis": "行政处罚法"},
    )  # fmt: skip
    await person.opens("bills")
    await phone.get_by_label("缴款识别码").fill(code)
    await phone.get_by_label("缴款人证件号码后四位").fill("0000")
    await person.presses("查询")
    await person.sees("验证信息不符")
    await phone.get_by_label("缴款人证件号码后四位").fill(PEOPLE["李四"]["id_number"][-4:])
    await person.presses("查询")
    await person.sees("示例市公安局")
    assert await phone.locator(".big").inner_text() == "¥ 400.00"  # twice the fine at most
    await person.sees("加处罚款（逾期） 200.00")
    await person.presses("微信支付")
    await person.presses("确认支付")
    await phone.locator("[data-result=settled]").wait_for()

    await person.taps("电子票据")
    await phone.get_by_role("img", name="验真二维码").wait_for(timeout=30_000)
    await person.sees("有效")
    async with phone.expect_download() as saved:
        await person.presses("下载 PDF")
    assert (await (await saved.value).path()).read_bytes().startswith(b"%PDF")

    await person.taps("缴费单", exact=True)
    await person.taps("退款", exact=True)
    await phone.get_by_text("申请退款").click()
    await phone.get_by_label("退款原因").fill("家人已在窗口缴纳，重复缴款")
    await person.presses("提交申请")
    await person.sees("等待财务受理")
    await person.opens("bills")
    await person.taps("缴费记录")
    await person.sees("交通违法罚款")
    await person.sees("微信支付")
    assert person.trouble == []
