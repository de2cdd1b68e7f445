"""The files of the browser's client, whose page names the city."""

import html
from pathlib import Path
from typing import Any

from sanic import HTTPResponse, Request, Sanic, redirect

from foundation import settings
from foundation.web import Folder

H5 = Path(__file__).parent / "h5"
INDEX = "index.html"


def of_this_city(path: Path, content: bytes) -> bytes:
    """The page, which names the city from its first sight on, whatever address somebody comes by."""
    if path.name != INDEX:
        return content
    named = f'<html data-city="{html.escape(settings.current().processes.city_name)}" '
    return content.replace(b"<html ", named.encode(), 1)


# the build writes a digest of the content into every name in the folder `assets`
CLIENT = Folder(H5, told_by_name="assets", ready=of_this_city)


def mount(app: Sanic[Any, Any]) -> None:
    app.add_route(_to_the_client, "/h5", methods=["GET", "HEAD"], name="h5_folder", strict_slashes=True)
    app.add_route(_page, "/h5/", methods=["GET", "HEAD"], name="h5", strict_slashes=True)
    CLIENT.mount(app, "/h5", name="h5_file")


async def _to_the_client(_: Request) -> HTTPResponse:
    return redirect("/h5/")


async def _page(request: Request) -> HTTPResponse:
    return CLIENT.answer(request, INDEX)
