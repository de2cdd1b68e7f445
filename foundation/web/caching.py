"""What may be kept by browsers and proxies: nothing, unless a public route says for how long."""

import hashlib
from dataclasses import dataclass

from sanic import HTTPResponse, Request


@dataclass(frozen=True)
class Cache:
    """A public answer may be kept for `seconds`, and asked for again by its ETag after that."""

    seconds: int

    def apply(self, request: Request, response: HTTPResponse) -> HTTPResponse:
        tag = f'"{hashlib.blake2b(response.body or b"", digest_size=12).hexdigest()}"'
        headers = {"ETag": tag, "Cache-Control": f"public, max-age={self.seconds}"}
        if tag in _asked(request):
            return HTTPResponse(status=304, headers=headers)
        response.headers.update(headers)
        return response


def _asked(request: Request) -> set[str]:
    """The tags the client already holds; a weak tag is as good as a strong one for reading."""
    return {tag.strip().removeprefix("W/") for tag in request.headers.get("if-none-match", "").split(",")}


PUBLIC_MINUTE = Cache(60)
PUBLIC_HOUR = Cache(3600)
