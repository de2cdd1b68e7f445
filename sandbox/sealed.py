"""Requests and answers under a shared secret (HMAC-SM3), as the receipt system and the licence library want."""

import hmac
import time
from typing import Any

import msgspec
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.hmac import HMAC
from sanic import HTTPResponse, Request

from sandbox.world import World

FRESH = 300


class Nonce(msgspec.Struct):
    until: float


class Refused(Exception):
    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(code)
        self.status, self.body = status, {"code": code, "message": message}


def signed(
    world: World, request: Request, status: int, told: dict[str, Any], *, holder: str, forged: bool
) -> HTTPResponse:
    """An answer that belongs to this request."""
    body, timestamp = msgspec.json.encode(told), str(int(time.time()))
    signature = _mac(world, holder, str(status), timestamp, request.headers.get("x-nonce", ""), _sm3(body))
    headers = {"X-Timestamp": timestamp, "X-Signature": "00" if forged else signature}
    return HTTPResponse(body, status=status, headers=headers, content_type="application/json")


def check_signature(world: World, request: Request, *, holder: str) -> None:
    """Raises Refused unless it is fresh, new and under the secret of `holder`."""
    key_id, timestamp, nonce, given = (
        request.headers.get(name, "") for name in ("x-key-id", "x-timestamp", "x-nonce", "x-signature")
    )
    if key_id != world.keys[f"{holder}_key_id"]:
        raise Refused(401, "UNKNOWN_KEY", "密钥编号不存在")
    wanted = _mac(world, holder, request.method, request.path, timestamp, nonce, _sm3(request.body))
    if not hmac.compare_digest(wanted.encode(), given.encode()):
        raise Refused(401, "BAD_SIGNATURE", "签名不正确")
    if not timestamp.isdigit() or abs(time.time() - int(timestamp)) > FRESH:
        raise Refused(401, "STALE_TIMESTAMP", "时间戳与当前时间相差超过5分钟")
    seen: Any = world.memory.shelf(f"{holder.removesuffix('s')}_nonces", Nonce)
    known = seen.get(nonce)
    if not nonce or (known and known.until > time.time()):
        raise Refused(401, "REPEATED_NONCE", "随机串已使用过")
    seen.put(nonce, Nonce(time.time() + 2 * FRESH))


def _mac(world: World, holder: str, *parts: str) -> str:
    mac = HMAC(world.keys[f"{holder}_secret"].encode(), hashes.SM3())
    mac.update("\n".join(parts).encode())
    return mac.finalize().hex()


def _sm3(body: bytes) -> str:
    digest = hashes.Hash(hashes.SM3())
    digest.update(body)
    return digest.finalize().hex()
