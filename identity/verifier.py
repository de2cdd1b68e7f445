"""实名核验: whether a name and a number belong together, asked of the verifier over a signed HTTP request."""

import hashlib
import hmac
import secrets
from typing import Protocol

import httpx
import msgspec

from foundation import clock, settings
from foundation.http import OutcomeUnknown, Outside, OutsideUnavailable
from identity.errors import VerifierUnavailable
from identity.idnumber import Identity

PATH = "/realname/verify"


class Verifier(Protocol):
    """Whoever knows names and numbers."""

    async def __call__(self, *, name: str, identity: Identity) -> bool:
        """True when they belong to one person. Raises VerifierUnavailable."""


class Answer(msgspec.Struct, frozen=True):
    match: bool


_outside: dict[str, Outside] = {}


async def ask(*, name: str, identity: Identity) -> bool:
    """The verifier of REALNAME_URL. Raises VerifierUnavailable when it is gone or speaks nonsense."""
    question = {"name": name, "id_type": identity.id_type.value, "id_number": identity.number}
    body = msgspec.json.encode(question)
    try:
        response = await _post_twice(body)
        if response.status_code != 200:
            raise VerifierUnavailable(retry_after=30)
        return msgspec.json.decode(response.content, type=Answer).match
    except (OutsideUnavailable, OutcomeUnknown, msgspec.DecodeError) as error:
        raise VerifierUnavailable(retry_after=30) from error


async def _post_twice(body: bytes) -> httpx.Response:
    """Asking changes nothing, so a lost answer is asked for again, under a new nonce: the old one may be used up."""
    try:
        return await _line().request("POST", PATH, content=body, headers=signed(body))
    except OutcomeUnknown:
        return await _line().request("POST", PATH, content=body, headers=signed(body))


def signed(body: bytes) -> dict[str, str]:
    """The headers which prove that the body is ours and new."""
    ours = settings.current().realname
    timestamp, nonce = str(int(clock.now().timestamp())), secrets.token_hex(16)
    message = f"{timestamp}\n{nonce}\n".encode() + body
    return {
        "Content-Type": "application/json",
        "X-Key-Id": ours.key_id,
        "X-Timestamp": timestamp,
        "X-Nonce": nonce,
        "X-Signature": hmac.new(ours.secret.encode(), message, hashlib.sha256).hexdigest(),
    }


def _line() -> Outside:
    url = settings.current().realname.url
    if url not in _outside:
        _outside[url] = Outside(name="realname", base_url=url, read=5)  # twice five seconds is what a citizen waits
    return _outside[url]


async def stop() -> None:
    for outside in _outside.values():
        await outside.aclose()
    _outside.clear()
