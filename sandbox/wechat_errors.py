"""WeChat's refusals: {errcode, errmsg} under HTTP 200."""

from collections.abc import Awaitable, Callable
from functools import wraps
from typing import Any

import msgspec
from sanic import HTTPResponse, Request, response

from sandbox import trouble
from sandbox.signing import nonce
from sandbox.world import World, world_of

MESSAGES = {
    -1: "system error",
    40001: "invalid credential, access_token is invalid or not latest",
    40002: "invalid grant_type",
    40003: "invalid openid",
    40013: "invalid appid",
    40029: "invalid code",
    40037: "invalid template_id",
    40125: "invalid appsecret",
    40129: "invalid scene",
    40163: "code been used",
    40226: "code blocked",
    41001: "access_token missing",
    41002: "appid missing",
    41004: "appsecret missing",
    41008: "missing code",
    41030: "invalid page",
    42001: "access_token expired",
    43101: "user refuse to accept the msg",
    44002: "empty post data",
    45009: "reach max api daily quota limit",
    45011: "api minute-quota reach limit, must slower retry next minute",
    47001: "data format error",
    47003: "argument invalid!",
    61010: "code is expired",
}
Work = Callable[[World, Request], dict[str, Any] | bytes]


class WechatError(Exception):
    """A refusal by number; ``more`` follows the message as WeChat's does."""

    def __init__(self, code: int, more: str = "") -> None:
        super().__init__(code)
        trace = f" rid: {nonce(8)}-{nonce(8)}-{nonce(8)}".lower()
        self.body = {"errcode": code, "errmsg": f"{MESSAGES[code]}{more}{trace}"}


def call(work: Work) -> Callable[[Request], Awaitable[HTTPResponse]]:
    """Make a handler of ``work(world, request)``; WeChat answers text/plain with JSON in it, and so do we.

    Bytes are a picture.
    """

    @wraps(work)
    async def handler(request: Request) -> HTTPResponse:
        async def answer(kind: str | None) -> HTTPResponse:
            try:
                if kind == "system_error":
                    raise WechatError(-1)
                body: dict[str, Any] | bytes = work(world_of(request), request)
            except WechatError as refusal:
                body = refusal.body
            if isinstance(body, bytes):
                return response.raw(body, content_type="image/png")
            return response.raw(msgspec.json.encode(body), content_type="text/plain")

        return await trouble.through(request, "wechat", answer)

    return handler


def posted(request: Request) -> dict[str, Any]:
    """The JSON object of the request; 44002 when there is none, 47001 when it is not one."""
    if not request.body:
        raise WechatError(44002)
    try:
        return msgspec.json.decode(request.body, type=dict[str, Any])
    except (msgspec.DecodeError, msgspec.ValidationError) as fault:
        raise WechatError(47001) from fault


def check_app(world: World, app_id: Any, secret: Any) -> None:
    """Refuse a caller who is not the demo app."""
    if not app_id:
        raise WechatError(41002)
    if app_id != world.keys["wechat_app_id"]:
        raise WechatError(40013)
    if not secret:
        raise WechatError(41004)
    if secret != world.keys["wechat_app_secret"]:
        raise WechatError(40125)
