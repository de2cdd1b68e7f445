"""What is kept of every request: its id, one line in the log, two numbers. And the headers every answer carries."""

import re
import time
from collections.abc import Callable
from functools import cache

from sanic import Request
from sanic.response import BaseHTTPResponse

from foundation import crypto, logs, metrics, settings
from foundation.web.client_address import client_address

log = logs.logger(__name__)
SANE_ID = re.compile(r"[A-Za-z0-9._-]{8,64}")

HUNG_UP = 499  # nobody hears the answer, and it was no fault of ours; nginx names it so
ASKED_ALL_DAY = {"/healthz", "/readyz", "/metrics"}

SECURITY = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
}
HSTS = "max-age=31536000"
FOR_DATA = "default-src 'none'; frame-ancestors 'none'"
FOR_PAGES = (
    "default-src 'self'; img-src 'self' data:; style-src 'self' 'unsafe-inline'; object-src 'none'; "
    "base-uri 'self'; form-action 'self'; frame-ancestors 'none'"
)


def begin(request: Request) -> str:
    """Give the request its id, once: the caller's own when it is a sane one, so that a trace runs through."""
    found: str | None = getattr(request.ctx, "request_id", None)
    if found is None:
        found = sane(request.headers.get("x-request-id", ""))
        request.ctx.request_id = found
        request.ctx.began = time.perf_counter()
        logs.use_request_id(found)
    return found


def sane(asked: str) -> str:
    """The id that the caller asked for, or a new one."""
    return asked if SANE_ID.fullmatch(asked) else crypto.random_bytes(12).hex()


def request_id(request: Request) -> str:
    return begin(request)


def route_of(request: Request) -> str:
    """The route's template, never the raw address: that holds ids."""
    declared = getattr(request.ctx, "route", None)
    if declared is not None:
        return str(declared.template)
    return f"/{request.route.path}" if request.route else "unmatched"


async def finish(request: Request, response: BaseHTTPResponse) -> None:
    """Sanic calls this for every response, refusals, files and streams included."""
    dress(response, begin(request))
    if getattr(request.app.ctx, "closing", False) and request.stream is not None:
        # else the door would wait for a client that holds its connection open
        request.stream.keep_alive = False  # type: ignore[attr-defined]
    note(
        route=route_of(request),
        method=request.method,
        status=HUNG_UP if getattr(request.ctx, "hung_up", False) else response.status,
        seconds=time.perf_counter() - request.ctx.began,
        address=client_address(request),
    )


def dress(response: BaseHTTPResponse, request_id: str) -> None:
    """The headers that every answer carries."""
    headers = response.headers
    headers["X-Request-Id"] = request_id
    for name, value in SECURITY.items():
        headers.setdefault(name, value)
    if response.status != 304:  # which has no type; its headers would replace those the browser keeps with the page
        is_page = (response.content_type or "").startswith("text/html")
        headers.setdefault("Content-Security-Policy", FOR_PAGES if is_page else FOR_DATA)
    headers.setdefault("Cache-Control", "no-cache")  # files: a browser that guesses mixes two versions after a rollout
    if settings.current().environment == "production":
        headers.setdefault("Strict-Transport-Security", HSTS)


@cache  # as many as there are kinds of answers
def kept_of(route: str, method: str, status: int) -> tuple[Callable[[], None], Callable[[float], None], logs.Alike]:
    """How to count an answer, to note the seconds it took, and to write its line."""
    return (
        metrics.counter("requests_total", route=route, method=method, status=str(status)),
        metrics.timer("request_seconds", route=route, method=method),
        logs.Alike("request_served", route=route, method=method, status=status),
    )


def note(*, route: str, method: str, status: int, seconds: float, address: str) -> None:
    """One line and two numbers about an answer."""
    count, observe, say = kept_of(route, method, status)
    count()
    observe(seconds)
    milliseconds = round(seconds * 1000, 1)
    if status < 400 and route in ASKED_ALL_DAY:  # by a load balancer and a monitor; what they are refused is told
        log.debug("request_served", route=route, method=method, status=status, milliseconds=milliseconds, ip=address)
    else:
        say(milliseconds=milliseconds, ip=address)
