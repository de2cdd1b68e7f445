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

    @property
    def shared(self) -> bool:
        """Whether a crowd may be given what was made a moment ago (`crowd`)."""
        return self.seconds > 0

    def apply(self, request: Request, response: HTTPResponse, *, vary: str = "") -> HTTPResponse:
        """`response` with its ETag, or 304 where the client holds it already. `vary`: by which headers it differs."""
        tag = f'"{hashlib.blake2b(response.body or b"", digest_size=12).hexdigest()}"'
        headers = {"ETag": tag, "Cache-Control": self.control}
        if vary:
            headers["Vary"] = vary
        if is_held(request, tag):
            return HTTPResponse(status=304, headers=headers)
        response.headers.update(headers)
        return response


def is_held(request: Request, tag: str) -> bool:
    """Whether the client has the answer of this tag already."""
    return tag in _asked(request)


def _asked(request: Request) -> set[str]:
    """The tags the client already holds; a weak tag is as good as a strong one for reading."""
    return {tag.strip().removeprefix("W/") for tag in request.headers.get("if-none-match", "").split(",")}


LIVE = Cache(0)
PUBLIC_MINUTE = Cache(60)
PUBLIC_HOUR = Cache(3600)
