"""What a crowd is shown, handed out on the doorstep: the bytes that `crowd` keeps, to all who come within its second.

Nobody need take such a request apart, find its route and make an answer of it again. All else that a door owes is done
as ever: the version of the client is looked at, a limit counted, a tag that is held answered by 304, and there is a
line in the log. The head of an answer is made once, by those who make it for everybody, and bears each time an id of
its own. Whatever could be answered otherwise (a caller with a session, something unusual, `early`) goes the usual way.

`tests/foundation/test_handed_out.py` compares both ways byte by byte.
"""

import time
from collections.abc import Mapping
from functools import partial
from typing import TYPE_CHECKING

from sanic.headers import format_http1_response

from foundation import logs, ratelimit
from foundation.errors import Refusal
from foundation.web import caching, journal, language
from foundation.web.client_address import behind
from foundation.web.crowd import Made
from foundation.web.early import Head, Known, Knows
from foundation.web.routes import Limit, Route

if TYPE_CHECKING:
    from foundation.web.door import Door

METHODS = {b"GET": "GET", b"HEAD": "HEAD"}
ITS_ID = "0" * 24  # stands in a head for the id of the request


def handing_out(door: "Door") -> Knows:
    """Who may know the answer to a request of this first line."""

    def knows(line: bytes) -> Known | None:
        method, _, rest = line.partition(b" ")
        address, _, version = rest.partition(b" ")
        if method not in METHODS or version != b"HTTP/1.1" or address not in door.crowd:
            return None
        return partial(_handed_out, door, METHODS[method], address)

    return knows


def _handed_out(door: "Door", method: str, address: bytes, asked: Head, body: bytes) -> bytes | None:
    began = time.perf_counter()
    if body or not asked.is_plain(size=None):
        return None
    key = address, door.scripts and language.in_traditional(asked.get("accept-language", ""))
    made = door.crowd.shown(key)
    if made is None or made.route is None or not made.route.access.nobody(asked):
        return None
    try:
        told = door.told(made.route, asked)
    except Refusal:
        return None
    from_where = behind(asked.peer, asked.get("x-forwarded-for", ""))
    if made.route.limit is not None and not _passes(made.route, made.route.limit, from_where):
        return None
    door.crowd.count(key)
    held = "if-none-match" in asked and caching.is_among(made.headers["ETag"], asked["if-none-match"])
    request_id, status = journal.sane(asked.get("x-request-id", "")), 304 if held else 200
    here = logs.use_request_id(request_id)
    journal.note(
        route=made.route.template,
        method=method,
        status=status,
        seconds=time.perf_counter() - began,
        address=from_where,
    )
    here.var.reset(here)  # the connection goes on to other requests
    before, after = _head(made, told, held=held)
    return b"".join((before, request_id.encode(), after, b"" if held or method == "HEAD" else made.body))


def _passes(route: Route, limit: Limit, address: str) -> bool:
    """Whether the limit lets one more through, without asking Redis."""
    return not limit.user and (not limit.ip or ratelimit.passes_at_once(route.by_address(address), here=limit.here))


def _head(made: Made, told: Mapping[str, str], *, held: bool) -> tuple[bytes, bytes]:
    """What comes before and after the id of the request."""
    kind = held, *told.items()
    if kind not in made.heads:
        made.heads[kind] = _written(made, told, held=held)
    return made.heads[kind]


def _written(made: Made, told: Mapping[str, str], *, held: bool) -> tuple[bytes, bytes]:
    """As `Door` and then Sanic would write it."""
    response = caching.not_again(made.again()) if held else made.again()
    response.headers.update(told)
    journal.dress(response, ITS_ID)
    if not held:
        response.headers["content-length"] = str(len(made.body))
    response.headers["connection"] = "keep-alive"
    before, _, after = format_http1_response(response.status, response.processed_headers).partition(ITS_ID.encode())
    return before, after
