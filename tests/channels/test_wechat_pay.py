"""Orders and refunds at WeChat Pay: what is sent, what is believed, what each code becomes."""

import asyncio
import json
import re
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from channels import errors
from channels.key_files import verified
from channels.payment import ChannelState, PaymentRequest, RefundRequest, RefundState
from channels.wechat.pay import WeChatPay
from foundation import http
from tests.builders import channels as build
from tests.builders.channels import Answer, Call, Vendor
from tests.channels.conftest import KeyFolder

REQUEST = PaymentRequest(
    out_trade_no="bill-0001",
    amount_fen=1234,
    description="不动产登记费",
    payer_openid="o-payer",
    expires_at=datetime(2026, 11, 21, 20, 30, tzinfo=UTC),
    notify_url="https://api.test/callbacks/wechat-pay",
)
REFUND = RefundRequest(
    out_trade_no="bill-0001", out_refund_no="refund-1", amount_fen=200, total_fen=1234, reason="重复缴费" * 30
)


def signed(answer: Any, status: int = 200, *, by: str = "wechat_pay", serial: str = build.PUBLIC_KEY_ID) -> Answer:
    body = b"" if answer is None else json.dumps(answer, ensure_ascii=False).encode()
    return status, build.wechat_signed(body, by=by, serial=serial), body


@pytest.fixture
async def pay(keys: KeyFolder) -> AsyncIterator[WeChatPay]:
    channel = WeChatPay(keys.settings())
    yield channel
    await channel.aclose()


def check_request_signature(call: Call) -> dict[str, str]:
    kind, _, rest = call.headers["authorization"].partition(" ")
    given = dict(re.findall(r'(\w+)="([^"]*)"', rest))
    text = f"{call.method}\n{call.path}\n{given['timestamp']}\n{given['nonce_str']}\n".encode() + call.body + b"\n"
    assert verified(build.key("merchant").public_key(), text, given["signature"])
    return given


async def test_an_order_is_signed_as_sent_and_answered_with_client_parameters(pay: WeChatPay, vendor: Vendor) -> None:
    vendor.answer = lambda call: signed({"prepay_id": "wx-prepay"})
    prepared = await pay.prepare(REQUEST)
    call = vendor.calls[0]
    assert check_request_signature(call)["serial_no"] == "5A5A"
    assert call.headers["accept"] == "application/json"
    assert call.headers["user-agent"]
    assert call.headers["wechatpay-serial"] == build.PUBLIC_KEY_ID
    sent = json.loads(call.body)
    assert sent["time_expire"] == "2026-11-22T04:30:00+08:00"
    assert sent["amount"] == {"total": 1234, "currency": "CNY"}
    assert (sent["appid"], sent["mchid"], sent["payer"]) == ("wx0000000000000001", "1900000001", {"openid": "o-payer"})
    assert prepared.parameters["package"] == "prepay_id=wx-prepay"


async def test_a_query_signs_path_and_query_as_sent(pay: WeChatPay, vendor: Vendor) -> None:
    odd = "a|b*c_1"
    vendor.answer = lambda call: signed(build.wechat_order(out_trade_no=odd))
    found = await pay.query(odd)
    check_request_signature(vendor.calls[0])
    assert vendor.calls[0].path.endswith("?mchid=1900000001")
    assert (found.state, found.amount_fen) == (ChannelState.PAID, 1234)


@pytest.mark.parametrize(
    ("word", "state"),
    [
        ("NOTPAY", ChannelState.UNPAID),
        ("CLOSED", ChannelState.CLOSED),
        ("REFUND", ChannelState.REFUNDED),
        ("SUCCESS", ChannelState.PAID),
    ],
)
async def test_order_states(pay: WeChatPay, vendor: Vendor, word: str, state: ChannelState) -> None:
    vendor.answer = lambda call: signed(build.wechat_order(trade_state=word))
    assert (await pay.query("bill-0001")).state is state


@pytest.mark.parametrize("code", ["ORDER_NOT_EXIST", "ORDERNOTEXIST"])
async def test_an_order_that_is_not_there_is_absent(pay: WeChatPay, vendor: Vendor, code: str) -> None:
    vendor.answer = lambda call: signed({"code": code, "message": "订单不存在"}, 404)
    assert (await pay.query("bill-0001")).state is ChannelState.ABSENT


async def test_the_answer_to_another_question_is_forged(pay: WeChatPay, vendor: Vendor) -> None:
    vendor.answer = lambda call: signed(build.wechat_order(out_trade_no="bill-0002"))
    with pytest.raises(errors.ForgedAnswer):
        await pay.query("bill-0001")


@pytest.mark.parametrize(
    "spoil",
    [
        lambda status, headers, body: (status, {}, body),
        lambda status, headers, body: (status, headers, body + b" "),
        lambda status, headers, body: (status, headers | {"Wechatpay-Timestamp": "1600000000"}, body),
        lambda status, headers, body: (status, headers | {"Wechatpay-Serial": "not a number"}, body),
        lambda status, headers, body: (
            status,
            headers | {"Wechatpay-Signature": "WECHATPAY/SIGNTEST/" + headers["Wechatpay-Signature"]},
            body,
        ),
    ],
    ids=["unsigned", "changed", "stale", "unknown serial", "probe"],
)
async def test_an_answer_that_cannot_be_believed_leaves_the_outcome_unknown(
    pay: WeChatPay, vendor: Vendor, spoil: Callable[..., Answer]
) -> None:
    def answer(call: Call) -> Answer:
        return (404, {}, b"{}") if call.path == "/v3/certificates" else spoil(*signed({"prepay_id": "wx-prepay"}))

    vendor.answer = answer
    with pytest.raises(errors.OutcomeUnknown):
        await pay.prepare(REQUEST)


async def test_a_signed_refusal_must_be_genuine_too(pay: WeChatPay, vendor: Vendor) -> None:
    status, headers, body = signed({"code": "ORDERPAID"}, 400)
    vendor.answer = lambda call: (status, headers, body.replace(b"ORDERPAID", b"NOT_ENOUGH"))
    with pytest.raises(errors.ForgedAnswer):
        await pay.close("bill-0001")


CODES = [
    (400, "PARAM_ERROR", errors.RequestWrong),
    (400, "INVALID_REQUEST", errors.RequestWrong),
    (403, "OUT_TRADE_NO_USED", errors.OrderNumberUsed),
    (400, "ORDERPAID", errors.OrderPaid),
    (403, "ORDERPAID", errors.OrderPaid),
    (400, "ORDER_CLOSED", errors.OrderClosed),
    (404, "ORDER_NOT_EXIST", errors.OrderNotExist),
    (404, "ORDERNOTEXIST", errors.OrderNotExist),
    (403, "ORDERCLOSED", errors.OrderClosed),
    (400, "APPID_MCHID_NOT_MATCH", errors.AccountUnusable),
    (400, "MCH_NOT_EXISTS", errors.AccountUnusable),
    (401, "SIGN_ERROR", errors.RequestWrong),
    (403, "NO_AUTH", errors.AccountUnusable),
    (403, "RULE_LIMIT", errors.AccountUnusable),
    (403, "NOT_ENOUGH", errors.NotEnoughMoney),
    (403, "USER_ACCOUNT_ABNORMAL", errors.PayerUnusable),
    (400, "SIGNERROR", errors.RequestWrong),
    (403, "NOAUTH", errors.AccountUnusable),
    (403, "NOTENOUGH", errors.NotEnoughMoney),
    (404, "RESOURCE_NOT_EXISTS", errors.RefundNotExist),
    (429, "RATELIMIT_EXCEEDED", errors.SlowDown),
    (429, "FREQUENCY_LIMITED", errors.SlowDown),
    (429, "RATELIMIT_EXCEED", errors.SlowDown),
    (500, "SYSTEM_ERROR", errors.SystemError),
    (400, "SYSTEMERROR", errors.SystemError),
    (202, "USERPAYING", errors.SystemError),
    (400, "NO_STATEMENT_EXIST", errors.NoBill),
    (400, "STATEMENT_CREATING", errors.BillNotReady),
    (500, "OPENID_MISMATCH", errors.PayerMismatch),
    (400, "A_NEW_CODE", errors.ChannelRefused),
    (502, "A_NEW_CODE", errors.OutcomeUnknown),
]


@pytest.mark.parametrize(("status", "code", "kind"), CODES)
async def test_each_code_has_its_class(
    pay: WeChatPay, vendor: Vendor, status: int, code: str, kind: type[Exception]
) -> None:
    vendor.answer = lambda call: signed({"code": code, "message": "说明"}, status)
    with pytest.raises(kind) as raised:
        await pay.refund(REFUND)
    assert type(raised.value) is kind or kind is errors.OutcomeUnknown
    if isinstance(raised.value, errors.ChannelRefused):
        assert raised.value.vendor_code == code


async def test_the_same_number_with_other_parameters_is_told_apart(pay: WeChatPay, vendor: Vendor) -> None:
    vendor.answer = lambda call: signed({"code": "INVALID_REQUEST", "message": "201 商户订单号重复"}, 400)
    with pytest.raises(errors.OrderNumberUsed):
        await pay.prepare(REQUEST)


@pytest.mark.parametrize("body", [b"", b"<html>", b"[]", b'"text"'])
async def test_an_unreadable_failure_is_unknown(pay: WeChatPay, vendor: Vendor, body: bytes) -> None:
    vendor.answer = lambda call: (503, {}, body)
    with pytest.raises(errors.OutcomeUnknown):
        await pay.prepare(REQUEST)


async def test_a_lost_answer_is_unknown_and_the_order_is_not_sent_twice(pay: WeChatPay, vendor: Vendor) -> None:
    async def hang_up(call: Call) -> Answer:
        raise ConnectionResetError

    vendor.answer = hang_up
    with pytest.raises(errors.OutcomeUnknown):
        await pay.prepare(REQUEST)
    assert len(vendor.calls) == 1


async def test_a_vendor_that_is_away_was_not_reached(keys: KeyFolder) -> None:
    channel = WeChatPay(keys.settings(WECHAT_PAY_URL="http://127.0.0.1:9"))
    with pytest.raises(http.OutsideUnavailable):
        await channel.prepare(REQUEST)
    await channel.aclose()


async def test_closing_is_quiet_when_it_is_closed_and_loud_when_it_is_paid(pay: WeChatPay, vendor: Vendor) -> None:
    vendor.answer = lambda call: signed(None, 204)
    await pay.close("bill-0001")
    assert json.loads(vendor.calls[0].body) == {"mchid": "1900000001"}
    vendor.answer = lambda call: signed({"code": "ORDER_CLOSED"}, 400)
    await pay.close("bill-0001")
    vendor.answer = lambda call: signed({"code": "ORDERPAID"}, 400)
    with pytest.raises(errors.OrderPaid):
        await pay.close("bill-0001")


async def test_an_unsigned_204_is_forged(pay: WeChatPay, vendor: Vendor) -> None:
    vendor.answer = lambda call: (204, {}, b"")
    with pytest.raises(errors.ForgedAnswer):
        await pay.close("bill-0001")


async def test_a_refund_is_accepted_first_and_done_later(pay: WeChatPay, vendor: Vendor) -> None:
    answer = {
        "refund_id": "5000",
        "out_refund_no": "refund-1",
        "out_trade_no": "bill-0001",
        "status": "PROCESSING",
        "amount": {"total": 1234, "refund": 200, "currency": "CNY"},
    }
    vendor.answer = lambda call: signed(answer)
    assert (await pay.refund(REFUND)).state is RefundState.PROCESSING
    sent = json.loads(vendor.calls[0].body)
    assert sent["amount"] == {"refund": 200, "total": 1234, "currency": "CNY"}
    assert len(sent["reason"].encode()) <= 80
    vendor.answer = lambda call: signed(answer | {"status": "SUCCESS", "success_time": "2026-11-21T10:00:00+08:00"})
    found = await pay.query_refund(out_refund_no="refund-1", out_trade_no="bill-0001")
    assert (found.state, found.amount_fen, found.refund_no) == (RefundState.DONE, 200, "5000")
    vendor.answer = lambda call: signed({"code": "RESOURCE_NOT_EXISTS"}, 404)
    absent = await pay.query_refund(out_refund_no="refund-1", out_trade_no="bill-0001")
    assert absent.state is RefundState.ABSENT


async def test_fifty_at_once(pay: WeChatPay, vendor: Vendor) -> None:
    vendor.answer = lambda call: signed({"prepay_id": "wx-prepay"})
    prepared = await asyncio.gather(*(pay.prepare(REQUEST) for _ in range(50)))
    assert len({one.parameters["nonceStr"] for one in prepared}) == 50
