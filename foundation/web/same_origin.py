"""Cross-site request forgery: a changing request that carries a cookie must come from our own pages."""

from urllib.parse import urlsplit

from sanic import Request

from foundation.errors import Forbidden

SAFE = {"GET", "HEAD", "OPTIONS"}


class ForeignOrigin(Forbidden):
    """请求不是从本站页面发出的，已被拒绝，请在本站页面上重新操作。"""


def refuse_foreign_origin(request: Request) -> None:
    """Raises ForeignOrigin for a changing request that a browser says (or fails to say) comes from elsewhere.

    Browsers tell by Sec-Fetch-Site, older ones by Origin; a caller that tells neither is refused.
    """
    if request.method in SAFE:
        return
    site = request.headers.get("sec-fetch-site")
    if site is not None:
        if site != "same-origin":
            raise ForeignOrigin
        return
    origin = request.headers.get("origin", "")
    if not origin or urlsplit(origin).netloc != request.headers.get("host"):
        raise ForeignOrigin
