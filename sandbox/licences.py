"""A province's library of electronic licences (电子证照库): a token for each consent, a licence for each token.

The contract is ours, published in docs/integration.md; signed by HMAC-SM3 as the receipt system is. Demo citizens hold
every licence but those that somebody asked the sandbox to take away; anybody else holds an identity card.
"""

import secrets
import time
from datetime import timedelta
from typing import Any

import msgspec
from sanic import Blueprint, HTTPResponse, Request, response

from sandbox import people, trouble
from sandbox.sealed import Refused, check_signature, signed
from sandbox.world import World, world_of

licences = Blueprint("licences", url_prefix="/licences/v1")
TOKEN_SECONDS = 300
NAME = "licences"
EVERYBODYS = "居民身份证电子证照"


class Consented(msgspec.Struct):
    """Who agreed to have which licence read."""

    consent_no: str
    name: str
    id_type: str
    id_number: str
    licence: str
    item_code: str
    text_version: str
    until: float = 0.0


class Token(msgspec.Struct):
    consent_token: str


@licences.post("/consents", name="consent")
async def consent(request: Request) -> HTTPResponse:
    return await _answered(request, lambda world: _consent(world, _read(request, Consented)))


@licences.post("/licences", name="licence")
async def licence(request: Request) -> HTTPResponse:
    return await _answered(request, lambda world: _licence(world, _read(request, Token).consent_token))


def tokens(world: World) -> Any:
    """Consents by the token that was given for them."""
    return world.memory.shelf("licence_tokens", Consented)


def _consent(world: World, asked: Consented) -> dict[str, Any]:
    if not asked.text_version or not asked.licence:
        raise Refused(422, "NO_CONSENT", "没有说明授权文本或证照种类")
    token = secrets.token_urlsafe(24)
    asked.until = time.time() + TOKEN_SECONDS
    tokens(world).put(token, asked)
    return {"consent_no": asked.consent_no, "consent_token": token}


def _licence(world: World, token: str) -> dict[str, Any]:
    """A token is good for one reading."""
    asked = tokens(world).get(token)
    if asked is None or asked.until < time.time():
        raise Refused(403, "TOKEN_UNKNOWN", "授权令牌不存在或已使用")
    asked.until = 0.0
    tokens(world).put(token, asked)
    if not _holds(asked):
        return {"consent_no": asked.consent_no, "found": False}
    today = world.now().date()
    return {
        "consent_no": asked.consent_no,
        "found": True,
        "licence_no": f"DZ{asked.id_number[-4:]}{sum(map(ord, asked.licence)) % 10**8:08d}",
        "name": asked.licence.removesuffix("电子证照"),
        "holder": asked.name,
        "issuer": "示例市电子证照库",
        "issued_on": f"{today - timedelta(days=400):%Y-%m-%d}",
        "valid_until": f"{today + timedelta(days=3250):%Y-%m-%d}",
    }


def _holds(asked: Consented) -> bool:
    known = any(one.id_number == asked.id_number and one.name == asked.name for one in people.citizens())
    return known or asked.licence == EVERYBODYS


async def _answered(request: Request, work: Any) -> HTTPResponse:
    """Through the failure that is on; whatever is decided is signed, refusals too."""
    world = world_of(request)

    async def answer(kind: str | None) -> HTTPResponse:
        if kind == "system_error":
            return response.json({"code": "SYSTEM_ERROR", "message": "证照库繁忙"}, status=500)
        forged = kind == "bad_signature"
        try:
            check_signature(world, request, holder=NAME)
            return signed(world, request, 200, work(world), holder=NAME, forged=forged)
        except Refused as refusal:
            return signed(world, request, refusal.status, refusal.body, holder=NAME, forged=forged)

    return await trouble.through(request, NAME, answer)


def _read(request: Request, kind: Any) -> Any:
    try:
        return msgspec.json.decode(request.body, type=kind)
    except msgspec.DecodeError as fault:
        raise Refused(400, "BAD_REQUEST", f"请求内容不正确：{fault}") from fault
