"""单点退出: the province tells us that somebody left (OpenID Connect Back-Channel Logout 1.0)."""

from typing import Any

from sanic import HTTPResponse, Request, empty, json

from api.callers import CHANNEL
from foundation.errors import Refusal
from foundation.web import Routes
from identity import sign_on

routes = Routes("统一身份认证回调", tag="callbacks")
NO_STORE = {"Cache-Control": "no-store"}


@routes.page("/callbacks/sign-on/logout", method="POST", access=CHANNEL)
async def logout(request: Request) -> HTTPResponse:
    """200 once our sessions are over; 400 for a token that is not the province's, which changes nothing."""
    form: Any = request.get_form() or {}
    try:
        await sign_on.signed_out(str(form.get("logout_token") or "")[:8192])
    except Refusal as refusal:
        return json({"error": "invalid_request"}, status=refusal.status, headers=NO_STORE)
    return empty(status=200, headers=NO_STORE)
