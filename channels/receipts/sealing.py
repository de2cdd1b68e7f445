"""How we and the issuer know each other: HMAC-SM3 under a shared secret, over all that matters of a message.

A request is signed over ``METHOD \\n PATH \\n TIMESTAMP \\n NONCE \\n hex(SM3(BODY))``; an answer over
``STATUS \\n TIMESTAMP \\n NONCE \\n hex(SM3(BODY))`` with the nonce of its request, so that none stands in for another.
"""

import hmac
import secrets
from collections.abc import Mapping

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.hmac import HMAC

from channels.errors import ForgedAnswer, ForgedNotice, StaleNotice
from foundation import clock

FRESH_SECONDS = 300


def request_headers(*, key_id: str, secret: str, method: str, path: str, body: bytes) -> dict[str, str]:
    timestamp, nonce = str(int(clock.now().timestamp())), secrets.token_hex(16)
    return {
        "Content-Type": "application/json",
        "X-Key-Id": key_id,
        "X-Timestamp": timestamp,
        "X-Nonce": nonce,
        "X-Signature": _signature(secret, method, path, timestamp, nonce, _digest(body)),
    }


def must_be_theirs(*, secret: str, nonce: str, status: int, headers: Mapping[str, str], body: bytes) -> None:
    """Raises ForgedAnswer for an answer that is not signed, is old or belongs to another request."""
    timestamp, given = headers.get("x-timestamp", ""), headers.get("x-signature", "")
    expected = _signature(secret, str(status), timestamp, nonce, _digest(body))
    fresh = timestamp.isdecimal() and abs(clock.now().timestamp() - int(timestamp[:12])) <= FRESH_SECONDS
    if not fresh or not hmac.compare_digest(expected.encode(), given.encode()):
        raise ForgedAnswer(retry_after=5)


def must_be_for_us(*, key_id: str, secret: str, path: str, headers: Mapping[str, str], body: bytes) -> None:
    """A notice of theirs, posted to `path` and signed as our requests are. Raises ForgedNotice, StaleNotice."""
    timestamp, nonce = headers.get("x-timestamp", ""), headers.get("x-nonce", "")
    expected = _signature(secret, "POST", path, timestamp, nonce, _digest(body))
    ours = hmac.compare_digest(headers.get("x-key-id", "").encode(), key_id.encode())
    if not (secret and ours and hmac.compare_digest(expected.encode(), headers.get("x-signature", "").encode())):
        raise ForgedNotice
    if not timestamp.isdecimal() or abs(clock.now().timestamp() - int(timestamp[:12])) > FRESH_SECONDS:
        raise StaleNotice


def _signature(secret: str, *parts: str) -> str:
    mac = HMAC(secret.encode(), hashes.SM3())
    mac.update("\n".join(parts).encode())
    return mac.finalize().hex()


def _digest(body: bytes) -> str:
    digest = hashes.Hash(hashes.SM3())
    digest.update(body)
    return digest.finalize().hex()
