"""The real-name verifier (实名核验): does this name belong to this identity number? Signed with HMAC-SHA256."""

import asyncio
import hashlib
import hmac
import time
from typing import Any, TypeVar

import msgspec
from sanic import Blueprint, HTTPResponse, Request, response

from sandbox import people, trouble
from sandbox.world import World, world_of

realname = Blueprint("realname", url_prefix="/realname")
FRESH = 300
SLOW = 30
WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)

Q = TypeVar("Q")


class Question(msgspec.Struct):
    """Whose number it is. ``id_type``: id_card, or any other document, which is believed."""

    name: str
    id_type: str
    id_number: str


class Nonce(msgspec.Struct):
    until: float


class Refused(Exception):
    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(code)
        self.status, self.body = status, {"code": code, "message": message}


@realname.post("/verify")
async def verify(request: Request) -> HTTPResponse:
    """{"match": true|false}; 401 for a bad, stale or repeated signature, 400 for a bad body."""
    world = world_of(request)

    async def answer(kind: str | None) -> HTTPResponse:
        try:
            question = asked(world, request, kind, Question)
        except Refused as refusal:
            return response.json(refusal.body, status=refusal.status)
        if question.name == "超时":
            await asyncio.sleep(SLOW)
        return response.json({"match": matches(question)})

    return await trouble.through(request, "realname", answer)


def matches(question: Question) -> bool:
    """The demo citizens match by their own names; any other valid number matches any name but 不一致."""
    if question.name == "不一致":
        return False
    if question.id_type != "id_card":
        return True
    number = question.id_number.upper()
    citizen = next((person for person in people.citizens() if person.id_number == number), None)
    return citizen.name == question.name if citizen else valid(number)


def valid(number: str) -> bool:
    """Whether the last digit of an 18-digit identity number is right (GB 11643)."""
    if len(number) != 18 or not number.isascii() or not number[:17].isdigit():
        return False
    total = sum(int(digit) * weight for digit, weight in zip(number, WEIGHTS, strict=False))
    return number[17] == "10X98765432"[total % 11]


def asked(world: World, request: Request, trouble_kind: str | None, kind: type[Q]) -> Q:
    """The question of a request whose signature holds. Raises Refused."""
    _check_signature(world, request)
    if trouble_kind == "system_error":
        raise Refused(500, "SYSTEM_ERROR", "核验服务繁忙，请稍后再试")
    try:
        return msgspec.json.decode(request.body, type=kind)
    except msgspec.DecodeError as fault:
        raise Refused(400, "BAD_REQUEST", f"请求内容不正确：{fault}") from fault


def _check_signature(world: World, request: Request) -> None:
    key_id, timestamp, nonce, given = (
        request.headers.get(name, "") for name in ("x-key-id", "x-timestamp", "x-nonce", "x-signature")
    )
    if key_id != world.keys["realname_key_id"]:
        raise Refused(401, "UNKNOWN_KEY", "密钥编号不存在")
    text = f"{timestamp}\n{nonce}\n".encode() + request.body
    wanted = hmac.new(world.keys["realname_secret"].encode(), text, hashlib.sha256).hexdigest()
    if not hmac.compare_digest(wanted.encode(), given.encode()):
        raise Refused(401, "BAD_SIGNATURE", "签名不正确")
    if not timestamp.isdigit() or abs(time.time() - int(timestamp)) > FRESH:
        raise Refused(401, "STALE_TIMESTAMP", "时间戳与当前时间相差超过5分钟")
    _remember_nonce(world, nonce)


def _remember_nonce(world: World, nonce: str) -> None:
    seen: Any = world.memory.shelf("realname_nonces", Nonce)
    known = seen.get(nonce)
    if not nonce or (known and known.until > time.time()):
        raise Refused(401, "REPEATED_NONCE", "随机串已使用过")
    seen.put(nonce, Nonce(time.time() + 2 * FRESH))
