"""The sandbox's pages: Jinja templates of ``pages/``, nothing fetched from elsewhere."""

import mimetypes
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from jinja2 import Environment, PackageLoader, StrictUndefined
from sanic import HTTPResponse, Request, response

PAGES = Path(__file__).with_name("pages")


def yuan(fen: int) -> str:
    """1234 → 12.34"""
    return f"{fen // 100}.{fen % 100:02d}"


_pages = Environment(loader=PackageLoader("sandbox", "pages"), autoescape=True, undefined=StrictUndefined)
_pages.filters["yuan"] = yuan


def page(name: str, *, status: int = 200, **told: Any) -> HTTPResponse:
    return response.html(_pages.get_template(name).render(**told), status=status)


def handed_out(name: str) -> Callable[..., Coroutine[Any, Any, HTTPResponse]]:
    """A file of ``pages/`` that the pages load. Read beforehand: who hangs up halfway leaves nothing open."""
    content, kind = (PAGES / name).read_bytes(), mimetypes.guess_type(name)[0]

    async def file_of_pages(_: Request) -> HTTPResponse:
        return HTTPResponse(content, content_type=kind, headers={"Cache-Control": "no-cache"})

    return file_of_pages


def filled(request: Request) -> dict[str, str]:
    """The form a person sent, one value per field."""
    return dict(parse_qsl(request.body.decode(), keep_blank_values=True))


def is_web_address(url: str) -> bool:
    """Only such an address is redirected to; never javascript: and the like."""
    parts = urlsplit(url)
    return parts.scheme in ("http", "https") and bool(parts.netloc)


def with_query(url: str, **more: str) -> str:
    """The address with these query parameters added (or replaced)."""
    parts = urlsplit(url)
    query = dict(parse_qsl(parts.query, keep_blank_values=True)) | more
    return urlunsplit(parts._replace(query=urlencode(query)))
