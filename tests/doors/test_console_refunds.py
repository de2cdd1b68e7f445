"""Refunds, quarantine and receipts at the console: finance alone, two people for money, and figures as a table."""

import csv
import io
from collections.abc import AsyncIterator
from dataclasses import dataclass

import httpx
import pytest

from api.app import create_app
from channels.errors import ChannelRefused
from channels.payment import RefundState
from channels.receipts.issuer import ReceiptRefused
from foundation import clock
from foundation.actor import Actor
from payments import gateway, notices, receipt_issuer, receipts, refund_applications, refunds, settlement
from payments.models import Bill, PaymentOrder, Refund
from payments.quarantine_models import QuarantinedNotice
from payments.receipt_models import Receipt
from payments.refund_models import RefundApplication
from tests.builders.console import Desk, a_colleague
from tests.builders.payments import Till, begun, state_of
from tests.builders.receipts import Printer
from tests.serving import serving

pytestmark = pytest.mark.usefixtures("db", "redis_db")

PAGES = ("/console/refunds", "/console/refunds/order?number=P1", "/console/quarantine", "/console/receipts")


@dataclass
class Office:
    """Two of finance, each at a desk of their own, the channel and the issuer."""

    one: Desk
    other: Desk
    till: Till
    printer: Printer


@pytest.fixture
async def office() -> AsyncIterator[Office]:
    till, printer = Till("wechat"), Printer()
    gateway.use({"wechat": till})
    receipt_issuer.use(printer)
    async with (
        serving(create_app()) as base,
        httpx.AsyncClient(base_url=base) as first,
        httpx.AsyncClient(base_url=base) as second,
    ):
        made = Office(Desk(first), Desk(second), till, printer)
        for desk, username, name in ((made.one, "zhaoliu", "赵六"), (made.other, "sunqi", "孙七")):
            await a_colleague(("finance", ""), username=username, display_name=name)
            await desk.sign_in(username)
        yield made
    gateway.use({})
    receipt_issuer.use(None)


async def settled(office: Office) -> tuple[Bill, PaymentOrder, Actor]:
    bill, order, citizen = await begun()
    await settlement.settle(office.till.pay(order.out_trade_no))
    return bill, order, Actor.citizen(citizen.id)


async def test_money_is_for_finance_alone(office: Office) -> None:
    await a_colleague(("admin", ""), ("hall_manager", ""), username="wangwu")
    for desk, wanted in ((office.one, 200), (office.other, 200)):
        for address in PAGES:
            assert (await desk.open(address)).status_code == wanted, address
    assert (await office.one.open("/console/")).headers["location"] == "/console/money/bills"
    await office.one.sign_in("wangwu")
    for address in PAGES:
        assert (await office.one.open(address)).status_code == 403, address
    for address in ("refunds/decide", "quarantine/ask", "quarantine/let-go", "receipts/again"):
        ids = {"application_id": 1, "approve": "true", "quarantine_id": 1, "receipt_id": 1}
        wanted = {"refunds/decide": ("application_id", "approve")}.get(address) or (
            ("quarantine_id",) if "quarantine" in address else ("receipt_id",)
        )
        answer = await office.one.press(f"/console/{address}", **{name: ids[name] for name in wanted})
        assert answer.status_code == 403, address


async def test_a_refund_from_one_desk_to_the_other(office: Office) -> None:
    bill, order, _ = await settled(office)
    found = await office.one.open(f"/console/refunds/order?number={bill.pay_code}")
    assert "可退" in found.text
    assert "张*" in found.text
    form = {"number": order.out_trade_no, "yuan": "30.00", "expected_fen": 8000, "reason": "申请人重复缴款"}
    stale = await office.one.press("/console/refunds/ask", **{**form, "expected_fen": 7000})
    assert (stale.status_code, "可退金额与您看到的不一致" in stale.text) == (412, True)
    assert "待另一位财务人员复核" in (await office.one.press("/console/refunds/ask", **form)).text
    paper = await RefundApplication.get()
    own, others = [await desk.open("/console/refunds/lists") for desk in (office.one, office.other)]
    assert ("复核通过" in own.text, "复核通过" in others.text) == (False, True)
    alone = await office.one.press("/console/refunds/decide", application_id=paper.id, approve="true")
    assert (alone.status_code, "须由另一人复核" in alone.text) == (403, True)
    done = await office.other.press("/console/refunds/decide", application_id=paper.id, approve="true", reason="已核对")
    assert "复核通过" in done.text
    refund = await Refund.get()
    page = await office.one.open("/console/refunds")
    assert refund.out_refund_no in page.text
    looked = await office.one.press("/console/refunds/look", refund_id=refund.id)
    assert "已到账" in looked.text
    assert "赵六 提出，孙七 复核" in (await office.one.open("/console/refunds")).text


async def test_what_a_citizen_applied_for(office: Office) -> None:
    bill, _, citizen = await settled(office)
    paper = await refund_applications.apply(bill=bill, amount_fen=None, reason="家人已在窗口缴纳", by=citizen)
    assert "家人已在窗口缴纳" in (await office.one.open("/console/refunds")).text
    taken = await office.one.press("/console/refunds/take-up", application_id=paper.id, yuan="20", expected_fen=8000)
    assert "已受理" in taken.text
    refused = await office.other.press("/console/refunds/decide", application_id=paper.id, approve="false", reason="")
    assert refused.status_code == 422
    answer = await office.other.press(
        "/console/refunds/decide", application_id=paper.id, approve="false", reason="经核实并未重复缴款"
    )
    assert "已退回申请" in answer.text
    assert "经核实并未重复缴款" in (await office.one.open("/console/refunds")).text


async def test_refunds_in_trouble(office: Office) -> None:
    _, order, _ = await settled(office)
    form = {"number": order.out_trade_no, "yuan": "30.00", "expected_fen": 8000, "reason": "申请人重复缴款"}
    await office.one.press("/console/refunds/ask", **form)
    await office.other.press(
        "/console/refunds/decide", application_id=(await RefundApplication.get()).id, approve="true"
    )
    refund = await Refund.get()
    office.till.trouble["query_refund"] = ChannelRefused("DOWN")
    assert (await office.one.press("/console/refunds/look", refund_id=refund.id)).status_code == 502
    given_up = await office.one.press("/console/refunds/give-up", refund_id=refund.id, reason="渠道一直没有受理")
    assert ("款项未动" in given_up.text, await state_of(refund)) == (True, "closed")
    office.till.refund_state = RefundState.ABNORMAL
    await office.one.press("/console/refunds/ask", **form)
    paper = await RefundApplication.get(state="asked")
    await office.other.press("/console/refunds/decide", application_id=paper.id, approve="true")
    second = await Refund.get(state="requested")
    await refunds.send(refund_id=second.id)
    assert "需要处理" in (await office.one.open("/console/refunds")).text
    asked = await office.one.press("/console/refunds/offline", refund_id=second.id, reason="银行卡已注销，电汇退付")
    assert "线下退付" in asked.text
    paper = await RefundApplication.get(state="asked")
    await office.other.press("/console/refunds/decide", application_id=paper.id, approve="true", reason="回单 8831")
    assert "已线下退付" in (await office.one.open("/console/refunds")).text


async def test_a_notice_in_quarantine(office: Office) -> None:
    bill, order, _ = await begun()
    office.till.pay(order.out_trade_no, amount_fen=700)
    letter = office.till.letter(order=order.out_trade_no)
    await notices.receive(channel="wechat", headers={}, body=letter)
    held = await QuarantinedNotice.get()
    assert "金额不符" in (await office.one.open("/console/quarantine")).text
    page = await office.one.open(f"/console/quarantine/{held.id}")
    assert "7.00 元" in page.text
    assert "已支付" in page.text
    assert order.payer_openid not in page.text
    asked = await office.one.press("/console/quarantine/ask", quarantine_id=held.id)
    assert "仍不一致：金额不符" in asked.text
    wanted = await office.one.press("/console/quarantine/send-back", quarantine_id=held.id, note="金额不符")
    assert "已提出原路退回 7.00 元" in wanted.text
    assert (await office.one.press("/console/quarantine/let-go", quarantine_id=held.id)).status_code == 403
    assert "复核通过" in (await office.other.press("/console/quarantine/let-go", quarantine_id=held.id)).text
    page = await office.one.open(f"/console/quarantine/{held.id}")
    assert "赵六提出退回 7.00 元，孙七复核通过" in page.text
    over = await office.one.press("/console/quarantine/close", quarantine_id=held.id, note="已经查明原因")
    assert over.status_code == 409
    assert await state_of(bill) == "unpaid"
    assert (await office.one.open(f"/console/quarantine/{held.id + 1}")).status_code == 404


async def test_receipts_listed_retried_and_as_a_table(office: Office) -> None:
    bills = [(await settled(office))[0] for _ in range(2)]
    for bill in bills:
        await receipts.follow(bill.id)
    first, second = await Receipt.all().order_by("id")
    await receipts.issue(receipt_id=first.id)
    office.printer.trouble["issue"] = ReceiptRefused("AMOUNT_WRONG")
    await receipts.issue(receipt_id=second.id)
    page = await office.one.open("/console/receipts?state=waits")
    assert "AMOUNT_WRONG" in page.text
    assert bills[1].pay_code in page.text
    assert bills[0].pay_code not in page.text
    again = await office.one.press("/console/receipts/again", receipt_id=second.id)
    assert "已重新提交" in again.text
    assert (await office.one.press("/console/receipts/again", receipt_id=first.id)).status_code == 409
    file = await office.one.open("/console/receipts/file")
    assert file.headers["content-type"].startswith("text/csv")
    rows = list(csv.reader(io.StringIO(file.text.removeprefix("\ufeff"))))
    await first.refresh_from_db()
    assert [(row[1], row[3], row[8]) for row in rows[1:]] == [
        ("", "80.00", "开具中"),
        (f"'{first.number}", "80.00", "有效"),
    ]
    tomorrow = clock.today().replace(year=clock.today().year + 1, day=1)
    assert "没有这样的票据" in (await office.one.open(f"/console/receipts?start={tomorrow}&end={tomorrow}")).text
