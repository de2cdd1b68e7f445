"""What the vendors do, in small: keys, certificates, signed answers and notices, and an HTTP server that plays back."""

import asyncio
import json
import secrets
from base64 import b64encode
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256, HashAlgorithm
from cryptography.x509.oid import NameOID

from foundation import clock

API_V3_KEY = "0123456789abcdef0123456789ABCDEF"
PUBLIC_KEY_ID = "PUB_KEY_ID_0119000000012026000000000000"


@cache
def key(name: str) -> RSAPrivateKey:
    """One key per name and test session."""
    return generate_private_key(public_exponent=65537, key_size=2048)


def private_pem(name: str, *, pkcs1: bool = False) -> bytes:
    shape = serialization.PrivateFormat.TraditionalOpenSSL if pkcs1 else serialization.PrivateFormat.PKCS8
    return key(name).private_bytes(serialization.Encoding.PEM, shape, serialization.NoEncryption())


def public_pem(name: str) -> bytes:
    shape = serialization.PublicFormat.SubjectPublicKeyInfo
    return key(name).public_key().public_bytes(serialization.Encoding.PEM, shape)


def certificate(name: str, *, serial: int | None = None, days: tuple[int, int] = (-1, 365)) -> x509.Certificate:
    """A certificate over key `name`, valid from and until so many days from the clock's now."""
    now = clock.now()
    attributes = [
        x509.NameAttribute(NameOID.COUNTRY_NAME, "CN"),
        x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Test"),
        x509.NameAttribute(NameOID.COMMON_NAME, f"Test {name}"),
    ]
    return (
        x509.CertificateBuilder()
        .subject_name(x509.Name(attributes))
        .issuer_name(x509.Name(attributes))
        .public_key(key(name).public_key())
        .serial_number(serial or x509.random_serial_number())
        .not_valid_before(now + timedelta(days=days[0]))
        .not_valid_after(now + timedelta(days=days[1]))
        .sign(key(name), SHA256())
    )


def pem(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(serialization.Encoding.PEM)


def write(folder: Path, name: str, content: bytes) -> str:
    (folder / name).write_bytes(content)
    return str(folder / name)


def rsa_signed(name: str, text: bytes, digest: HashAlgorithm | None = None) -> str:
    return b64encode(key(name).sign(text, PKCS1v15(), digest or SHA256())).decode()


# WeChat Pay


def wechat_signed(body: bytes, *, by: str, serial: str, at: float | None = None) -> dict[str, str]:
    """The headers of an answer or notice."""
    timestamp = str(int(clock.now().timestamp() if at is None else at))
    nonce = secrets.token_hex(16)
    return {
        "Wechatpay-Timestamp": timestamp,
        "Wechatpay-Nonce": nonce,
        "Wechatpay-Serial": serial,
        "Wechatpay-Signature": rsa_signed(by, f"{timestamp}\n{nonce}\n".encode() + body + b"\n"),
        "Wechatpay-Signature-Type": "WECHATPAY2-SHA256-RSA2048",
    }


def sealed(plain: bytes, purpose: str, *, api_v3_key: str = API_V3_KEY) -> dict[str, str]:
    nonce = secrets.token_hex(6)
    cipher = AESGCM(api_v3_key.encode()).encrypt(nonce.encode(), plain, purpose.encode())
    return {
        "algorithm": "AEAD_AES_256_GCM",
        "ciphertext": b64encode(cipher).decode(),
        "associated_data": purpose,
        "nonce": nonce,
    }


def wechat_order(**other: Any) -> dict[str, Any]:
    """An order that was paid, as the vendor tells it."""
    return {
        "appid": "wx0000000000000001",
        "mchid": "1900000001",
        "out_trade_no": "bill-0001",
        "transaction_id": "4200000000000000000000000001",
        "trade_type": "JSAPI",
        "trade_state": "SUCCESS",
        "success_time": "2026-11-21T10:00:00+08:00",
        "payer": {"openid": "o-payer"},
        "amount": {"total": 1234, "payer_total": 1234, "currency": "CNY", "payer_currency": "CNY"},
    } | other


def wechat_notice(
    content: dict[str, Any], *, event: str = "TRANSACTION.SUCCESS", api_v3_key: str = API_V3_KEY
) -> bytes:
    purpose = "refund" if event.startswith("REFUND") else "transaction"
    envelope = {
        "id": "notice-1",
        "create_time": "2026-11-21T10:00:00+08:00",
        "resource_type": "encrypt-resource",
        "event_type": event,
        "summary": "支付成功",
        "resource": {"original_type": purpose} | sealed(json.dumps(content).encode(), purpose, api_v3_key=api_v3_key),
    }
    return json.dumps(envelope, ensure_ascii=False).encode()


# Alipay


def alipay_envelope(
    method: str, raw: str, *, by: str = "alipay", cert_sn: str = "", digest: HashAlgorithm | None = None
) -> bytes:
    """A signed answer around the raw text of the inner one."""
    middle = f'"alipay_cert_sn":"{cert_sn}",' if cert_sn else ""
    sign = rsa_signed(by, raw.encode(), digest)
    return f'{{"{method.replace(".", "_")}_response":{raw},{middle}"sign":"{sign}"}}'.encode()


def alipay_form(
    *, by: str = "alipay", charset: str = "utf-8", digest: HashAlgorithm | None = None, **fields: str
) -> bytes:
    """A signed notice of a payment; `fields` replace the usual ones, an empty value leaves one out."""
    form = {
        "notify_time": "2026-11-21 10:00:01",
        "notify_type": "trade_status_sync",
        "notify_id": "notice-1",
        "app_id": "2021000000000001",
        "charset": charset,
        "version": "1.0",
        "sign_type": "RSA2",
        "trade_no": "2026112122001400000000000001",
        "out_trade_no": "bill-0001",
        "seller_id": "2088100000000001",
        "buyer_open_id": "o-payer",
        "trade_status": "TRADE_SUCCESS",
        "total_amount": "12.34",
        "subject": "不动产登记费 & 工本费=1+1",
        "gmt_payment": "2026-11-21 10:00:00",
    } | fields
    form = {name: value for name, value in form.items() if value}
    text = "&".join(f"{name}={form[name]}" for name in sorted(form) if name != "sign_type")
    return urlencode(form | {"sign": rsa_signed(by, text.encode(charset), digest)}, encoding=charset).encode()


# A vendor's server


@dataclass
class Call:
    """One request as it arrived; `path` is raw and holds the query."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def query(self) -> dict[str, str]:
        return dict(parse_qsl(urlsplit(self.path).query, keep_blank_values=True))

    @property
    def form(self) -> dict[str, str]:
        return dict(parse_qsl(self.body.decode(), keep_blank_values=True))


Answer = tuple[int, dict[str, str], bytes]


@dataclass
class Vendor:
    """An HTTP server on loopback. `answer` decides each answer; `calls` are what arrived."""

    answer: Callable[[Call], Answer | Awaitable[Answer]] = lambda call: (404, {}, b"")
    calls: list[Call] = field(default_factory=list)
    url: str = ""

    async def __aenter__(self) -> "Vendor":
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.url = f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"
        return self

    async def __aexit__(self, *_: object) -> None:
        self.leave()

    def leave(self) -> None:
        """Nobody can connect from now on."""
        self._server.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode()
            first, *lines = head.strip().split("\r\n")
            method, path, _ = first.split(" ")
            headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines)}
            call = Call(method, path, headers, await reader.readexactly(int(headers.get("content-length", "0"))))
            self.calls.append(call)
            answered = self.answer(call)
            status, answer_headers, body = await answered if isinstance(answered, Awaitable) else answered
            fields = {**answer_headers, "Content-Length": str(len(body)), "Connection": "close"}
            writer.write(f"HTTP/1.1 {status} OK\r\n".encode())
            writer.write("".join(f"{name}: {value}\r\n" for name, value in fields.items()).encode() + b"\r\n" + body)
            await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()


def jsoned(answer: Any, status: int = 200, headers: dict[str, str] | None = None) -> Answer:
    return status, {"Content-Type": "application/json"} | (headers or {}), json.dumps(answer).encode()
