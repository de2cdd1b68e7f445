"""Alipay's notices: a signed form, believed only under RSA2."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from urllib.parse import parse_qsl, urlencode

import pytest
from cryptography.hazmat.primitives.hashes import MD5, SHA1

from channels.alipay.pay import Alipay
from channels.alipay.serials import serial
from channels.errors import ForgedNotice, UnreadableNotice
from channels.payment import ChannelState, NoticeKind, RefundState
from tests.builders import channels as build
from tests.builders.channels import Vendor
from tests.channels.conftest import KeyFolder


@pytest.fixture
async def pay(keys: KeyFolder) -> AsyncIterator[Alipay]:
    channel = Alipay(keys.settings())
    yield channel
    await channel.aclose()


@pytest.mark.parametrize("charset", ["utf-8", "GBK"])
async def test_a_genuine_notice_is_read(pay: Alipay, vendor: Vendor, charset: str) -> None:
    notice = await pay.read_notice({}, build.alipay_form(charset=charset))
    assert notice.kind is NoticeKind.PAYMENT
    assert notice.payment is not None
    assert (notice.payment.state, notice.payment.amount_fen) == (ChannelState.PAID, 1234)
    assert (notice.payment.app_id, notice.payment.merchant_id) == ("2021000000000001", "2088100000000001")
    assert notice.payment.paid_at == datetime(2026, 11, 21, 2, 0, tzinfo=UTC)
    assert notice.raw["subject"] == "不动产登记费 & 工本费=1+1"
    assert vendor.calls == []


async def test_the_vendors_client_believes_the_same_form(pay: Alipay) -> None:
    from alipay.aop.api.util.SignatureUtils import get_sign_content, verify_with_rsa

    form = dict(parse_qsl(build.alipay_form().decode()))
    sign = form.pop("sign")
    form.pop("sign_type")
    bare = b"".join(build.public_pem("alipay").splitlines()[1:-1]).decode()
    assert verify_with_rsa(bare, get_sign_content(form).encode(), sign)


def changed(**other: str) -> bytes:
    return urlencode(dict(parse_qsl(build.alipay_form().decode())) | other).encode()


@pytest.mark.parametrize(
    "body",
    [
        changed(total_amount="0.01"),
        changed(out_trade_no="bill-0002"),
        changed(extra="1"),
        changed(sign=""),
        changed(sign="AAAA"),
        changed(sign_type="RSA"),
        changed(sign_type=""),
        changed(charset="utf-7"),
        changed(charset="latin-1"),
        changed(alipay_cert_sn="0" * 32),
        build.alipay_form(by="app"),
        build.alipay_form() + b"&total_amount=0.01",
        b"total_amount=0.01&" + build.alipay_form(),
        b"",
        b"\xff\xfe",
        "签名".encode(),
        b"sign=x&sign_type=RSA2",
        b"&".join(b"a%d=1" % number for number in range(300)),
    ],
)
async def test_anything_else_is_forged(pay: Alipay, body: bytes) -> None:
    with pytest.raises(ForgedNotice):
        await pay.read_notice({}, body)


@pytest.mark.parametrize("digest", [SHA1(), MD5()])
@pytest.mark.parametrize("sign_type", ["RSA", "RSA2"])
async def test_a_weaker_signature_is_refused_whatever_it_calls_itself(
    pay: Alipay, digest: SHA1 | MD5, sign_type: str
) -> None:
    with pytest.raises(ForgedNotice):
        await pay.read_notice({}, build.alipay_form(digest=digest, sign_type=sign_type))


@pytest.mark.parametrize(
    ("fields", "state"),
    [
        ({"trade_status": "TRADE_FINISHED"}, ChannelState.PAID),
        ({"trade_status": "WAIT_BUYER_PAY", "gmt_payment": ""}, ChannelState.UNPAID),
        ({"trade_status": "TRADE_CLOSED", "gmt_payment": ""}, ChannelState.CLOSED),
        ({"trade_status": "TRADE_CLOSED"}, ChannelState.REFUNDED),
    ],
)
async def test_trade_states(pay: Alipay, fields: dict[str, str], state: ChannelState) -> None:
    notice = await pay.read_notice({}, build.alipay_form(**fields))
    assert notice.payment is not None
    assert notice.payment.state is state


async def test_a_refund_notice_is_no_second_payment(pay: Alipay) -> None:
    body = build.alipay_form(refund_fee="5.00", gmt_refund="2026-11-21 11:00:00.123", out_biz_no="refund-1")
    notice = await pay.read_notice({}, body)
    assert (notice.kind, notice.payment) == (NoticeKind.REFUND, None)
    assert notice.refund is not None
    assert (notice.refund.out_refund_no, notice.refund.state) == ("refund-1", RefundState.DONE)
    assert notice.refund.amount_fen is None  # refund_fee sums all refunds of the trade


@pytest.mark.parametrize("field", ["notify_id", "out_trade_no", "app_id", "seller_id", "trade_status"])
async def test_a_genuine_notice_without_a_field_is_unreadable(pay: Alipay, field: str) -> None:
    with pytest.raises(UnreadableNotice):
        await pay.read_notice({}, build.alipay_form(**{field: ""}))


@pytest.mark.parametrize("amount", ["12.345", "twelve", "1e9999", "NaN"])
async def test_an_amount_that_is_none_is_unreadable(pay: Alipay, amount: str) -> None:
    with pytest.raises(UnreadableNotice):
        await pay.read_notice({}, build.alipay_form(total_amount=amount))


async def test_certificate_mode_names_the_certificate(keys: KeyFolder) -> None:
    held = build.certificate("alipay_cert")
    path = build.write(keys.path, "alipay_cert.pem", build.pem(held))
    channel = Alipay(keys.settings(ALIPAY_CERT_FILE=path, ALIPAY_PUBLIC_KEY_FILE=""))
    genuine = build.alipay_form(by="alipay_cert", alipay_cert_sn=serial(held))
    assert (await channel.read_notice({}, genuine)).payment
    with pytest.raises(ForgedNotice):
        await channel.read_notice({}, build.alipay_form(by="alipay_cert", alipay_cert_sn="0" * 32))
    await channel.aclose()


async def test_a_notice_names_no_certificate_though_both_modes_are_configured(keys: KeyFolder) -> None:
    """While keys are being changed for certificates either may sign; nobody else's may."""
    path = build.write(keys.path, "alipay_cert.pem", build.pem(build.certificate("alipay_cert")))
    channel = Alipay(keys.settings(ALIPAY_CERT_FILE=path))
    for signer in ("alipay", "alipay_cert"):
        assert (await channel.read_notice({}, build.alipay_form(by=signer))).payment is not None
    with pytest.raises(ForgedNotice):
        await channel.read_notice({}, build.alipay_form(by="merchant"))
    await channel.aclose()
