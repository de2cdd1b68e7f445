"""Orders, refunds and logins at Alipay's gateway."""

import json
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.hashes import SHA1

from channels import errors
from channels.alipay import login, messages
from channels.alipay.client import AlipayClient
from channels.alipay.pay import Alipay
from channels.alipay.serials import serial
from channels.alipay.signing import joined
from channels.key_files import verified
from channels.messages import Outcome
from channels.payment import ChannelState, PaymentRequest, RefundRequest, RefundState
from foundation import clock
from tests.builders import channels as build
from tests.builders.channels import Answer, Call, Vendor
from tests.channels import published
from tests.channels.conftest import KeyFolder

REQUEST = PaymentRequest(
    out_trade_no="bill-0001",
    amount_fen=1234,
    description="登记费/工本费=1&1",
    payer_openid="o-payer",
    expires_at=datetime(2026, 11, 21, 20, 30, tzinfo=UTC),
    notify_url="https://api.test/callbacks/alipay",
)
REFUND = RefundRequest(
    out_trade_no="bill-0001", out_refund_no="refund-1", amount_fen=200, total_fen=1234, reason="重复缴费"
)
OK = {"code": "10000", "msg": "Success", "out_trade_no": "bill-0001", "trade_no": "2026112122001"}
TRADE = OK | {"trade_status": "TRADE_SUCCESS", "total_amount": "12.34", "send_pay_date": "2026-11-21 10:00:00"}


def refused(sub_code: str, code: str = "40004") -> dict[str, str]:
    return {"code": code, "msg": "Business Failed", "sub_code": sub_code, "sub_msg": "说明"}


def answering(**answers: dict[str, Any]) -> Callable[[Call], Answer]:
    """Signed answers by the last word of the method (`create`, `query`, `refund_query`, …)."""

    def answer(call: Call) -> Answer:
        method = call.query["method"]
        name = "refund_query" if "fastpay" in method else method.rpartition(".")[2]
        return 200, {}, build.alipay_envelope(method, json.dumps(answers[name], ensure_ascii=False))

    return answer


@pytest.fixture
async def pay(keys: KeyFolder) -> AsyncIterator[Alipay]:
    channel = Alipay(keys.settings())
    yield channel
    await channel.aclose()


@pytest.fixture
async def client(keys: KeyFolder) -> AsyncIterator[AlipayClient]:
    line = AlipayClient(keys.settings())
    yield line
    await line.aclose()


def check_request_signature(call: Call) -> dict[str, str]:
    given = call.query | call.form
    sign = given.pop("sign")
    assert verified(build.key("app").public_key(), joined(given).encode(), sign)
    return given


async def test_an_order_is_signed_and_timed_in_beijing(pay: Alipay, vendor: Vendor) -> None:
    vendor.answer = answering(create=OK)
    with clock.frozen(datetime(2026, 12, 31, 16, 0, 1, tzinfo=UTC)):
        prepared = await pay.prepare(REQUEST)
    assert prepared.parameters == {"tradeNO": "2026112122001"}
    given = check_request_signature(vendor.calls[0])
    assert given["timestamp"] == "2027-01-01 00:00:01"
    assert (given["sign_type"], given["method"], given["app_id"]) == ("RSA2", "alipay.trade.create", "2021000000000001")
    assert given["notify_url"] == REQUEST.notify_url
    order = json.loads(vendor.calls[0].form["biz_content"])
    assert order == {
        "out_trade_no": "bill-0001",
        "total_amount": "12.34",
        "subject": "登记费 工本费 1 1",
        "product_code": "JSAPI_PAY",
        "op_app_id": "2021000000000001",
        "buyer_open_id": "o-payer",
        "seller_id": "2088100000000001",
        "time_expire": "2026-11-22 04:30:00",
    }


@pytest.mark.parametrize("wrapping", ["pkcs1", "pkcs8", "bare"])
async def test_our_key_comes_in_any_wrapping(keys: KeyFolder, vendor: Vendor, wrapping: str) -> None:
    content = build.private_pem("app", pkcs1=wrapping == "pkcs1")
    if wrapping == "bare":
        content = b"".join(content.splitlines()[1:-1])
    channel = Alipay(keys.settings(ALIPAY_APP_KEY_FILE=build.write(keys.path, "other.pem", content)))
    vendor.answer = answering(query=TRADE)
    await channel.query("bill-0001")
    check_request_signature(vendor.calls[0])
    await channel.aclose()


async def test_certificate_mode_sends_both_serials_and_checks_theirs(keys: KeyFolder, vendor: Vendor) -> None:
    own, theirs = build.certificate("app"), build.certificate("alipay_cert")
    channel = Alipay(
        keys.settings(
            ALIPAY_APP_CERT_FILE=build.write(keys.path, "app_cert.pem", build.pem(own)),
            ALIPAY_ROOT_CERT_FILE=str(Path(published.HERE / "alipay_root.pem")),
            ALIPAY_CERT_FILE=build.write(keys.path, "alipay_cert.pem", build.pem(theirs)),
            ALIPAY_PUBLIC_KEY_FILE="",
        )
    )
    cert_sn = serial(theirs)

    def answer(call: Call) -> Answer:
        return (
            200,
            {},
            build.alipay_envelope(call.query["method"], json.dumps(TRADE), by="alipay_cert", cert_sn=cert_sn),
        )

    vendor.answer = answer
    assert (await channel.query("bill-0001")).state is ChannelState.PAID
    given = check_request_signature(vendor.calls[0])
    assert given["app_cert_sn"] == serial(own)
    assert given["alipay_root_cert_sn"] == published.ALIPAY_ROOT_SERIAL
    cert_sn = "0" * 32
    with pytest.raises(errors.ForgedAnswer):
        await channel.query("bill-0001")
    await channel.aclose()


QUERY = "alipay.trade.query"
INNER = json.dumps(TRADE)


@pytest.mark.parametrize(
    "body",
    [
        build.alipay_envelope(QUERY, INNER).replace(b"12.34", b"00.01"),
        build.alipay_envelope(QUERY, INNER, by="app"),
        build.alipay_envelope(QUERY, INNER, digest=SHA1()),
        build.alipay_envelope("alipay.trade.close", INNER),
        f'{{"alipay_trade_query_response":{INNER}}}'.encode(),
        f'{{"alipay_trade_query_response":{INNER},"sign":""}}'.encode(),
        f'{{"alipay_trade_query_response":{INNER},"sign":1}}'.encode(),
        b'{"alipay_trade_query_response":"text","sign":""}',
        json.dumps({"alipay_trade_query_response": refused("ACQ.TRADE_NOT_EXIST")}).encode(),
        b"",
        b"<html>",
        b"[]",
        b"\xff",
    ],
)
async def test_an_answer_that_cannot_be_believed_leaves_the_outcome_unknown(
    pay: Alipay, vendor: Vendor, body: bytes
) -> None:
    vendor.answer = lambda call: (200, {}, body)
    with pytest.raises(errors.ForgedAnswer):
        await pay.query("bill-0001")


async def test_the_signature_covers_the_raw_text_with_escapes_blanks_and_a_decoy(pay: Alipay, vendor: Vendor) -> None:
    raw = INNER.replace("{", '{ "url":"https:\\/\\/x\\/y", "body":"},\\"sign\\":\\"decoy\\"", "sign":"decoy", ', 1)
    vendor.answer = lambda call: (200, {}, build.alipay_envelope(QUERY, raw))
    assert (await pay.query("bill-0001")).amount_fen == 1234


async def test_the_vendors_client_believes_the_same_envelope() -> None:
    from alipay.aop.api.util.SignatureUtils import verify_with_rsa

    sign = json.loads(build.alipay_envelope(QUERY, INNER))["sign"]
    assert verify_with_rsa(b"".join(build.public_pem("alipay").splitlines()[1:-1]).decode(), INNER.encode(), sign)


@pytest.mark.parametrize(
    ("code", "sub_code", "kind"),
    [
        ("40001", "isv.missing-method", errors.RequestWrong),
        ("40002", "isv.invalid-signature", errors.RequestWrong),
        ("40002", "isv.invalid-app-id", errors.RequestWrong),
        ("40002", "isv.invalid-timestamp", errors.RequestWrong),
        ("40006", "isv.insufficient-isv-permissions", errors.AccountUnusable),
        ("20000", "isp.unknow-error", errors.SystemError),
    ],
)
async def test_the_gateway_may_refuse_unsigned(
    pay: Alipay, vendor: Vendor, code: str, sub_code: str, kind: type[Exception]
) -> None:
    vendor.answer = lambda call: build.jsoned({"error_response": refused(sub_code, code)})
    with pytest.raises(kind):
        await pay.query("bill-0001")


CODES = [
    ("ACQ.TRADE_HAS_SUCCESS", errors.OrderPaid),
    ("ACQ.TRADE_HAS_CLOSE", errors.OrderClosed),
    ("ACQ.TRADE_HAS_FINISHED", errors.OrderPaid),
    ("ACQ.TRADE_NOT_EXIST", errors.OrderNotExist),
    ("ACQ.BUYER_NOT_EXIST", errors.PayerMismatch),
    ("ACQ.CONTEXT_INCONSISTENT", errors.OrderNumberUsed),
    ("ACQ.TRADE_BUYER_NOT_MATCH", errors.PayerMismatch),
    ("ACQ.INVALID_PARAMETER", errors.RequestWrong),
    ("ACQ.TRADE_STATUS_ERROR", errors.OrderStateWrong),
    ("ACQ.SYSTEM_ERROR", errors.SystemError),
    ("aop.ACQ.SYSTEM_ERROR", errors.SystemError),
    ("ACQ.SELLER_BALANCE_NOT_ENOUGH", errors.NotEnoughMoney),
    ("ACQ.REFUND_AMT_NOT_EQUAL_TOTAL", errors.RequestWrong),
    ("ACQ.REASON_TRADE_REFUND_FEE_ERR", errors.RequestWrong),
    ("ACQ.DISCORDANT_REPEAT_REQUEST", errors.OrderNumberUsed),
    ("ACQ.REASON_TRADE_STATUS_INVALID", errors.OrderStateWrong),
    ("isp.bill_not_exist", errors.NoBill),
    ("isp.unknow-error", errors.SystemError),
    ("isv.code-invalid", errors.CodeUnusable),
    ("isv.app-call-limited", errors.SlowDown),
    ("isv.method-call-limited", errors.SlowDown),
    ("ACQ.A_NEW_CODE", errors.ChannelRefused),
]


@pytest.mark.parametrize(("sub_code", "kind"), CODES)
async def test_each_code_has_its_class(pay: Alipay, vendor: Vendor, sub_code: str, kind: type[Exception]) -> None:
    vendor.answer = answering(create=refused(sub_code))
    with pytest.raises(kind) as raised:
        await pay.prepare(REQUEST)
    assert type(raised.value) is kind


async def test_a_failing_server_is_unknown(pay: Alipay, vendor: Vendor) -> None:
    vendor.answer = lambda call: (502, {}, b"<html>")
    with pytest.raises(errors.OutcomeUnknown):
        await pay.prepare(REQUEST)
    assert len(vendor.calls) == 1


async def test_queries(pay: Alipay, vendor: Vendor) -> None:
    vendor.answer = answering(query=TRADE)
    paid = await pay.query("bill-0001")
    assert (paid.state, paid.amount_fen, paid.merchant_id) == (ChannelState.PAID, 1234, "2088100000000001")
    assert paid.paid_at == datetime(2026, 11, 21, 2, 0, tzinfo=UTC)
    vendor.answer = answering(query=TRADE | {"trade_status": "TRADE_CLOSED"})
    assert (await pay.query("bill-0001")).state is ChannelState.REFUNDED
    vendor.answer = answering(query=TRADE | {"trade_status": "TRADE_CLOSED", "send_pay_date": ""})
    assert (await pay.query("bill-0001")).state is ChannelState.CLOSED
    vendor.answer = answering(query=refused("ACQ.TRADE_NOT_EXIST"))
    assert (await pay.query("bill-0001")).state is ChannelState.ABSENT
    vendor.answer = answering(query=TRADE | {"out_trade_no": "bill-0002"})
    with pytest.raises(errors.ForgedAnswer):
        await pay.query("bill-0001")
    vendor.answer = answering(query=TRADE | {"trade_status": "NEW_STATE"})
    with pytest.raises(errors.OutcomeUnknown):
        await pay.query("bill-0001")


async def test_closing_asks_what_the_state_is(pay: Alipay, vendor: Vendor) -> None:
    vendor.answer = answering(close=OK)
    await pay.close("bill-0001")
    vendor.answer = answering(close=refused("ACQ.TRADE_NOT_EXIST"))
    await pay.close("bill-0001")
    vendor.answer = answering(
        close=refused("ACQ.TRADE_STATUS_ERROR"), query=TRADE | {"trade_status": "TRADE_CLOSED", "send_pay_date": ""}
    )
    await pay.close("bill-0001")
    vendor.answer = answering(close=refused("ACQ.TRADE_STATUS_ERROR"), query=TRADE)
    with pytest.raises(errors.OrderPaid):
        await pay.close("bill-0001")


async def test_money_moved_only_when_the_answer_says_so(pay: Alipay, vendor: Vendor) -> None:
    vendor.answer = answering(refund=OK | {"fund_change": "Y", "refund_fee": "5.00"})
    moved = await pay.refund(REFUND)
    assert (moved.state, moved.amount_fen) == (RefundState.DONE, 200)  # 5.00 sums all refunds
    sent = json.loads(vendor.calls[-1].form["biz_content"])
    assert (sent["refund_amount"], sent["out_request_no"]) == ("2.00", "refund-1")
    again = OK | {"fund_change": "N", "refund_fee": "5.00"}
    done = OK | {"refund_status": "REFUND_SUCCESS", "refund_amount": "2.00", "out_request_no": "refund-1"}
    vendor.answer = answering(refund=again, refund_query=done)
    assert (await pay.refund(REFUND)).state is RefundState.DONE
    vendor.answer = answering(refund=again, refund_query={"code": "10000", "msg": "Success"})
    assert (await pay.refund(REFUND)).state is RefundState.PROCESSING
    absent = await pay.query_refund(out_refund_no="refund-1", out_trade_no="bill-0001")
    assert absent.state is RefundState.ABSENT


@pytest.mark.parametrize("verb", ["refund", "close"])
async def test_a_question_that_cannot_be_sent_does_not_unsay_what_was(pay: Alipay, vendor: Vendor, verb: str) -> None:
    """It was sent and answered; that asking about it fails must not sound as if nothing had been sent."""
    answers = {"refund": OK | {"fund_change": "N"}, "close": refused("ACQ.TRADE_STATUS_ERROR")}

    def answer_and_go(call: Call) -> Answer:
        vendor.leave()
        return answering(**answers)(call)

    vendor.answer = answer_and_go
    attempt = pay.refund(REFUND) if verb == "refund" else pay.close("bill-0001")
    with pytest.raises(errors.OutcomeUnknown):
        await attempt
    assert len(vendor.calls) == 1


async def test_login_trades_a_code_for_an_account(client: AlipayClient, vendor: Vendor) -> None:
    vendor.answer = answering(token={"open_id": "o-1", "access_token": "t", "expires_in": 300})
    account = await login.code_to_account(client, "code-1")
    assert (account.openid, account.user_id) == ("o-1", "")
    given = check_request_signature(vendor.calls[0])
    assert (given["code"], given["grant_type"]) == ("code-1", "authorization_code")
    assert "code-1" not in vendor.calls[0].path
    vendor.answer = lambda call: build.jsoned({"error_response": refused("isv.code-invalid", "40002")})
    with pytest.raises(errors.CodeUnusable):
        await login.code_to_account(client, "code-1")


async def test_an_unsigned_login_answer_is_forged(client: AlipayClient, vendor: Vendor) -> None:
    vendor.answer = lambda call: build.jsoned({"alipay_system_oauth_token_response": {"open_id": "o-1"}})
    with pytest.raises(errors.ForgedAnswer):
        await login.code_to_account(client, "code-1")


async def test_a_code_that_cannot_be_one_is_not_sent(client: AlipayClient, vendor: Vendor) -> None:
    for code in ("", "x" * 129):
        with pytest.raises(errors.CodeUnusable):
            await login.code_to_account(client, code)
    assert vendor.calls == []


def test_the_authorize_address(client: AlipayClient) -> None:
    address = login.authorize_address(client, redirect="https://h5.test/login?x=1", state="s&t")
    assert address.endswith("&scope=auth_base&redirect_uri=https%3A%2F%2Fh5.test%2Flogin%3Fx%3D1&state=s%26t")


@pytest.mark.parametrize(
    ("answer", "outcome", "code"),
    [
        ({"code": "10000"}, Outcome.SENT, ""),
        (refused("USER_TEMPLATE_ILLEGAL"), Outcome.REFUSED, "USER_TEMPLATE_ILLEGAL"),
        (refused("isv.app-call-limited", "40005"), Outcome.LIMITED, "isv.app-call-limited"),
        (refused("isp.unknow-error", "20000"), Outcome.TRY_AGAIN, ""),
    ],
)
async def test_messages_end_in_one_of_three_ways(
    client: AlipayClient, vendor: Vendor, answer: dict[str, str], outcome: Outcome, code: str
) -> None:
    vendor.answer = answering(send=answer)
    ended = await messages.send_template(
        client, openid="o-1", template_id="t", fields={"keyword1": "预约成功"}, page="pages/mine"
    )
    assert (ended.outcome, ended.vendor_code) == (outcome, code)
    sent = json.loads(vendor.calls[0].form["biz_content"])
    assert json.loads(sent["data"]) == {"keyword1": {"value": "预约成功"}}
    assert (sent["to_open_id"], sent["user_template_id"]) == ("o-1", "t")
