"""What browsers and proxies may keep: nothing, unless a route says that everybody gets the same, and for how long.

A route for visitors keeps what it shows to those who are not signed in, and nothing else.
"""

import hashlib
from dataclasses import dataclass
from functools import cached_property

from sanic import HTTPResponse, Request


@dataclass(frozen=True)
class Cache:
    """A public answer may be kept for `seconds`, and asked for again by its ETag after that; with 0 each time."""

    seconds: int

    @cached_property
    def control(self) -> str:
        return f"public, max-age={self.seconds}" if self.seconds else "public, no-cache"

    def tag(self, response: HTTPResponse, *, vary: str = "") -> HTTPResponse:
        """`response` with its ETag; `vary`: by which headers it differs."""
        digest = hashlib.blake2b(response.body or b"", digest_size=12).hexdigest()
        response.headers.update({"ETag": f'"{digest}"', "Cache-Control": self.control})
        if vary:
            response.headers["Vary"] = vary
        return response


def unless_held(request: Request, response: HTTPResponse) -> HTTPResponse:
    """304 where the client holds the answer of this tag already, else the answer."""
    if "if-none-match" not in request.headers:
        return response
    tag = response.headers.get("ETag")
    if tag is None or response.status != 200 or not is_among(tag, request.headers.get("if-none-match", "")):
        return response
    return not_again(response)


def is_among(tag: str, held: str) -> bool:
    """Whether the client holds `tag` already; a weak tag is as good as a strong one for reading."""
    return tag in {one.strip().removeprefix("W/") for one in held.split(",")}


def not_again(response: HTTPResponse) -> HTTPResponse:
    """304 in place of the answer."""
    kept = {name: response.headers[name] for name in OF_A_TAG if name in response.headers}
    return HTTPResponse(status=304, headers=kept)


OF_A_TAG = ("ETag", "Cache-Control", "Vary", "Content-Language")
LIVE = Cache(0)
PUBLIC_MINUTE = Cache(60)
PUBLIC_HOUR = Cache(3600)
