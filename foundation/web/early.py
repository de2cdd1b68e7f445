"""An answer that is known before the request is looked at: for what thousands are refused in the same second.

A route may declare ``early=…``: a function that gets the bare request and returns a Refusal that it knows already, or
None. What it returns is sent at once, past rate limits (counting would cost more than answering) and without a line in
the log; it bears its request id and is counted in the metrics like any other.
"""

import time
from collections.abc import Callable
from functools import cache

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
        headers = {"X-Request-Id": request_id, **_headers()}
        count, observe = counted(refusal.status)
        count()
        observe(time.perf_counter() - began)
        return HTTPResponse(body, status=refusal.status, headers=headers, content_type=answers.JSON)

    return answer


@cache
def _headers() -> dict[str, str]:
    """As `journal.finish` sets them on what a door says of data."""
    production = settings.current().environment == "production"
    hsts = {"Strict-Transport-Security": journal.HSTS} if production else {}
    return {**journal.SECURITY, **hsts, "Content-Security-Policy": journal.FOR_DATA, "Cache-Control": "no-store"}
