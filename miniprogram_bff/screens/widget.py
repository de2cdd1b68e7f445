"""网页挂件: the chat that a city's web site embeds: one script, and the page in its frame. It sets no cookie."""

from pathlib import Path

from sanic import HTTPResponse

from foundation import settings
from foundation.web import PUBLIC, Routes

routes = Routes("网页挂件", tag="widget")

DOOR = Path(__file__).parents[1]
WHOLE = "/h5/"  # where the whole application is: links of the chat open there
SCRIPT = (DOOR / "widget" / "widget.js").read_text()
# The page of the whole application, a visitor's, with its files where they are.
INDEX = (DOOR / "h5" / "index.html").read_text()
PAGE = INDEX.replace("<html ", f'<html data-visitor="{WHOLE}" ', 1).replace('"./', f'"{WHOLE}')
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "form-action 'self'; base-uri 'self'; frame-ancestors {}"
)


@routes.page("/widget.js", access=PUBLIC)
async def script() -> HTTPResponse:
    headers = {"Cache-Control": "public, max-age=3600", "Cross-Origin-Resource-Policy": "cross-origin"}
    return HTTPResponse(SCRIPT, content_type="text/javascript; charset=utf-8", headers=headers)


@routes.page("/widget", access=PUBLIC)
async def frame() -> HTTPResponse:
    """Shown in frames of the sites in WIDGET_SITES; browsers heed frame-ancestors before X-Frame-Options."""
    headers = {"Content-Security-Policy": POLICY.format(_sites()), "X-Frame-Options": "SAMEORIGIN"}
    return HTTPResponse(PAGE, content_type="text/html; charset=utf-8", headers=headers)


def _sites() -> str:
    """As the policy names them."""
    named = [one.strip() for one in settings.current().handover.widget_sites.split(",") if one.strip()]
    return " ".join(named) or "'none'"
