"""表格下载: blank forms and filled examples of guides, by the names that guides give them."""

from typing import Annotated
from urllib.parse import quote

from msgspec import Meta
from sanic import HTTPResponse

from catalogue import files
from catalogue.file_errors import GuideFileNotFound
from foundation.web import PUBLIC, Limit, Routes

routes = Routes("表格下载", tag="forms")

FileName = Annotated[str, Meta(max_length=80)]
# What is shipped is a page of ours to be filled in; what was uploaded is saved, and runs nothing if it is opened.
SHIPPED = {"Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'"}
UPLOADED = {"Content-Security-Policy": "sandbox; default-src 'none'"}


@routes.page("/forms/<name>", access=PUBLIC, limit=Limit(ip=240), errors=(GuideFileNotFound,))
async def download(name: FileName) -> HTTPResponse:
    """A name stands for one content for ever, but for the pages that are shipped."""
    handed = await files.hand_out(name)
    if handed.shipped:
        headers = {**SHIPPED, "Cache-Control": "no-cache"}
    else:
        saved_as = f"attachment; filename*=UTF-8''{quote(handed.title)}"
        headers = {**UPLOADED, "Content-Disposition": saved_as, "Cache-Control": "public, max-age=86400, immutable"}
    return HTTPResponse(handed.data, headers=headers, content_type=handed.content_type)
