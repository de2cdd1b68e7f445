"""A door: the routes of one application, guarded, served and documented."""

import asyncio
from collections.abc import Callable, Coroutine, Mapping
from typing import Any, Protocol

from sanic import HTTPResponse, Request, Sanic

from foundation import ratelimit
from foundation.errors import Refusal
from foundation.web import answers, docs, early, journal, language, reading, repeated
from foundation.web.access import PUBLIC
from foundation.web.caching import unless_held
from foundation.web.client_address import client_address
from foundation.web.crowd import Crowd
from foundation.web.handed_out import handing_out
from foundation.web.headers import Header
from foundation.web.routes import Route, Routes

ERRORS = "json"
"""Said outright: else Sanic reads the source of every handler to guess how its errors look. Ours go by `answers`."""


class Visits(Protocol):
    """What a door asks of every request by a header of its own, such as the version of the client."""

    header: Header
    errors: tuple[type[Refusal], ...]

    def asks_of(self, route: Route) -> bool:
        """Whether callers of `route` are looked at."""

    def look(self, said: str) -> Mapping[str, str]:
        """Headers for the answer to who says this, an empty text for nothing. Raises one of `errors`."""


class Door:
    """One per application: ``door.include(routes)`` for each module, then ``door.mount(app)``.

    With `scripts` it answers in traditional characters who asks for them (`language`); `visits` looks at every request
    before anything else, whoever calls.
    """

    def __init__(
        self, *, title: str, description: str, version: str = "1", scripts: bool = False, visits: "Visits | None" = None
    ) -> None:
        self.title = title
        self.description = description
        self.version = version
        self.scripts = scripts
        self.visits = visits
        self.sections: list[Routes] = []
        self.crowd = Crowd()

    @property
    def varies(self) -> str:
        """By which headers an answer differs that everybody may keep."""
        return ", ".join(
            [*([language.HEADER] if self.scripts else []), *([self.visits.header.name] if self.visits else [])]
        )

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
            serve = _serving(self, route)
            app.add_route(serve, route.path, methods=methods, name=name, unquote=True, error_format=ERRORS)
        refusals = early.refusals([(one.method, one.path, one.early) for one in self.routes if one.early])
        early.stand_before(app, refusals.get, handing_out(self))
        app.error_handler.add(Exception, self.refused)
        app.register_middleware(journal.finish, "response")
        app.register_listener(_finish_what_is_under_way, "before_server_stop")

    def told(self, route: Route, headers: Mapping[str, str]) -> Mapping[str, str]:
        """Headers that `visits` has for a caller of `route`. Raises one of its errors."""
        if self.visits is None or not self.visits.asks_of(route):
            return {}
        return self.visits.look(headers.get(self.visits.header.name.lower(), ""))

    def refused(self, request: Request, error: Exception) -> HTTPResponse:
        """`error` as its reader reads it."""
        response = answers.refused(request, error)
        return language.turned(response, language.ALL) if self.scripts and language.is_asked(request) else response


async def _finish_what_is_under_way(_: Any) -> None:
    await repeated.finish()


def _serving(door: Door, route: Route) -> Callable[..., Coroutine[Any, Any, HTTPResponse | None]]:
    answer = _answering(door, route)

    async def serve(request: Request, **captured: str) -> HTTPResponse | None:
        request.ctx.route = route
        reading.make_readable(request)
        journal.begin(request)
        told: Mapping[str, str] = {}
        try:
            told = door.told(route, request.headers)
            response = await answer(request, captured)
        except asyncio.CancelledError:
            request.ctx.hung_up = True
            raise
        except Exception as error:
            response = _refused(door, route, request, error)
        if told and response is not None:
            response.headers.update(told)
        return response

    return serve


def _refused(door: Door, route: Route, request: Request, error: Exception) -> HTTPResponse:
    if route.error_page is None:
        return door.refused(request, error)
    return route.error_page(request, error if isinstance(error, Refusal) else answers.refusal_of(request, error))


def _answering(
    door: Door, route: Route
) -> Callable[[Request, dict[str, str]], Coroutine[Any, Any, HTTPResponse | None]]:
    plan, public = language.plan_of(route.answers_with), route.access is PUBLIC
    varies = door.varies if public else ", ".join(filter(None, ["Authorization", door.varies]))
    cache, shared = route.cache, route.cache is not None and "request" not in route.takes
    keyed = repeated.is_left_to_us(route)

    async def make(request: Request, captured: dict[str, str], who: Any, turned: bool) -> HTTPResponse | None:
        given = await route.handler(**_arguments(route, request, captured, who))
        if given is None and request.responded:
            return None
        response = answers.answered(given, route.status)
        kept = cache if who is None and response.status == 200 and not _says_itself(response) else None
        if turned and isinstance(response, answers.Written):
            language.turned(response, plan, remember=kept is not None)
        if kept is not None:
            return kept.tag(response, vary=varies)
        response.headers.setdefault("Cache-Control", "no-store")
        return response

    async def answer(request: Request, captured: dict[str, str]) -> HTTPResponse | None:
        who = await _admitted(route, request)
        turned = door.scripts and language.is_asked(request)
        if shared and who is None:
            key = (request.raw_url, turned)
            made = await door.crowd.answer(key, lambda: make(request, captured, None, turned), route)
        elif keyed and who is not None and repeated.has_key(request):
            caller = route.access.limited_as(who)
            made = await repeated.once(request, who=caller, does=lambda: make(request, captured, who, turned))
        else:
            made = await make(request, captured, who, turned)
        return made if made is None or cache is None else unless_held(request, made)

    return answer


def _says_itself(response: HTTPResponse) -> bool:
    """Whether the handler knows better than the route what may be kept of this answer."""
    return "Cache-Control" in response.headers


async def _admitted(route: Route, request: Request) -> Any:
    """Who calls. Those who are turned away are counted too, by address: that is how codes and keys are guessed."""
    limit = route.limit
    if limit is None:
        return await route.access.admit(request)
    counted = []
    if limit.ip:
        counted.append(route.by_address(client_address(request)))
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
