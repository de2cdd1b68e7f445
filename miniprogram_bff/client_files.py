"""The files of the browser's client: what its name describes is kept for ever, the page is asked for each time.

Compressed once per process and file, on the first asking; a client that is built anew is served without a restart.
"""

import functools
import gzip
import hashlib
import html
import mimetypes
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sanic import HTTPResponse, Request, Sanic, redirect
from sanic.exceptions import NotFound

from foundation import settings

H5 = Path(__file__).parent / "h5"
INDEX = "index.html"
NAMED_BY_CONTENT = "assets"  # the build writes a digest of the content into every name in this folder
FOR_EVER = "public, max-age=31536000, immutable"
EACH_TIME = "no-cache"
TEXTS = ("text/", "image/svg")
FILES = 512


@dataclass(frozen=True)
class Held:
    """One file as it goes out. `zipped` is empty where compression gains nothing."""

    content: bytes
    zipped: bytes
    kind: str
    tag: str
    control: str


def mount(app: Sanic[Any, Any]) -> None:
    app.add_route(_to_the_client, "/h5", methods=["GET", "HEAD"], name="h5_folder", strict_slashes=True)
    app.add_route(_page, "/h5/", methods=["GET", "HEAD"], name="h5", strict_slashes=True)
    app.add_route(_file, "/h5/<name:path>", methods=["GET", "HEAD"], name="h5_file", unquote=True)


async def _to_the_client(_: Request) -> HTTPResponse:
    return redirect("/h5/")


async def _page(request: Request) -> HTTPResponse:
    return await _file(request, INDEX)


async def _file(request: Request, name: str) -> HTTPResponse:
    """Raises NotFound."""
    path = (H5 / name).resolve()
    if not path.is_relative_to(H5.resolve()) or not path.is_file():
        raise NotFound
    one = held(path, path.stat().st_mtime_ns)
    headers = {"ETag": one.tag, "Cache-Control": one.control, "Vary": "Accept-Encoding"}
    if one.tag.removeprefix("W/") in request.headers.get("if-none-match", ""):
        return HTTPResponse(status=304, headers=headers)
    if not one.zipped or "gzip" not in request.headers.get("accept-encoding", ""):
        return HTTPResponse(one.content, headers=headers, content_type=one.kind)
    return HTTPResponse(one.zipped, headers=headers | {"Content-Encoding": "gzip"}, content_type=one.kind)


def of_this_city(page: str) -> str:
    """The page, which names the city from its first sight on, whatever address somebody comes by."""
    return page.replace("<html ", f'<html data-city="{html.escape(settings.current().processes.city_name)}" ', 1)


@functools.lru_cache(maxsize=FILES)
def held(path: Path, changed: int) -> Held:
    """The file as it was when it was last `changed`."""
    content = path.read_bytes()
    if path.name == INDEX:
        content = of_this_city(content.decode()).encode()
    kind = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
    zipped = gzip.compress(content, mtime=0) if kind.startswith(TEXTS) else b""
    return Held(
        content=content,
        zipped=zipped if len(zipped) < len(content) else b"",
        kind=f"{kind}; charset=utf-8" if kind.startswith("text/") else kind,
        # weak: the same page is one thing, compressed or not
        tag=f'W/"{hashlib.blake2b(content, digest_size=12).hexdigest()}"',
        control=FOR_EVER if path.parent.name == NAMED_BY_CONTENT else EACH_TIME,
    )
