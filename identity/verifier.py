"""实名核验: whether a name and a number belong together, asked of the verifier over a signed HTTP request."""

import hashlib
import hmac
import secrets
from typing import Any, Protocol

import httpx
import msgspec

from foundation import clock, settings
from foundation.http import OutcomeUnknown, Outside, OutsideUnavailable
from identity.errors import VerifierUnavailable
from identity.idnumber import Identity

PATH = "/realname/verify"
PHONE_PATH = "/realname/phone"
FACE_PATH = "/realname/face"


class Verifier(Protocol):
    """Whoever knows names and numbers."""

    async def __call__(self, *, name: str, identity: Identity) -> bool:
        """True when they belong to one person. Raises VerifierUnavailable."""


class PhoneAsk(Protocol):
    """Whoever knows in whose name phones are."""

    async def __call__(self, *, name: str, identity: Identity, phone: str) -> bool:
        """True when the phone is in the name of this person. Raises VerifierUnavailable."""


class FaceAsk(Protocol):
    """Whoever compared a face with a document."""

    async def __call__(self, *, name: str, identity: Identity, token: str) -> bool:
        """True when `token` stands for a face that fits this person, and was not shown before."""


class Answer(msgspec.Struct, frozen=True):
    match: bool


_outside: dict[str, Outside] = {}


async def ask(*, name: str, identity: Identity) -> bool:
    """The verifier of REALNAME_URL. Raises VerifierUnavailable when it is gone or speaks nonsense."""
    return await _matches(PATH, _person(name, identity))


async def ask_phone(*, name: str, identity: Identity, phone: str) -> bool:
    """三要素. Raises VerifierUnavailable."""
    return await _matches(PHONE_PATH, {**_person(name, identity), "phone": phone})


async def ask_face(*, name: str, identity: Identity, token: str) -> bool:
    """人脸核验: asked once, for the token is used up by it. Raises VerifierUnavailable."""
    return await _matches(FACE_PATH, {**_person(name, identity), "token": token}, again=False)


async def answer(path: str, question: dict[str, Any], *, again: bool = True) -> bytes:
    """What the verifier says, as it came. `again`: asking changes nothing, so a lost answer may be asked for twice.

    Raises VerifierUnavailable.
    """
    body = msgspec.json.encode(question)
    try:
        response = await (_post_twice if again else _post)(path, body)
    except (OutsideUnavailable, OutcomeUnknown) as error:
        raise VerifierUnavailable(retry_after=30) from error
    if response.status_code != 200:
        raise VerifierUnavailable(retry_after=30)
    return response.content


async def _matches(path: str, question: dict[str, Any], *, again: bool = True) -> bool:
    try:
        return msgspec.json.decode(await answer(path, question, again=again), type=Answer).match
    except msgspec.DecodeError as error:
        raise VerifierUnavailable(retry_after=30) from error


def _person(name: str, identity: Identity) -> dict[str, Any]:
    return {"name": name, "id_type": identity.id_type.value, "id_number": identity.number}


async def _post(path: str, body: bytes) -> httpx.Response:
    return await _line().request("POST", path, content=body, headers=signed(body))


async def _post_twice(path: str, body: bytes) -> httpx.Response:
    """Asking changes nothing, so a lost answer is asked for again, under a new nonce: the old one may be used up."""
    try:
        return await _post(path, body)
    except OutcomeUnknown:
        return await _post(path, body)


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
