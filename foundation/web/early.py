"""An answer that is known before the request is looked at, by Sanic, whose taking apart costs more than the answer.

As soon as a whole request has come in one piece, those who `stand_before` the routes are asked by its first line
whether they may know the answer, and then for it. Anything unusual about the request (in pieces, pipelined, a header
twice) and it goes the usual way. What a crowd is shown is given so (`handed_out`), and what thousands are refused in
the same second:

A route without path parameters may declare ``early=…``: a function that gets the headers (lower case) and the body, and
returns a Refusal that it knows already, or None. What it returns is sent past rate limits and without a line in the
log; it looks like any refusal, bears its request id and is counted in the metrics.

Sanic offers no place so early, so its protocol is mended here; `tests/foundation/test_web_early.py` holds it to that.
"""

import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cache, cached_property
from http import HTTPStatus
from typing import Any

from sanic import Sanic
from sanic.http import Stage
from sanic.server.protocols.http_protocol import HttpProtocol

from foundation import settings
from foundation.errors import Refusal
from foundation.web import answers, journal

Headers = Mapping[str, str]
Early = Callable[[Headers, bytes], Refusal | None]
Known = Callable[["Head", bytes], bytes | None]
Knows = Callable[[bytes], Known | None]
# With these Sanic does more than to read on and answer, or somebody expects that it does.
UNUSUAL = {
    "expect", "transfer-encoding", "upgrade",
    "range", "if-match", "if-range", "if-modified-since", "if-unmodified-since",
}  # fmt: skip

_received = HttpProtocol.data_received


def stand_before(app: Sanic[Any, Any], *those: Knows) -> None:
    """Ask `those` before the routes of `app`: by its first line, who may know the answer to a request."""
    app.ctx.early = those


def refusals(routes: Iterable[tuple[str, str, Early]]) -> Mapping[bytes, Known]:
    """By first line, who knows the refusals of these (method, path, early)."""
    return {
        f"{method} {path} HTTP/1.1".encode(): _answering(early, method=method, path=path)
        for method, path, early in routes
    }


def _data_received(self: Any, data: bytes) -> None:
    those = getattr(self.app.ctx, "early", ())
    answer = _answer(self, those, data) if those else None
    if answer is None:
        _received(self, data)
    else:
        self._time = time.monotonic()  # what Sanic counts idle time from
        self.transport.write(answer)


HttpProtocol.data_received = _data_received  # type: ignore[method-assign]


def _answer(protocol: Any, those: tuple[Knows, ...], data: bytes) -> bytes | None:
    line, _, rest = data.partition(b"\r\n")
    for knows in those:
        known = knows(line)
        if known is not None and _at_rest(protocol):
            head, end, body = rest.partition(b"\r\n\r\n")
            return known(Head(head, peer=protocol.conn_info.client_ip), body) if end else None
    return None


def _at_rest(protocol: Any) -> bool:
    """Sanic waits for a request, not for the rest of one nor to have one answered, and the door stays open."""
    http = protocol.http
    return (
        http is not None
        and http.stage is Stage.IDLE
        and getattr(http, "request", http) is None  # else what comes may be left of a body that nobody wanted
        and not protocol.recv_buffer
        and protocol._can_write.is_set()
        and not getattr(protocol.app.ctx, "closing", False)
    )


class Head(Mapping[str, str]):
    """The headers of a request, taken apart when somebody asks for one: most are asked for none. Odd ones are empty.

    `peer` is the address they came from.
    """

    def __init__(self, raw: bytes, *, peer: str = "") -> None:
        self._raw = raw
        self.peer = peer

    @cached_property
    def _headers(self) -> dict[str, str]:
        headers: dict[str, str] = {}
        if not self._raw.isascii():
            return headers
        for line in self._raw.decode().split("\r\n"):
            name, colon, value = line.partition(":")
            name = name.lower()
            if not colon or name in headers or not line.isprintable():
                return {}
            headers[name] = value.lstrip()  # as Sanic has it
        return headers

    def is_plain(self, *, size: int | None) -> bool:
        """Whether they belong to a whole request, with a body of `size` (None: without), that has nothing unusual."""
        headers = self._headers
        whole = headers.get("content-length") == (None if size is None else str(size))
        stays = headers.get("connection", "keep-alive").lower() == "keep-alive"
        return whole and stays and bool(headers) and UNUSUAL.isdisjoint(headers)

    def get(self, name: str, default: Any = None) -> Any:  # Mapping's is several times slower
        return self._headers.get(name, default)

    def __getitem__(self, name: str) -> str:
        return self._headers[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._headers)

    def __len__(self) -> int:
        return len(self._headers)


def _answering(early: Early, *, method: str, path: str) -> Known:
    def answer(headers: Head, body: bytes) -> bytes | None:
        began = time.perf_counter()
        refusal = early(headers, body)
        if refusal is None or not headers.is_plain(size=len(body)):
            return None
        request_id = journal.sane(headers.get("x-request-id", ""))
        said = answers.encoder.encode({**refusal.as_dict(), "request_id": request_id})
        count, observe, _ = journal.kept_of(path, method, refusal.status)
        count()
        observe(time.perf_counter() - began)
        return b"%bx-request-id: %b\r\ncontent-length: %d\r\n\r\n%b" % (
            _head(refusal.status), request_id.encode(), len(said), said,
        )  # fmt: skip

    return answer


@cache
def _head(status: int) -> bytes:
    """Status line and headers, as `journal.finish` sets them on what a door says of data."""
    said = {
        **journal.SECURITY,
        "content-security-policy": journal.FOR_DATA,
        "cache-control": "no-store",
        "connection": "keep-alive",
        "content-type": answers.JSON,
    }
    if settings.current().environment == "production":
        said["strict-transport-security"] = journal.HSTS
    lines = [f"HTTP/1.1 {status} {HTTPStatus(status).phrase}", *(f"{name.lower()}: {said[name]}" for name in said)]
    return "".join(f"{line}\r\n" for line in lines).encode()
