"""Whatever is sent to where WeChat and Alipay call us is refused by 4xx, never 500, and nobody is called for it."""

import asyncio
import json
import socket
import string
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

import httpx
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from api.app import create_app
from channels.registry import open_channels
from foundation import clock
from foundation import settings as environment
from foundation.http import OutsideUnavailable
from payments import gateway
from tests.builders import channels as build
from tests.serving import serving

WECHAT, ALIPAY = "/callbacks/wechat/pay", "/callbacks/alipay/pay"
REFUSED = set(range(400, 500)) - {429}
LONG = settings(
    max_examples=60, deadline=None, database=None, derandomize=True, suppress_health_check=list(HealthCheck)
)


class Door:
    """The api door on a port, and every call to the outside that it tried."""

    def __init__(self, base: str, called: list[str]) -> None:
        self.address, self.called = urlsplit(base), called

    def knock(self, path: str, headers: dict[str, bytes], body: bytes) -> int:
        """The status of one POST, written byte by byte."""
        lines = [f"POST {path} HTTP/1.1".encode(), b"Host: a", b"Connection: close", b"Content-Length: %d" % len(body)]
        lines += [name.encode() + b": " + value for name, value in headers.items()]
        with socket.create_connection((self.address.hostname, self.address.port), timeout=30) as wire:
            wire.sendall(b"\r\n".join(lines) + b"\r\n\r\n" + body)
            return int(wire.makefile("rb").readline().split()[1])


@pytest.fixture
async def door(db: None, redis_db: object, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Door]:
    """Keys in every mode at once, certificates to be downloaded, and no way out."""
    called: list[str] = []

    async def forbidden(self: object, request: httpx.Request) -> httpx.Response:
        called.append(str(request.url))
        raise httpx.ConnectError("nobody is to be called")

    monkeypatch.setattr(httpx.AsyncHTTPTransport, "handle_async_request", forbidden)
    env = {
        "ENVIRONMENT": "test",
        "WECHAT_PAY_MERCHANT_KEY_FILE": build.write(tmp_path, "merchant.pem", build.private_pem("merchant")),
        "WECHAT_PAY_API_V3_KEY": build.API_V3_KEY,
        "WECHAT_PAY_PUBLIC_KEY_ID": build.PUBLIC_KEY_ID,
        "WECHAT_PAY_PUBLIC_KEY_FILE": build.write(tmp_path, "wechat_pay.pem", build.public_pem("wechat_pay")),
        "ALIPAY_APP_KEY_FILE": build.write(tmp_path, "app.pem", build.private_pem("app")),
        "ALIPAY_PUBLIC_KEY_FILE": build.write(tmp_path, "alipay.pem", build.public_pem("alipay")),
        "ALIPAY_CERT_FILE": build.write(tmp_path, "cert.pem", build.pem(build.certificate("alipay_cert"))),
    }
    channels = open_channels(environment.load(env))
    gateway.use(channels)
    async with serving(create_app()) as base:
        yield Door(base, called)
    gateway.use({})
    for channel in channels.values():
        await channel.aclose()


HEADER_BYTES = st.binary(max_size=80).map(lambda raw: raw.translate(None, b"\r\n"))
SERIALS = st.sampled_from(
    ["", "A1", "0", "-1", "A1\u00e9", "0xA1", "7" * 40, "F" * 500, "NOT-HEX", build.PUBLIC_KEY_ID, "PUB_KEY_ID_"]
) | st.text(string.hexdigits, min_size=1, max_size=70)
MOMENTS = st.integers(-400, 400).map(lambda off: str(int(clock.now().timestamp()) + off)) | st.sampled_from(
    ["", "-1", "0", "1e9", "9" * 12, "9" * 40, "1.5", "soon", "+1"]
)
SIGNATURES = st.sampled_from(
    ["", "AAAA", "====", "WECHATPAY/SIGNTEST/", "WECHATPAY/SIGNTEST/AAAA", "A" * 344]
) | st.text(string.ascii_letters + string.digits + "+/=", max_size=400)
WECHAT_HEADERS = st.fixed_dictionaries(
    {},
    optional={
        "Wechatpay-Serial": SERIALS.map(str.encode) | HEADER_BYTES,
        "Wechatpay-Timestamp": MOMENTS.map(str.encode) | HEADER_BYTES,
        "Wechatpay-Nonce": HEADER_BYTES,
        "Wechatpay-Signature": SIGNATURES.map(str.encode) | HEADER_BYTES,
        "Wechatpay-Signature-Type": st.just(b"WECHATPAY2-SHA256-RSA2048") | HEADER_BYTES,
        "Content-Type": st.sampled_from([b"application/json", b"text/plain", b"", b"\xff"]),
        "Content-Encoding": st.sampled_from([b"gzip", b"br", b"klingon"]),
        "wechatpay-serial": SERIALS.map(str.encode),
    },
)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=10), inner, max_size=4),
    max_leaves=10,
)
BODIES = (
    st.binary(max_size=200)
    | JSON.map(lambda value: json.dumps(value).encode())
    | st.just(build.wechat_notice(build.wechat_order()))
)
FIELDS = [
    "sign",
    "sign_type",
    "charset",
    "app_id",
    "seller_id",
    "out_trade_no",
    "total_amount",
    "trade_status",
    "refund_fee",
    "gmt_refund",
    "notify_id",
    "alipay_cert_sn",
]
WORDS = st.sampled_from(["RSA2", "RSA", "utf-8", "gbk", "utf-7", "klingon", "TRADE_SUCCESS", "0.01", "1e999", "\x00"])
FORMS = (
    st.dictionaries(st.sampled_from(FIELDS) | st.text(max_size=8), WORDS | st.text(max_size=30), max_size=12)
    .map(lambda form: urlencode({name: value.encode("utf-8", "replace") for name, value in form.items()}).encode())
)  # fmt: skip
ALIPAY_BODIES = (
    FORMS
    | st.binary(max_size=200)
    | st.tuples(FORMS, FORMS).map(b"&".join)
    | FORMS.map(lambda form: build.alipay_form(by="merchant") + b"&" + form)
    | st.text("%&=+;0F" + string.ascii_letters, max_size=60).map(str.encode)
)


async def test_what_wechat_never_sent_is_refused_and_calls_nobody(door: Door) -> None:
    @LONG
    @given(headers=WECHAT_HEADERS, body=BODIES)
    @example(headers={}, body=b"")
    def attempt(headers: dict[str, bytes], body: bytes) -> None:
        assert door.knock(WECHAT, headers, body) in REFUSED

    await asyncio.to_thread(attempt)
    assert door.called == []


async def test_a_strangers_signature_is_refused_whatever_it_names_and_calls_nobody(door: Door) -> None:
    """Fresh, complete, well signed, by a key that is not theirs."""

    @LONG
    @given(serial=SERIALS, body=BODIES)
    def attempt(serial: str, body: bytes) -> None:
        signed = build.wechat_signed(body, by="merchant", serial="A1") | {"Wechatpay-Serial": serial}
        headers = {name: value.encode() for name, value in signed.items()}
        assert door.knock(WECHAT, headers, body) in REFUSED

    await asyncio.to_thread(attempt)
    assert door.called == []


async def test_what_alipay_never_sent_is_refused_and_calls_nobody(door: Door) -> None:
    @LONG
    @given(body=ALIPAY_BODIES, kind=HEADER_BYTES | st.just(b"application/x-www-form-urlencoded; charset=gbk"))
    @example(body=b"", kind=b"")
    def attempt(body: bytes, kind: bytes) -> None:
        assert door.knock(ALIPAY, {"Content-Type": kind}, body) in REFUSED

    await asyncio.to_thread(attempt)
    assert door.called == []


async def test_what_they_truly_signed_and_we_do_not_understand_is_told_so_and_calls_nobody(door: Door) -> None:
    """Never 500: 503 makes them send it again, until somebody has looked."""

    @LONG
    @given(told=JSON, envelope=JSON, sealed=st.booleans(), form=st.dictionaries(st.sampled_from(FIELDS), WORDS))
    def attempt(told: Any, envelope: Any, sealed: bool, form: dict[str, str]) -> None:
        body = build.wechat_notice(told) if sealed else json.dumps(envelope).encode()
        signed = build.wechat_signed(body, by="wechat_pay", serial=build.PUBLIC_KEY_ID)
        headers = {name: value.encode() for name, value in signed.items()}
        assert door.knock(WECHAT, headers, body) in (503, *range(400, 500))
        kept = {name: value for name, value in form.items() if name not in ("sign", "sign_type", "charset")}
        assert door.knock(ALIPAY, {}, build.alipay_form(**kept)) in (200, 503, *range(400, 500))

    await asyncio.to_thread(attempt)
    assert door.called == []


async def test_a_call_to_the_outside_would_have_been_seen(door: Door) -> None:
    with pytest.raises(OutsideUnavailable):
        await gateway.channel("alipay").query("bill-0001")
    assert len(door.called) == 2
    assert all("alipay" in url for url in door.called)
