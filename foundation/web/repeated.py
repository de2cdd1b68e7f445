"""重试不重复办理: a write that comes again under its key is answered as the first time, and done once.

So for each write of a signed-in caller that bears an Idempotency-Key: whose answer was lost may ask again. What was
done is remembered for a while, sealed, in Redis; who asks while the first is under way waits for it; what was refused
may be tried again. Who hangs up has it done all the same. Verbs whose doubles would be dear (places, payments,
questions) keep their keys in the database and are left to them: without Redis, and when a process dies between its
commit and here, only theirs hold.
"""

import asyncio
import hashlib
import re
from collections.abc import Awaitable, Callable
from contextlib import suppress

import msgspec
from sanic import HTTPResponse, Request

from foundation import crypto, redis
from foundation.idempotency import KeyReused, StillInFlight
from foundation.web.answers import Written
from foundation.web.routes import Route

NAME = "Idempotency-Key"
WRITES = {"POST", "PUT", "PATCH", "DELETE"}
KEPT = 600  # seconds that an answer is remembered
UNDER_WAY = 60  # seconds after which a first request that says nothing is taken for dead
PATIENCE = 5.0  # seconds that a repeated one waits for the first
LOOK_AGAIN = 0.05

KEY = re.compile("[0-9A-Za-z_-]{8,80}", re.ASCII)

Does = Callable[[], Awaitable[HTTPResponse | None]]
_under_way: set["asyncio.Task[HTTPResponse | None]"] = set()


class Said(msgspec.Struct, frozen=True):
    """An answer as it is remembered."""

    status: int
    body: str
    headers: list[tuple[str, str]]
    kind: str | None


def is_left_to_us(route: Route) -> bool:
    """Whether a key on `route` is kept here, not by its verb."""
    return route.method in WRITES and all(one.name != NAME for one in route.headers)


def has_key(request: Request) -> bool:
    """A text that can be no key is none."""
    return KEY.fullmatch(request.headers.get(NAME, "")) is not None


async def finish() -> None:
    """Until what is under way is done, whoever hung up."""
    await asyncio.gather(*_under_way, return_exceptions=True)


async def once(request: Request, *, who: object, does: Does) -> HTTPResponse | None:
    """What `does` answers, or what it answered before to the same caller and key.

    Raises KeyReused for another request under the key, StillInFlight when the first takes long, what `does` raises.
    """
    place, asked = _place(request, who), hashlib.sha256(request.body).hexdigest()
    try:
        said = await _said_before(place, asked)
    except (*redis.LOST, redis.RedisGone):
        return await does()
    if said is not None:
        return said
    first = asyncio.create_task(_first(place, asked, does))
    _under_way.add(first)
    first.add_done_callback(_over)
    return await asyncio.shield(first)


def _over(first: "asyncio.Task[HTTPResponse | None]") -> None:
    _under_way.discard(first)
    if not first.cancelled():
        first.exception()  # it was told to who asked, unless they hung up


async def _said_before(place: str, asked: str) -> HTTPResponse | None:
    """None for the first, who has the place from now on."""
    until = asyncio.get_running_loop().time() + PATIENCE
    while not await redis.client().set(place, asked, nx=True, ex=UNDER_WAY):
        known, _, sealed = str(await redis.client().get(place) or "").partition(" ")
        if known and known != asked:
            raise KeyReused
        if sealed:
            return _again(msgspec.json.decode(crypto.open_sealed(sealed), type=Said))
        if asyncio.get_running_loop().time() > until:
            raise StillInFlight
        await asyncio.sleep(LOOK_AGAIN)
    return None


async def _first(place: str, asked: str, does: Does) -> HTTPResponse | None:
    try:
        made = await does()
    except BaseException:
        await _forget(place)
        raise
    if made is None or made.status >= 300 or not (made.status == 204 or isinstance(made, Written)):
        await _forget(place)
        return made
    said = Said(
        made.status,
        (made.body or b"").decode(),
        [(str(name), f"{value}") for name, value in made.headers.items()],
        made.content_type,
    )
    with suppress(*redis.LOST, redis.RedisGone):
        await redis.client().set(place, f"{asked} {crypto.seal(msgspec.json.encode(said).decode())}", ex=KEPT)
    return made


def _again(said: Said) -> HTTPResponse:
    return Written(said.body.encode(), status=said.status, headers=dict(said.headers), content_type=said.kind)


async def _forget(place: str) -> None:
    with suppress(*redis.LOST, redis.RedisGone):
        await redis.client().delete(place)


def _place(request: Request, who: object) -> str:
    whose = f"{who} {request.method} {request.raw_url.decode()} {request.headers[NAME]}"
    return f"once:{hashlib.sha256(whose.encode()).hexdigest()}"
