"""Finance at its desks in Chromium, and a stranger who checks a receipt by its code."""

from collections.abc import AsyncIterator
from typing import TYPE_CHECKING

import pytest

from api.app import create_app
from miniprogram_bff.app import create_app as create_bff
from payments import receipt_lookup, receipts, refund_applications, settlement
from payments.models import Bill, PaymentOrder, Refund
from payments.receipt_models import Receipt
from tests.browser import measures
from tests.browser.test_console import enter, sound
from tests.builders.console import a_colleague
from tests.builders.payments import Till, begun
from tests.builders.receipts import at_the_till
from tests.serving import serving

if TYPE_CHECKING:
    from playwright.async_api import Page

from foundation.actor import Actor

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("db", "redis_db")]


@pytest.fixture
async def till() -> AsyncIterator[Till]:
    with at_the_till() as one:
        yield one


async def settled(till: Till) -> tuple[Bill, PaymentOrder]:
    bill, order, _ = await begun()
    await settlement.settle(till.pay(order.out_trade_no))
    await receipts.follow(bill.id)
    await receipts.issue(receipt_id=(await Receipt.get(bill=bill)).id)
    return bill, order


async def test_a_refund_is_asked_for_and_a_colleagues_is_approved(till: Till, desk: "Page") -> None:
    bill, order = await settled(till)
    _, other = await settled(till)
    await refund_applications.ask(
        out_trade_no=other.out_trade_no, amount_fen=8000, expected_fen=8000, reason="同事提出的退款", by=Actor.staff(77)
    )
    await a_colleague(("finance", ""), username="wangwu")
    async with serving(create_app()) as base:
        await enter(desk, f"{base}/console/refunds")
        await sound(desk)
        await desk.get_by_label("缴款识别码").fill(bill.pay_code)
        await desk.keyboard.press("Enter")
        await desk.get_by_role("heading", name="提出退款").wait_for()
        await sound(desk)
        await desk.get_by_label("退款金额（元）").fill("30.00")
        await desk.get_by_label("原因").fill("申请人重复缴款")
        await desk.get_by_role("button", name="提出退款").click()
        await desk.get_by_text("待另一位财务人员复核后退款").wait_for()
        await desk.get_by_role("link", name="回退款列表").click()
        own = desk.locator(".paper", has_text="申请人重复缴款")
        await own.get_by_text("您提出的退款须由另一位财务人员复核").wait_for()
        assert await own.get_by_role("button", name="复核通过").count() == 0
        await desk.locator(".paper", has_text="同事提出的退款").get_by_role("button", name="复核通过").click()
        await desk.get_by_role("heading", name="在途退款 1").wait_for()
        assert (await Refund.get()).amount_fen == 8000
        for width in (820, 390):
            await desk.set_viewport_size({"width": width, "height": 900})
            await sound(desk)
        await desk.get_by_role("link", name="电子票据").click()
        await desk.get_by_role("heading", name="全部 2").wait_for()
        await sound(desk)


async def test_a_stranger_checks_a_receipt_by_its_code(till: Till, phone: "Page") -> None:
    bill, _ = await settled(till)
    owner: int = bill.citizen_id  # type: ignore[attr-defined]
    receipt = await receipt_lookup.of_bill(pay_code=bill.pay_code, citizen_id=owner)
    address = receipt.check_address.partition("/h5/")[2]
    async with serving(create_bff()) as base:
        await phone.goto(f"{base}/h5/{address}")
        await phone.get_by_role("heading", name="不动产登记费 有效").wait_for()
        for script in (measures.NAMELESS, measures.SMALL, measures.DOUBLE_IDS, measures.OVERFLOW, measures.PALE):
            assert await phone.evaluate(script) == []
        await phone.get_by_label("校验码").fill("000000")
        await phone.get_by_role("button", name="查验").click()
        await phone.get_by_role("alert").wait_for()
        assert "没有找到该票据" in await phone.get_by_role("alert").inner_text()
