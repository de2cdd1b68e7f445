"""Receipts and refunds as a citizen's phone sees them, and the check that anybody may make."""

import httpx

from foundation.actor import Actor
from identity.models import Citizen
from payments import receipts, refund_applications, refunds, settlement
from payments.models import Bill, PaymentOrder
from tests.builders.doors import sign_in
from tests.builders.identity import citizen as a_citizen
from tests.builders.payments import Till, a_bill, a_payer, begin, begun
from tests.builders.people import mandate
from tests.builders.receipts import issued

REASON = "家人已在窗口缴纳"


async def settled(till: Till) -> tuple[Bill, PaymentOrder, Citizen]:
    bill, order, citizen = await begun()
    await settlement.settle(till.pay(order.out_trade_no))
    return bill, order, citizen


async def test_a_receipt_as_data_as_a_file_and_checked_by_anybody(bff: httpx.AsyncClient, till: Till) -> None:
    bill, _, citizen = await settled(till)
    me = await sign_in(citizen)
    address = f"/v1/bills/{bill.pay_code}/receipt"
    not_yet = await bff.get(address, headers=me)
    assert (not_yet.status_code, not_yet.json()["code"]) == (404, "ReceiptNotReady")
    receipt = await issued(bill)
    shown = (await bff.get(address, headers=me)).json()
    assert (shown["number"], shown["payer"], shown["amount_fen"]) == (receipt.number, "张三", 8000)
    assert shown["items"] == [{"name": "登记费", "amount_fen": 8000}]
    assert shown["qr_svg"].startswith("<svg")
    file = await bff.get(f"{address}.pdf", headers=me)
    assert file.headers["content-type"] == "application/pdf"
    assert file.content.startswith(b"%PDF-1.")
    numbers = {"code": receipt.code, "number": receipt.number, "check_code": receipt.check_code}
    checked = (await bff.post("/v1/receipts/check", json=numbers)).json()
    assert (checked["label"], checked["payer"], checked["amount_fen"]) == ("有效", "张*", 8000)
    answers = [
        await bff.post("/v1/receipts/check", json={**numbers, name: wrong})
        for name, wrong in (("check_code", "zzzzzz"), ("number", "9999999999"), ("code", "1"))
    ]
    assert {(one.status_code, one.json()["message"]) for one in answers} == {(404, answers[0].json()["message"])}


async def test_what_was_paid_is_shown_to_those_it_concerns_alone(bff: httpx.AsyncClient, till: Till) -> None:
    payer, _ = await a_payer()
    owner, identity = await a_payer()
    agent, booker = await a_citizen(), await a_citizen()
    for who, scope in ((agent, "pay"), (booker, "book")):
        await mandate(Actor.citizen(owner.id), Actor.citizen(who.id), scope=scope)
    bill = await a_bill(payer=identity)
    begun_only = await a_citizen()
    order = await begin(bill, payer)
    await settlement.settle(till.pay(order.out_trade_no))
    await PaymentOrder.create(
        bill=bill, channel="wechat", out_trade_no="P-begun-only", amount_fen=8000, state="closed", payer=begun_only,
        payer_openid="o", app_id="", merchant_id="", expires_at=order.expires_at,
    )  # fmt: skip
    await issued(bill)
    for who, *statuses in (
        (payer, 200, 200, 200), (owner, 200, 200, 200), (agent, 200, 200, 200), (begun_only, 200, 200, 404),
        (booker, 404, 404, 404), (await a_citizen(), 404, 404, 404),
    ):  # fmt: skip
        me = await sign_in(who)
        answers = [
            await bff.get(f"/v1/bills/{bill.pay_code}/{one}", headers=me) for one in ("result", "refunds", "receipt")
        ]
        assert [one.status_code for one in answers] == statuses
        assert {one.json()["code"] for one in answers if one.status_code == 404} <= {"BillNotFound"}


async def test_blank_numbers_are_not_those_of_a_receipt_that_has_none_yet(bff: httpx.AsyncClient, till: Till) -> None:
    await receipts.follow((await settled(till))[0].id)
    blank = dict.fromkeys(("code", "number", "check_code"), " ")
    assert (await bff.post("/v1/receipts/check", json=blank)).status_code == 404


async def test_too_many_guesses_at_a_receipt_are_stopped(bff: httpx.AsyncClient, till: Till) -> None:
    receipt = await issued((await settled(till))[0])
    numbers = {"code": receipt.code, "number": receipt.number, "check_code": "000000"}
    answers = [await bff.post("/v1/receipts/check", json=numbers) for _ in range(11)]
    assert [one.status_code for one in answers] == [*[404] * 10, 429]
    right = await bff.post("/v1/receipts/check", json={**numbers, "check_code": receipt.check_code})
    assert right.status_code == 429


async def test_asking_for_money_back_and_how_far_it_is(bff: httpx.AsyncClient, till: Till) -> None:
    bill, order, citizen = await settled(till)
    me, address = await sign_in(citizen), f"/v1/bills/{bill.pay_code}/refunds"
    assert (await bff.get(address, headers=me)).json() == []
    short = await bff.post(address, json={"reason": "错"}, headers=me)
    assert (short.status_code, short.json()["code"]) == (422, "ReasonFault")
    asked = await bff.post(address, json={"reason": REASON}, headers=me)
    assert asked.status_code == 201
    assert [(one["state"], one["amount_fen"]) for one in asked.json()] == [("applied", 8000)]
    again = await bff.post(address, json={"reason": REASON}, headers=me)
    assert (again.status_code, again.json()["code"]) == (409, "RefundAlreadyAsked")
    application = await order.applications.all().first()  # type: ignore[attr-defined]
    one, other = Actor.staff(1), Actor.staff(2)
    await refund_applications.take_up(application_id=application.id, amount_fen=3000, expected_fen=8000, by=one)
    refund = await refund_applications.approve(application_id=application.id, by=other)
    (shown,) = (await bff.get(address, headers=me)).json()
    assert (shown["state"], shown["label"], shown["amount_fen"]) == ("requested", "退款中", 3000)
    await refunds.send(refund_id=refund.id)
    (shown,) = (await bff.get(address, headers=me)).json()
    assert (shown["state"], shown["label"]) == ("done", "已退回原支付账户")
    assert (await bff.get(address, headers=await sign_in(await a_citizen()))).status_code == 404


async def test_nothing_can_be_asked_back_of_a_bill_nobody_has_paid(bff: httpx.AsyncClient, till: Till) -> None:
    bill, _, citizen = await begun()
    me = await sign_in(citizen)
    refused = await bff.post(f"/v1/bills/{bill.pay_code}/refunds", json={"reason": REASON}, headers=me)
    assert (refused.status_code, refused.json()["code"]) == (409, "NothingToRefund")
    none = await bff.get(f"/v1/bills/{bill.pay_code}/receipt", headers=me)
    assert (none.status_code, none.json()["code"]) == (404, "NothingToReceipt")
