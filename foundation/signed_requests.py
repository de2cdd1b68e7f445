"""Requests that departments sign: key id, timestamp, nonce and HMAC-SHA256 over method, path and body.

``X-Signature`` is hex HMAC-SHA256 of ``METHOD \\n PATH[?QUERY] \\n TIMESTAMP \\n NONCE \\n hex(SHA-256(BODY))``; the
timestamp may be five minutes off and a nonce is good for one request. `docs/integration.md` shows it for departments.
"""

import hashlib
import hmac
from collections.abc import Mapping

from foundation import clock, redis
from foundation.errors import NotSignedIn

TOLERANCE_SECONDS = 300


class SignatureMissing(NotSignedIn):
    """缺少签名，请携带 X-Key-Id、X-Timestamp、X-Nonce、X-Signature 请求头。"""


class SignatureWrong(NotSignedIn):
    """签名不正确，请核对密钥和签名串。"""


class SignatureStale(NotSignedIn):
    """请求时间与服务器相差超过 5 分钟，请校准时钟后重新签名。"""


class RequestReplayed(NotSignedIn):
    """该请求已经收到过，请使用新的 X-Nonce 重新签名。"""


def sign(*, secret: str, method: str, path: str, timestamp: str, nonce: str, body: bytes) -> str:
    """The signature (hex) that a department sends."""
    signed = "\n".join((method.upper(), path, timestamp, nonce, hashlib.sha256(body).hexdigest()))
    return hmac.new(secret.encode(), signed.encode(), hashlib.sha256).hexdigest()


async def admit(*, keys: Mapping[str, str], method: str, path: str, headers: Mapping[str, str], body: bytes) -> str:
    """The key id that signed. Raises SignatureMissing, SignatureWrong, SignatureStale, RequestReplayed, RedisGone."""
    key_id, timestamp = headers.get("x-key-id", ""), headers.get("x-timestamp", "")
    nonce, signature = headers.get("x-nonce", ""), headers.get("x-signature", "")
    if not (key_id and timestamp and signature and 8 <= len(nonce) <= 64):
        raise SignatureMissing
    secret = keys.get(key_id, "")
    expected = sign(secret=secret, method=method, path=path, timestamp=timestamp, nonce=nonce, body=body)
    if not secret or not hmac.compare_digest(expected.encode(), signature.lower().encode()):
        raise SignatureWrong
    if not timestamp.isdecimal() or abs(clock.now().timestamp() - int(timestamp[:12])) > TOLERANCE_SECONDS:
        raise SignatureStale
    await _use_up(f"{key_id}:{nonce}")
    return key_id


async def _use_up(mark: str) -> None:
    try:
        fresh = await redis.client().set(f"nonce:{mark}", "1", nx=True, ex=2 * TOLERANCE_SECONDS)
    except redis.LOST as lost:
        raise redis.RedisGone(retry_after=5) from lost
    if not fresh:
        raise RequestReplayed
