"""The treasury's receipt system over HTTPS and JSON; `docs/integration.md` has the contract it keeps."""

import re
from datetime import date
from typing import Any, TypeVar
from urllib.parse import quote

import httpx
import msgspec

from channels.errors import ForgedAnswer, SlowDown
from channels.receipts import sealing
from channels.receipts.issuer import Issued, NoSuchReceipt, ReceiptRefused, ReceiptRequest, Voided
from foundation.http import OutcomeUnknown, Outside
from foundation.settings import Settings

RECEIPTS, VOIDS = "/receipts/v1/receipts", "/receipts/v1/voids"
CODE, NUMBER, CHECK_CODE = re.compile("[0-9]{8}"), re.compile("[0-9]{10}"), re.compile("[0-9a-zA-Z]{6}")
Shape = TypeVar("Shape")


class IssuedAnswer(msgspec.Struct):
    request_no: str
    code: str
    number: str
    check_code: str
    issued_on: date
    amount_fen: int


class VoidedAnswer(msgspec.Struct):
    void_no: str
    red_code: str
    red_number: str


class No(msgspec.Struct):
    code: str = ""


class Treasury:
    """One unit's account at the receipt system."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings.receipts
        self._outside = Outside(name="receipts", base_url=settings.receipts.url)

    async def issue(self, request: ReceiptRequest) -> Issued:
        body = {
            "request_no": request.request_no,
            "amount_fen": request.amount_fen,
            "payer": request.payer,
            "unit_code": request.unit_code,
            "unit": request.unit,
            "title": request.title,
            "pay_code": request.pay_code,
            "paid_on": request.paid_on,
            "items": [{"code": one.code, "name": one.name, "amount_fen": one.amount_fen} for one in request.lines],
        }
        issued = _issued(await self._ask("POST", RECEIPTS, body), request.request_no)
        if issued.amount_fen != request.amount_fen:
            raise ForgedAnswer(retry_after=5)
        return issued

    async def find(self, request_no: str) -> Issued | None:
        try:
            answer = await self._ask("GET", f"{RECEIPTS}/{quote(request_no, safe='')}")
        except NoSuchReceipt:
            return None
        return _issued(answer, request_no)

    async def void(self, *, void_no: str, code: str, number: str, reason: str) -> Voided:
        body = {"void_no": void_no, "code": code, "number": number, "reason": reason}
        return _voided(await self._ask("POST", VOIDS, body), void_no)

    async def find_void(self, void_no: str) -> Voided | None:
        try:
            answer = await self._ask("GET", f"{VOIDS}/{quote(void_no, safe='')}")
        except NoSuchReceipt:
            return None
        return _voided(answer, void_no)

    async def aclose(self) -> None:
        await self._outside.aclose()

    async def _ask(self, method: str, path: str, body: dict[str, Any] | None = None) -> bytes:
        content = msgspec.json.encode(body) if body is not None else b""
        ours = self._settings
        headers = sealing.request_headers(
            key_id=ours.key_id, secret=ours.secret, method=method, path=path, body=content
        )
        # every verb has a number of ours in it, so that saying it twice does nothing twice; each try needs a nonce
        response = await self._outside.request(method, path, content=content, headers=headers)
        if response.status_code >= 500:
            raise OutcomeUnknown(retry_after=5)
        sealing.must_be_theirs(
            secret=ours.secret,
            nonce=headers["X-Nonce"],
            status=response.status_code,
            headers=response.headers,
            body=response.content,
        )
        _must_be_yes(response)
        return response.content


def _must_be_yes(response: httpx.Response) -> None:
    if response.status_code == 200:
        return
    code = _read(response.content, No).code[:60]
    if response.status_code == 429:
        raise SlowDown(code)
    raise (NoSuchReceipt if response.status_code == 404 else ReceiptRefused)(code)


def _issued(content: bytes, request_no: str) -> Issued:
    """An answer about another request, or with numbers that no receipt has, is as good as forged."""
    told = _read(content, IssuedAnswer)
    numbers = ((CODE, told.code), (NUMBER, told.number), (CHECK_CODE, told.check_code))
    if told.request_no != request_no or not all(shape.fullmatch(one) for shape, one in numbers):
        raise ForgedAnswer(retry_after=5)
    return Issued(told.request_no, told.code, told.number, told.check_code, told.issued_on, told.amount_fen)


def _voided(content: bytes, void_no: str) -> Voided:
    told = _read(content, VoidedAnswer)
    if told.void_no != void_no or not CODE.fullmatch(told.red_code) or not NUMBER.fullmatch(told.red_number):
        raise ForgedAnswer(retry_after=5)
    return Voided(told.void_no, told.red_code, told.red_number)


def _read(content: bytes, shape: type[Shape]) -> Shape:
    try:
        return msgspec.json.decode(content, type=shape)
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise OutcomeUnknown(retry_after=5) from None
