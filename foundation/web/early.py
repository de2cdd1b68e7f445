"""An answer that is known before the request is looked at: for what thousands are refused in the same second.

A route may declare ``early=…``: a function that gets the bare request and returns a Refusal that it knows already, or
None. What it returns is sent at once, past rate limits (counting would cost more than answering) and without a line in
the log; it bears its request id and is counted in the metrics like any other.
"""

import time
from collections.abc import Callable
from functools import cache
from typing import Any

from sanic import HTTPResponse, Request

from foundation import metrics, settings
from foundation.errors import Refusal
from foundation.web import answers, journal

Early = Callable[[Request], Refusal | None]


def answering(early: Early, *, route: str, method: str) -> Callable[[Request], HTTPResponse | None]:
    """`early` as a door asks it: the whole answer, or None when the request must be looked at."""

    @cache
    def counted(status: int) -> tuple[Callable[[], None], Callable[[float], None]]:
        said = {"route": route, "method": method}
        return (
            metrics.counter("requests_total", status=str(status), **said),
            metrics.timer("request_seconds", **said),
        )

    def answer(request: Request) -> HTTPResponse | None:
        began = time.perf_counter()
        refusal = None if getattr(request.app.ctx, "closing", False) else early(request)
        if refusal is None:
            return None
        request.ctx.early = True
        request_id = journal.named(request)
        body = answers.encoder.encode({**refusal.as_dict(), "request_id": request_id})
        count, observe = counted(refusal.status)
        count()
        observe(time.perf_counter() - began)
        return _Ready(body, status=refusal.status, request_id=request_id)

    return answer


class _Ready(HTTPResponse):
    """An answer whose headers are always the same but for its id and what the connection adds."""

    __slots__ = ("request_id",)

    def __init__(self, body: bytes, *, status: int, request_id: str) -> None:
        super().__init__(body, status=status, content_type=answers.JSON)
        self.request_id = request_id

    @property
    def processed_headers(self) -> Any:
        """As Sanic sends them; it would check every character of each again and again."""
        added = [(name.encode(), str(value).encode()) for name, value in self.headers.items()]
        return [*_headers(), (b"x-request-id", self.request_id.encode()), *added]


@cache
def _headers() -> list[tuple[bytes, bytes]]:
    """As `journal.finish` sets them on what a door says of data."""
    said = {**journal.SECURITY, "Content-Security-Policy": journal.FOR_DATA, "Cache-Control": "no-store"}
    if settings.current().environment == "production":
        said["Strict-Transport-Security"] = journal.HSTS
    said["Content-Type"] = answers.JSON
    return [(name.lower().encode(), value.encode()) for name, value in said.items()]
