"""A door: the routes of one application, guarded, served and documented."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

from sanic import HTTPResponse, Request, Sanic

from foundation import ratelimit
from foundation.errors import Refusal
from foundation.web import answers, docs, early, journal, reading
from foundation.web.client_address import client_address, network_of
from foundation.web.routes import Route, Routes

ERRORS = "json"
"""Said outright: else Sanic reads the source of every handler to guess how its errors look. Ours go by `answers`."""


class Door:
    """One per application: ``door.include(routes)`` for each module, then ``door.mount(app)``."""

    def __init__(self, *, title: str, description: str, version: str = "1") -> None:
        self.title = title
        self.description = description
        self.version = version
        self.sections: list[Routes] = []

    @property
    def routes(self) -> list[Route]:
        """Every route declared: method, path, access, handler, module."""
        return [route for section in self.sections for route in section]

    def include(self, routes: Routes) -> None:
        self.sections.append(routes)

    def mount(self, app: Sanic[Any, Any]) -> None:
        """Serve all routes and the document from `app`."""
        self.include(docs.routes_for(self))
        app.ctx.door = self
        for route in self.routes:
            methods = ["GET", "HEAD"] if route.method == "GET" else [route.method]
            name = f"{route.method}_{route.name}".replace(".", "_")
            app.add_route(_serving(route), route.path, methods=methods, name=name, unquote=True, error_format=ERRORS)
        early.stand_before(app, [(one.method, one.path, one.early) for one in self.routes if one.early])
        app.error_handler.add(Exception, answers.refused)
        app.register_middleware(journal.finish, "response")


def _serving(route: Route) -> Callable[..., Coroutine[Any, Any, HTTPResponse | None]]:
    async def serve(request: Request, **captured: str) -> HTTPResponse | None:
        request.ctx.route = route
        reading.make_readable(request)
        journal.begin(request)
        try:
            return await _serve(route, request, captured)
        except asyncio.CancelledError:
            request.ctx.hung_up = True
            raise
        except Refusal as refusal:
            return route.error_page(request, refusal) if route.error_page else answers.refused(request, refusal)
        except Exception as error:
            if route.error_page:
                return route.error_page(request, answers.refusal_of(request, error))
            return answers.refused(request, error)

    return serve


async def _serve(route: Route, request: Request, captured: dict[str, str]) -> HTTPResponse | None:
    who = await _admitted(route, request)
    given = await route.handler(**_arguments(route, request, captured, who))
    if given is None and request.responded:
        return None
    response = answers.answered(given, route.status)
    if route.cache is not None and response.status == 200:
        return route.cache.apply(request, response)
    response.headers.setdefault("Cache-Control", "no-store")
    return response


async def _admitted(route: Route, request: Request) -> Any:
    """Who calls. Those who are turned away are counted too, by address: that is how codes and keys are guessed."""
    limit = route.limit
    if limit is None:
        return await route.access.admit(request)
    counted = []
    if limit.ip:
        counted.append((f"{route.name}-ip", network_of(client_address(request)), limit.ip, limit.seconds))
    check = ratelimit.check_here if limit.here else ratelimit.check
    try:
        who = await route.access.admit(request)
    except Refusal:
        await check(*counted)
        raise
    if limit.user:
        counted.append((f"{route.name}-user", str(route.access.limited_as(who)), limit.user, limit.seconds))
    await check(*counted)
    return who


def _arguments(route: Route, request: Request, captured: dict[str, str], who: Any) -> dict[str, Any]:
    arguments: dict[str, Any] = {name: read(captured[name]) for name, read in route.path_readers.items()}
    if "request" in route.takes:
        arguments["request"] = request
    if "who" in route.takes:
        arguments["who"] = who
    if route.query is not None:
        arguments["query"] = route.query.from_pairs(reading.pairs_of(request.query_string))
    kind = request.headers.get("content-type", "")
    if route.body is not None:
        arguments["body"] = reading.json_body(route.body, kind, request.body, at_most=route.at_most)
    if route.form is not None:
        arguments["form"] = reading.form_body(route.form, kind, request.body, at_most=route.at_most)
    return arguments
