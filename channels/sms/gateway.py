"""What the city asks of whoever carries its text messages, and the carrier that is reached over HTTPS and JSON.

Every message has a number of ours (`out_no`), so that asking twice sends once; `docs/messages.md` has the contract.
"""

from dataclasses import dataclass
from typing import Protocol, TypeVar
from urllib.parse import quote

import msgspec

from channels.errors import ForgedAnswer
from channels.messages import MessageOutcome, Outcome
from channels.receipts import sealing
from foundation.errors import Unavailable
from foundation.http import Outside
from foundation.settings import Settings

MESSAGES = "/sms/v1/messages"
Shape = TypeVar("Shape")
LIMITED = {"RATE_LIMITED": 60, "QUOTA_EXHAUSTED": 900}


@dataclass(frozen=True)
class Text:
    """One text message. `template_id` is the carrier's number of a registered text, `text` what it comes to."""

    out_no: str
    phone: str
    signature: str
    template_id: str
    text: str
    report_url: str


class Carrier(Protocol):
    async def send(self, text: Text) -> MessageOutcome:
        """Never raises for what the carrier says; the same `out_no` again sends nothing again."""

    async def aclose(self) -> None: ...


class Taken(msgspec.Struct):
    message_no: str


class No(msgspec.Struct):
    code: str = ""


class SmsGateway:
    """The carrier's gateway. Signed both ways by HMAC-SM3, as the receipt system is."""

    def __init__(self, settings: Settings) -> None:
        self._ours = settings.sms
        self._outside = Outside(name="sms", base_url=self._ours.url)

    async def send(self, text: Text) -> MessageOutcome:
        path = f"{MESSAGES}/{quote(text.out_no, safe='')}"
        body = msgspec.json.encode(
            {
                "phone": text.phone, "signature": text.signature, "template_id": text.template_id, "text": text.text,
                "report_url": text.report_url,
            }
        )  # fmt: skip
        try:
            return await self._put(path, body)
        except Unavailable:
            return MessageOutcome(Outcome.TRY_AGAIN)  # under the same number, so that it is sent once

    async def _put(self, path: str, body: bytes) -> MessageOutcome:
        secret = self._ours.secret
        headers = sealing.request_headers(key_id=self._ours.key_id, secret=secret, method="PUT", path=path, body=body)
        response = await self._outside.request("PUT", path, content=body, headers=headers)
        if response.status_code >= 500:
            return MessageOutcome(Outcome.TRY_AGAIN)
        sealing.must_be_theirs(
            secret=secret, nonce=headers["X-Nonce"], status=response.status_code, headers=response.headers,
            body=response.content,
        )  # fmt: skip
        if response.status_code == 200:
            return MessageOutcome(Outcome.SENT, vendor_no=_read(response.content, Taken).message_no[:64])
        code = _read(response.content, No).code[:60]
        if code in LIMITED:
            return MessageOutcome(Outcome.LIMITED, code, LIMITED[code])
        return MessageOutcome(Outcome.REFUSED, code)

    async def aclose(self) -> None:
        await self._outside.aclose()


def _read(content: bytes, shape: type[Shape]) -> Shape:
    try:
        return msgspec.json.decode(content, type=shape)
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise ForgedAnswer(retry_after=5) from None
