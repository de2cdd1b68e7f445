"""The yardstick: an application with the same server settings that only says `{}`."""

from typing import Any

from sanic import HTTPResponse, Request, Sanic, json

from foundation.web import new_app


def create_app(args: object = None) -> Sanic[Any, Any]:
    app = new_app("bare")
    app.add_route(nothing, "/", methods=["GET"])
    return app


async def nothing(_: Request) -> HTTPResponse:
    return json({})
