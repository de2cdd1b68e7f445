"""A carrier of text messages (短信): takes each number of ours once, and reports what became of it. HMAC-SM3 both ways.

The contract is ours, published in docs/messages.md. A telephone that ends in 0000 is out of reach, one that ends in
0404 does not exist; a template that ends in ``_unknown`` and the signature 未备案 are not registered.
"""

import hmac
import secrets
import time
from typing import Any

import msgspec
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.hmac import HMAC
from sanic import Blueprint, HTTPResponse, Request, response

from sandbox import notices, trouble
from sandbox.notices import Courier, Letter, Notice
from sandbox.scenarios import Manner
from sandbox.wechat_messages import Message, messages
from sandbox.world import World, rfc3339, world_of

sms = Blueprint("sms", url_prefix="/sms/v1")
FRESH, LONGEST, A_MINUTE_EACH = 300, 500, 30
SCHEDULE = (15, 60, 300, 1800)


class Wanted(msgspec.Struct):
    phone: str
    signature: str
    template_id: str
    text: str
    report_url: str = ""


class Kept(msgspec.Struct):
    message_no: str
    wanted: Wanted


class Nonce(msgspec.Struct):
    until: float


class Refused(Exception):
    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(code)
        self.status, self.body = status, {"code": code, "message": message}


def shelf(world: World) -> Any:
    return world.memory.shelf("sms", Kept)


@sms.put("/messages/<out_no:str>")
async def send(request: Request, out_no: str) -> HTTPResponse:
    return await _answered(request, lambda world: take(world, out_no, _read(request.body)))


def take(world: World, out_no: str, wanted: Wanted) -> dict[str, str]:
    """The same number with the same content is the same message; with another it is refused."""
    known = shelf(world).get(out_no)
    if known is not None:
        if known.wanted != wanted:
            raise Refused(409, "NUMBER_USED", "该编号已用于其他短信")
        return {"message_no": known.message_no}
    _check(world, wanted)
    made = shelf(world).put(out_no, Kept(f"SMS{secrets.randbelow(10**15):015d}", wanted))
    lost = wanted.phone.endswith("0000")
    if not lost:
        said = f"【{wanted.signature}】{wanted.text}"
        told = Message(
            vendor="sms", to=wanted.phone, template_id=wanted.template_id, page="", data={"text": said},
            at=rfc3339(world.now()),
        )  # fmt: skip
        messages(world).put(made.message_no, told)
    facts = {"out_no": out_no, "state": "lost" if lost else "reached", "code": "UNDELIV" if lost else "DELIVRD"}
    if wanted.report_url:
        notices.tell(
            world, vendor="sms", kind="report", subject=out_no, url=wanted.report_url, facts=facts, manner=Manner()
        )
    return {"message_no": made.message_no}


def _check(world: World, wanted: Wanted) -> None:
    if not (wanted.phone.isdigit() and len(wanted.phone) == 11) or wanted.phone.endswith("0404"):
        raise Refused(422, "PHONE_INVALID", "手机号码不存在")
    if not 2 <= len(wanted.signature) <= 12 or wanted.signature == "未备案":
        raise Refused(422, "SIGNATURE_UNKNOWN", "签名未备案")
    if not wanted.template_id or wanted.template_id.endswith("_unknown"):
        raise Refused(422, "TEMPLATE_UNKNOWN", "模板未备案")
    if not wanted.text or len(wanted.text) + len(wanted.signature) + 2 > LONGEST:
        raise Refused(422, "TEXT_TOO_LONG", "短信内容为空或超过 500 字")
    if world.too_often(f"sms:{wanted.phone}", limit=A_MINUTE_EACH, seconds=60):
        raise Refused(429, "RATE_LIMITED", "同一号码发送过于频繁")


def letter(world: World, notice: Notice, forge: str) -> Letter:
    """A report, signed anew on every attempt. ``forge``: ``signature``, or empty for a true one."""
    body, timestamp, nonce = msgspec.json.encode(notice.facts), str(int(time.time())), secrets.token_hex(16)
    path = "/" + notice.url.partition("://")[2].partition("/")[2]
    signature = "00" if forge else _mac(world, "POST", path, timestamp, nonce, _sm3(body))
    headers = {
        "Content-Type": "application/json", "X-Key-Id": world.keys["sms_key_id"], "X-Timestamp": timestamp,
        "X-Nonce": nonce, "X-Signature": signature,
    }  # fmt: skip
    return Letter(headers, body)


COURIER = Courier(schedule=SCHEDULE, letter=letter, accepts=lambda status, answer: status in (200, 204))


async def _answered(request: Request, work: Any) -> HTTPResponse:
    """Through the failure that is on; whatever is decided is signed, refusals too."""
    world = world_of(request)

    async def answer(kind: str | None) -> HTTPResponse:
        if kind == "system_error":
            return response.json({"code": "SYSTEM_ERROR", "message": "短信网关繁忙"}, status=500)
        try:
            _check_signature(world, request)
            return _signed(world, request, 200, work(world), forged=kind == "bad_signature")
        except Refused as refusal:
            return _signed(world, request, refusal.status, refusal.body, forged=kind == "bad_signature")

    return await trouble.through(request, "sms", answer)


def _signed(world: World, request: Request, status: int, told: dict[str, Any], *, forged: bool) -> HTTPResponse:
    body, timestamp = msgspec.json.encode(told), str(int(time.time()))
    signature = _mac(world, str(status), timestamp, request.headers.get("x-nonce", ""), _sm3(body))
    headers = {"X-Timestamp": timestamp, "X-Signature": "00" if forged else signature}
    return HTTPResponse(body, status=status, headers=headers, content_type="application/json")


def _check_signature(world: World, request: Request) -> None:
    key_id, timestamp, nonce, given = (
        request.headers.get(name, "") for name in ("x-key-id", "x-timestamp", "x-nonce", "x-signature")
    )
    if key_id != world.keys["sms_key_id"]:
        raise Refused(401, "UNKNOWN_KEY", "密钥编号不存在")
    wanted = _mac(world, request.method, request.path, timestamp, nonce, _sm3(request.body))
    if not hmac.compare_digest(wanted.encode(), given.encode()):
        raise Refused(401, "BAD_SIGNATURE", "签名不正确")
    if not timestamp.isdigit() or abs(time.time() - int(timestamp)) > FRESH:
        raise Refused(401, "STALE_TIMESTAMP", "时间戳与当前时间相差超过5分钟")
    seen: Any = world.memory.shelf("sms_nonces", Nonce)
    known = seen.get(nonce)
    if not nonce or (known and known.until > time.time()):
        raise Refused(401, "REPEATED_NONCE", "随机串已使用过")
    seen.put(nonce, Nonce(time.time() + 2 * FRESH))


def _mac(world: World, *parts: str) -> str:
    mac = HMAC(world.keys["sms_secret"].encode(), hashes.SM3())
    mac.update("\n".join(parts).encode())
    return mac.finalize().hex()


def _sm3(body: bytes) -> str:
    digest = hashes.Hash(hashes.SM3())
    digest.update(body)
    return digest.finalize().hex()


def _read(raw: bytes) -> Wanted:
    try:
        return msgspec.json.decode(raw, type=Wanted)
    except msgspec.DecodeError as fault:
        raise Refused(400, "BAD_REQUEST", f"请求内容不正确：{fault}") from fault
