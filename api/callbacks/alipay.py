"""Alipay notices."""

from sanic import HTTPResponse, Request, text

from api.callers import CHANNEL
from foundation.errors import Refusal
from foundation.web import Routes
from payments import notices

routes = Routes("支付宝回调", tag="callbacks")


@routes.page("/callbacks/alipay/pay", method="POST", access=CHANNEL)
async def pay(request: Request) -> HTTPResponse:
    """Alipay repeats a notice until it reads exactly ``success``."""
    try:
        await notices.receive(channel="alipay", headers=request.headers, body=request.body)
    except Refusal as refusal:
        return text("failure", status=refusal.status)
    return text("success")
