"""Folders of files that go out as they are: what its name describes is kept for ever, the rest is asked for each time.

Read and compressed once per process and file, on the first asking; a file that was changed is served without a restart.
Nothing stays open when somebody hangs up halfway.
"""

import functools
import gzip
import hashlib
import mimetypes
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sanic import HTTPResponse, Request, Sanic
from sanic.exceptions import NotFound

FOR_EVER = "public, max-age=31536000, immutable"
EACH_TIME = "no-cache"
TEXTS = ("text/", "image/svg")
FILES = 512


def as_it_is(_: Path, content: bytes) -> bytes:
    return content


@dataclass(frozen=True)
class Folder:
    """What is handed out.

    ``told_by_name`` is the folder in it whose names tell their content; ``ready`` finishes what was read.
    """

    root: Path
    told_by_name: str = ""
    ready: Callable[[Path, bytes], bytes] = as_it_is

    def mount(self, app: Sanic[Any, Any], address: str, *, name: str) -> None:
        async def file_of_folder(request: Request, path: str) -> HTTPResponse:
            return self.answer(request, path)

        app.add_route(file_of_folder, f"{address}/<path:path>", methods=["GET", "HEAD"], name=name, unquote=True)

    def answer(self, request: Request, name: str) -> HTTPResponse:
        """Raises NotFound."""
        path = (self.root / name).resolve()
        if not path.is_relative_to(self.root.resolve()) or not path.is_file():
            raise NotFound
        one = held(self, path, path.stat().st_mtime_ns)
        headers = {"ETag": one.tag, "Cache-Control": one.control, "Vary": "Accept-Encoding"}
        if one.tag.removeprefix("W/") in request.headers.get("if-none-match", ""):
            return HTTPResponse(status=304, headers=headers)
        if not one.zipped or "gzip" not in request.headers.get("accept-encoding", ""):
            return HTTPResponse(one.content, headers=headers, content_type=one.kind)
        return HTTPResponse(one.zipped, headers=headers | {"Content-Encoding": "gzip"}, content_type=one.kind)


@dataclass(frozen=True)
class Held:
    """One file as it goes out. `zipped` is empty where compression gains nothing."""

    content: bytes
    zipped: bytes
    kind: str
    tag: str
    control: str


@functools.lru_cache(maxsize=FILES)
def held(folder: Folder, path: Path, changed: int) -> Held:
    """The file as it was when it was last `changed` (ns)."""
    content = folder.ready(path, path.read_bytes())
    kind = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
    zipped = gzip.compress(content, mtime=0) if kind.startswith(TEXTS) else b""
    return Held(
        content=content,
        zipped=zipped if len(zipped) < len(content) else b"",
        kind=f"{kind}; charset=utf-8" if kind.startswith("text/") else kind,
        # weak: the same page is one thing, compressed or not
        tag=f'W/"{hashlib.blake2b(content, digest_size=12).hexdigest()}"',
        control=FOR_EVER if folder.told_by_name and path.parent.name == folder.told_by_name else EACH_TIME,
    )
