"""WeChat Pay's notices: believed only when genuine, fresh and signed by a key we hold."""

import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest

from channels.errors import ForgedNotice, StaleNotice, UnreadableNotice
from channels.payment import ChannelState, NoticeKind, RefundState
from channels.wechat.pay import WeChatPay
from foundation import clock
from tests.builders import channels as build
from tests.builders.channels import Vendor
from tests.channels.conftest import KeyFolder


@pytest.fixture
async def pay(keys: KeyFolder) -> AsyncIterator[WeChatPay]:
    """Public key and two certificates at once, as in a migration."""
    files = [
        build.write(keys.path, f"{name}.pem", build.pem(build.certificate(name, serial=serial)))
        for name, serial in (("platform_1", 0x0A1), ("platform_2", 0x0B2))
    ]
    channel = WeChatPay(keys.settings(WECHAT_PAY_PLATFORM_CERT_FILES=",".join(files)))
    yield channel
    await channel.aclose()


BODY = build.wechat_notice(build.wechat_order())


@pytest.mark.parametrize(
    ("by", "serial"),
    [("wechat_pay", build.PUBLIC_KEY_ID), ("platform_1", "A1"), ("platform_2", "b2"), ("platform_2", "00B2")],
)
async def test_every_key_that_is_ours_is_believed_at_once(pay: WeChatPay, by: str, serial: str) -> None:
    notice = await pay.read_notice(build.wechat_signed(BODY, by=by, serial=serial), BODY)
    assert notice.kind is NoticeKind.PAYMENT
    assert notice.notice_id == "notice-1"
    assert notice.payment is not None
    assert notice.payment.state is ChannelState.PAID
    assert (notice.payment.out_trade_no, notice.payment.amount_fen) == ("bill-0001", 1234)
    assert (notice.payment.app_id, notice.payment.merchant_id) == ("wx0000000000000001", "1900000001")
    assert (notice.payment.payer_openid, notice.payment.currency) == ("o-payer", "CNY")
    assert notice.payment.paid_at == datetime(2026, 11, 21, 2, 0, tzinfo=UTC)


async def test_a_missing_signature_type_means_the_default(pay: WeChatPay) -> None:
    headers = build.wechat_signed(BODY, by="platform_1", serial="A1")
    del headers["Wechatpay-Signature-Type"]
    assert (await pay.read_notice(headers, BODY)).payment


@pytest.mark.parametrize(
    ("by", "serial"),
    [
        ("platform_2", "A1"),  # a key of theirs under another's name
        ("merchant", "A1"),
        ("merchant", build.PUBLIC_KEY_ID),
        ("platform_1", "C3"),
        ("platform_1", "not hex"),
        ("platform_1", "A1\x00"),
        ("platform_1", "PUB_KEY_ID_other"),
    ],
)
async def test_a_foreign_key_or_serial_is_forged_and_calls_nobody(
    pay: WeChatPay, vendor: Vendor, by: str, serial: str
) -> None:
    with pytest.raises(ForgedNotice):
        await pay.read_notice(build.wechat_signed(BODY, by=by, serial=serial), BODY)
    assert vendor.calls == []


@pytest.mark.parametrize(
    "changed", [BODY + b" ", BODY.replace(b"notice-1", b"notice-2"), b"", json.dumps(json.loads(BODY)).encode()]
)
async def test_a_changed_body_is_forged(pay: WeChatPay, changed: bytes) -> None:
    headers = build.wechat_signed(BODY, by="platform_1", serial="A1")
    with pytest.raises(ForgedNotice):
        await pay.read_notice(headers, changed)


async def test_a_replay_after_five_minutes_is_stale(pay: WeChatPay) -> None:
    headers = build.wechat_signed(BODY, by="platform_1", serial="A1")
    with clock.shifted(timedelta(seconds=301)), pytest.raises(StaleNotice):
        await pay.read_notice(headers, BODY)


async def test_the_signature_probe_is_refused_as_forged(pay: WeChatPay) -> None:
    headers = build.wechat_signed(BODY, by="platform_1", serial="A1")
    headers["Wechatpay-Signature"] = "WECHATPAY/SIGNTEST/" + headers["Wechatpay-Signature"]
    with pytest.raises(ForgedNotice):
        await pay.read_notice(headers, BODY)


async def test_no_headers_at_all_is_forged(pay: WeChatPay) -> None:
    with pytest.raises(ForgedNotice):
        await pay.read_notice({}, BODY)


async def test_our_wrong_key_is_told_from_a_forgery(pay: WeChatPay) -> None:
    body = build.wechat_notice(build.wechat_order(), api_v3_key="F" * 32)
    with pytest.raises(UnreadableNotice):
        await pay.read_notice(build.wechat_signed(body, by="platform_1", serial="A1"), body)


@pytest.mark.parametrize("body", [b"[]", b"{}", b"nothing", b'{"resource":{}}', b'{"id":"1","resource":null}'])
async def test_a_genuine_notice_of_another_shape_is_unreadable(pay: WeChatPay, body: bytes) -> None:
    with pytest.raises(UnreadableNotice):
        await pay.read_notice(build.wechat_signed(body, by="platform_1", serial="A1"), body)


async def test_an_unknown_order_state_is_unreadable(pay: WeChatPay) -> None:
    body = build.wechat_notice(build.wechat_order(trade_state="SOMETHING_NEW"))
    with pytest.raises(UnreadableNotice):
        await pay.read_notice(build.wechat_signed(body, by="platform_1", serial="A1"), body)


@pytest.mark.parametrize(
    ("event", "state"),
    [("SUCCESS", RefundState.DONE), ("ABNORMAL", RefundState.ABNORMAL), ("CLOSED", RefundState.CLOSED)],
)
async def test_a_refund_notice_is_no_payment(pay: WeChatPay, event: str, state: RefundState) -> None:
    content = {
        "mchid": "1900000001",
        "out_trade_no": "bill-0001",
        "out_refund_no": "refund-0001",
        "refund_id": "50000000000000000000000000001",
        "refund_status": event,
        "amount": {"total": 1234, "refund": 200, "payer_total": 1234, "payer_refund": 200},
    }
    body = build.wechat_notice(content, event=f"REFUND.{event}")
    notice = await pay.read_notice(build.wechat_signed(body, by="platform_2", serial="B2"), body)
    assert notice.kind is NoticeKind.REFUND
    assert notice.payment is None
    assert notice.refund is not None
    assert (notice.refund.state, notice.refund.amount_fen) == (state, 200)
    assert (notice.refund.out_refund_no, notice.refund.out_trade_no) == ("refund-0001", "bill-0001")


async def test_a_replaced_certificate_file_is_believed_without_restart(pay: WeChatPay, keys: KeyFolder) -> None:
    headers = build.wechat_signed(BODY, by="platform_3", serial="C3")
    with pytest.raises(ForgedNotice):
        await pay.read_notice(headers, BODY)
    (keys.path / "platform_1.pem").write_bytes(build.pem(build.certificate("platform_3", serial=0xC3)))
    assert (await pay.read_notice(headers, BODY)).payment


async def test_a_lost_certificate_file_leaves_the_others(pay: WeChatPay, keys: KeyFolder) -> None:
    (keys.path / "platform_1.pem").unlink()
    assert (await pay.read_notice(build.wechat_signed(BODY, by="platform_2", serial="B2"), BODY)).payment
