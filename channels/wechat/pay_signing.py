"""The texts that WeChat Pay v3 signs, and the headers that carry the signatures."""

import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

from channels.errors import ForgedNotice, StaleNotice
from channels.key_files import sign
from foundation import clock

FRESH_SECONDS = 300
DEFAULT_TYPE = "WECHATPAY2-SHA256-RSA2048"
PROBE = "WECHATPAY/SIGNTEST/"


def authorization(
    *, key: RSAPrivateKey, merchant_id: str, serial: str, method: str, path_and_query: str, body: bytes
) -> str:
    """The Authorization header of one request; `path_and_query` and `body` exactly as they are sent."""
    timestamp, nonce = _now(), _nonce()
    text = f"{method}\n{path_and_query}\n{timestamp}\n{nonce}\n".encode() + body + b"\n"
    fields = {
        "mchid": merchant_id,
        "nonce_str": nonce,
        "timestamp": timestamp,
        "serial_no": serial,
        "signature": sign(key, text),
    }
    return DEFAULT_TYPE + " " + ",".join(f'{name}="{value}"' for name, value in fields.items())


def client_parameters(*, key: RSAPrivateKey, app_id: str, prepay_id: str) -> dict[str, str]:
    """What `wx.requestPayment` takes, with paySign."""
    timestamp, nonce, package = _now(), _nonce(), f"prepay_id={prepay_id}"
    return {
        "appId": app_id,
        "timeStamp": timestamp,
        "nonceStr": nonce,
        "package": package,
        "signType": "RSA",
        "paySign": sign(key, f"{app_id}\n{timestamp}\n{nonce}\n{package}\n".encode()),
    }


@dataclass(frozen=True)
class Signed:
    """The signature on an answer or a notice, checked for shape and age but not yet for truth."""

    serial: str
    signature: str
    timestamp: str
    nonce: str

    def text(self, body: bytes) -> bytes:
        """The signed bytes, around the raw body."""
        return f"{self.timestamp}\n{self.nonce}\n".encode() + body + b"\n"


def read_signature(headers: Mapping[str, str]) -> Signed:
    """The signature in `headers`. Raises ForgedNotice (none, probe, other type) or StaleNotice."""
    given = {name.lower(): value for name, value in headers.items() if name.lower().startswith("wechatpay-")}
    signed = Signed(*(given.get(f"wechatpay-{name}", "") for name in ("serial", "signature", "timestamp", "nonce")))
    if not (signed.serial and signed.signature and signed.nonce):
        raise ForgedNotice
    # probes carry a signature that must not be accepted; a missing type means the default
    if signed.signature.startswith(PROBE) or given.get("wechatpay-signature-type", DEFAULT_TYPE) != DEFAULT_TYPE:
        raise ForgedNotice
    if not re.fullmatch(r"[0-9]{1,12}", signed.timestamp):
        raise ForgedNotice
    if abs(clock.now().timestamp() - int(signed.timestamp)) >= FRESH_SECONDS:
        raise StaleNotice
    return signed


def _now() -> str:
    return str(int(clock.now().timestamp()))


def _nonce() -> str:
    return secrets.token_hex(16)
