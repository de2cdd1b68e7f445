"""叫号大屏: what the hall sees, told by server-sent events as it changes. Numbers and windows, never a name."""

import asyncio
import time
from typing import Annotated

import msgspec
from msgspec import Meta
from sanic import HTTPResponse, Request

from api.hall import page
from appointments import board, types
from foundation import logs
from foundation.errors import Refusal, Unavailable
from foundation.web import PUBLIC, Limit, Routes

routes = Routes("叫号大屏", tag="hall", error_page=page.refused)
log = logs.logger(__name__)

HallCode = Annotated[str, Meta(max_length=20)]

LOOK_EVERY = 1.0  # seconds; the screens of a hall share one look
BEAT_EVERY = 15.0  # seconds without news, after which a screen hears that we are there
LIFE = 600.0  # seconds; then the screen comes again, perhaps to another process
SCREENS_AT_ONCE = 200

_open: set[int] = set()
_looks: dict[str, tuple[float, bytes]] = {}


class TooManyScreens(Unavailable):
    """当前连接的大屏过多，请稍后再试。"""


@routes.page("/display/<hall_code>", access=PUBLIC)
async def display(hall_code: HallCode) -> HTTPResponse:
    hall = await types.find_hall(code=hall_code)
    return page.shown("display.html", hall=hall)


@routes.page("/display/<hall_code>/events", access=PUBLIC, limit=Limit(ip=60))
async def news(request: Request, hall_code: HallCode) -> HTTPResponse | None:
    """``event: board`` with a `board.Screen` whenever it changes, ``event: beat`` while it does not."""
    first = await _look(hall_code)
    if len(_open) >= SCREENS_AT_ONCE:
        raise TooManyScreens(retry_after=30)
    _open.add(id(request))
    try:
        await _tell(request, hall_code, first)
    finally:
        _open.discard(id(request))
    return None


async def _tell(request: Request, hall_code: str, screen: bytes) -> None:
    headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    response = await request.respond(content_type="text/event-stream; charset=utf-8", headers=headers)
    assert response is not None
    began = beat = time.monotonic()
    told = b""
    while time.monotonic() - began < LIFE and not getattr(request.app.ctx, "closing", False):
        if screen != told or time.monotonic() - beat > BEAT_EVERY:
            await response.send(
                b"event: beat\ndata:\n\n" if screen == told else b"retry: 2000\nevent: board\ndata: %s\n\n" % screen
            )
            told, beat = screen, time.monotonic()
        await asyncio.sleep(LOOK_EVERY)
        try:
            screen = await _look(hall_code)
        except (Refusal, OSError) as gone:
            log.warning("screen_left_alone", hall=hall_code, why=type(gone).__name__)
            break  # it comes again by itself
    await response.eof()


async def _look(hall_code: str) -> bytes:
    """The screen as it is, at most a second old. Raises HallNotFound."""
    at, seen = _looks.get(hall_code, (0.0, b""))
    if not seen or time.monotonic() - at >= LOOK_EVERY * 0.9:
        seen = msgspec.json.encode(await board.screen(hall_code=hall_code))
        _looks[hall_code] = (time.monotonic(), seen)
    return seen
