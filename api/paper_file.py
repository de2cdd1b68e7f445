"""A paper of somebody as an answer: shown where it is a picture, else saved; never run, whatever it may be."""

from sanic import HTTPResponse

from cases.paper_kinds import KINDS
from cases.papers import PaperView


def answer(view: PaperView, data: bytes) -> HTTPResponse:
    way = "inline" if view.picture else "attachment"
    headers = {
        "Content-Disposition": f'{way}; filename="{view.code}.{KINDS[view.media_type].ending}"',
        "Content-Security-Policy": "default-src 'none'; sandbox",
        "Cache-Control": "no-store",
    }
    return HTTPResponse(data, headers=headers, content_type=view.media_type)
