"""The treasury's receipt system (财政电子票据): issues, takes back by red entries, keeps numbers. Signed by HMAC-SM3.

The contract is ours, published in docs/integration.md: our numbers make every call repeatable.
"""

import secrets
from typing import Any

import msgspec
from sanic import Blueprint, HTTPResponse, Request, response

from sandbox import trouble
from sandbox.sealed import Refused, check_signature, signed
from sandbox.world import World, world_of

receipts = Blueprint("receipts", url_prefix="/receipts/v1")
NAME = "receipts"
CODE, RED_CODE = "99010126", "99010226"  # 1–2 region, 3–4 class, 5–6 kind, 7–8 year


class Item(msgspec.Struct):
    code: str
    name: str
    amount_fen: int


class Wanted(msgspec.Struct):
    """What is to stand on a receipt."""

    request_no: str
    amount_fen: int
    payer: str
    unit_code: str
    unit: str
    title: str
    pay_code: str
    paid_on: str
    items: list[Item]


class WantedVoid(msgspec.Struct):
    void_no: str
    code: str
    number: str
    reason: str


class Kept(msgspec.Struct):
    """A receipt, and the number under which it was taken back."""

    wanted: Wanted
    code: str
    number: str
    check_code: str
    issued_on: str
    void_no: str = ""


class KeptVoid(msgspec.Struct):
    wanted: WantedVoid
    red_code: str
    red_number: str


@receipts.post("/receipts", name="issue")
async def issue(request: Request) -> HTTPResponse:
    return await _answered(request, lambda world: _issue(world, _read(request, Wanted)))


@receipts.get("/receipts/<request_no:str>", name="find")
async def find(request: Request, request_no: str) -> HTTPResponse:
    return await _answered(request, lambda world: _shown(_found(shelf(world).get(request_no))))


@receipts.post("/voids", name="void")
async def void(request: Request) -> HTTPResponse:
    return await _answered(request, lambda world: _void(world, _read(request, WantedVoid)))


@receipts.get("/voids/<void_no:str>", name="find_void")
async def find_void(request: Request, void_no: str) -> HTTPResponse:
    return await _answered(request, lambda world: _shown_void(_found(voids(world).get(void_no))))


def shelf(world: World) -> Any:
    """Receipts by the number of their request."""
    return world.memory.shelf("receipts", Kept)


def voids(world: World) -> Any:
    """Red entries by the number of their request."""
    return world.memory.shelf("receipt_voids", KeptVoid)


def _issue(world: World, wanted: Wanted) -> dict[str, Any]:
    kept = shelf(world).get(wanted.request_no)
    if kept is None:
        if wanted.amount_fen <= 0 or wanted.amount_fen != sum(one.amount_fen for one in wanted.items):
            raise Refused(422, "AMOUNT_WRONG", "金额应大于零并等于各项目之和")
        number = _fresh_number({one.number for one in shelf(world)})
        kept = Kept(wanted, CODE, number, secrets.token_hex(3), f"{world.now():%Y-%m-%d}")
        shelf(world).put(wanted.request_no, kept)
    elif kept.wanted != wanted:
        raise Refused(409, "CONTENT_DIFFERS", "相同请求编号已开具过不同内容的票据")
    return _shown(kept)


def _void(world: World, wanted: WantedVoid) -> dict[str, Any]:
    known = voids(world).get(wanted.void_no)
    if known is not None:
        return _shown_void(known)
    numbers = (wanted.code, wanted.number)
    kept = _found(next((one for one in shelf(world) if (one.code, one.number) == numbers), None))
    if kept.void_no:
        raise Refused(409, "ALREADY_VOIDED", "该票据已冲红")
    number = _fresh_number({one.red_number for one in voids(world)})
    made = voids(world).put(wanted.void_no, KeptVoid(wanted, RED_CODE, number))
    kept.void_no = wanted.void_no
    shelf(world).put(kept.wanted.request_no, kept)
    return _shown_void(made)


def _fresh_number(given: set[str]) -> str:
    """Not counted up: an application that still knows numbers from before a reset gets none of them again."""
    while (number := f"{secrets.randbelow(10**10):010d}") in given:
        pass
    return number


def _found(kept: Any) -> Any:
    if kept is None:
        raise Refused(404, "NOT_FOUND", "没有这张票据")
    return kept


def _shown(kept: Kept) -> dict[str, Any]:
    return {
        "request_no": kept.wanted.request_no,
        "code": kept.code,
        "number": kept.number,
        "check_code": kept.check_code,
        "issued_on": kept.issued_on,
        "amount_fen": kept.wanted.amount_fen,
    }


def _shown_void(kept: KeptVoid) -> dict[str, str]:
    return {"void_no": kept.wanted.void_no, "red_code": kept.red_code, "red_number": kept.red_number}


async def _answered(request: Request, work: Any) -> HTTPResponse:
    """Through the failure that is on; whatever is decided is signed, refusals too."""
    world = world_of(request)

    async def answer(kind: str | None) -> HTTPResponse:
        if kind == "system_error":
            return response.json({"code": "SYSTEM_ERROR", "message": "票据系统繁忙"}, status=500)
        try:
            check_signature(world, request, holder=NAME)
            return signed(world, request, 200, work(world), holder=NAME, forged=kind == "bad_signature")
        except Refused as refusal:
            return signed(world, request, refusal.status, refusal.body, holder=NAME, forged=kind == "bad_signature")

    return await trouble.through(request, NAME, answer)


def _read(request: Request, kind: Any) -> Any:
    try:
        return msgspec.json.decode(request.body, type=kind)
    except msgspec.DecodeError as fault:
        raise Refused(400, "BAD_REQUEST", f"请求内容不正确：{fault}") from fault
