"""Declaring routes. The signature is inspected once, when the module is imported; a wrong one does not import."""

import inspect
import re
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any, TypeVar, get_args, get_origin, get_type_hints

import msgspec.inspect as mi
from sanic import HTTPResponse, Request

from foundation.errors import Refusal
from foundation.web.access import PUBLIC, Access
from foundation.web.answer import Answer
from foundation.web.caching import Cache
from foundation.web.client_address import network_of
from foundation.web.early import Early
from foundation.web.headers import Header
from foundation.web.reading import BODY_AT_MOST, Reader, path_reader

Handler = Callable[..., Awaitable[Any]]
H = TypeVar("H", bound=Handler)
ErrorPage = Callable[[Request, Refusal], HTTPResponse]

IN_PATH = re.compile(r"<(\w+)(?::[^>]*)?>")
BY_NAME = {"request", "who", "query", "body", "form"}


class WrongRoute(TypeError):
    """A route was declared that could not work; the message says which and why."""


@dataclass(frozen=True)
class Limit:
    """How often one address (`ip`) and one caller (`user`) may come within `seconds`; 0 leaves it uncounted.

    `here` counts in each process by itself: laxer by the number of processes, and without asking Redis each time.
    """

    ip: int = 0
    user: int = 0
    seconds: int = 60
    here: bool = False


@dataclass(frozen=True, kw_only=True)
class Route:
    """One route as declared: what the door serves, the document shows and the house tests look at."""

    method: str
    path: str
    handler: Handler
    access: Access
    summary: str
    description: str = ""
    tag: str = ""
    errors: tuple[type[Refusal], ...] = ()
    headers: tuple[Header, ...] = ()
    limit: Limit | None = None
    cache: Cache | None = None
    status: int = 200
    at_most: int = BODY_AT_MOST
    documented: bool = True
    also: tuple[str, ...] = ()  # media types beside JSON that it can answer with
    error_page: ErrorPage | None = None
    early: Early | None = None
    takes: frozenset[str]
    path_readers: dict[str, Callable[[str], Any]]
    query: Reader | None
    body: Reader | None
    form: Reader | None
    answers_with: Any
    path_types: dict[str, Any]

    @cached_property
    def template(self) -> str:
        """The path as documents and metrics name it: ``/v1/slots/{slot_id}``."""
        return IN_PATH.sub(r"{\1}", self.path)

    def by_address(self, address: str) -> tuple[str, str, int, int]:
        """How callers from `address` are counted, as `ratelimit` has it, where the limit counts addresses."""
        assert self.limit is not None
        return f"{self.name}-ip", network_of(address), self.limit.ip, self.limit.seconds

    @property
    def module(self) -> str:
        return self.handler.__module__

    @property
    def name(self) -> str:
        return f"{self.module}.{self.handler.__name__}"


class Routes:
    """Routes that belong together; `title` and `tag` head them in the document.

    `error_page` turns a refusal of a page route into a page instead of JSON.
    """

    def __init__(self, title: str, *, tag: str, error_page: ErrorPage | None = None) -> None:
        self.title = title
        self.tag = tag
        self.error_page = error_page
        self._routes: list[Route] = []

    def __iter__(self) -> Iterator[Route]:
        return iter(self._routes)

    def get(self, path: str, **options: Any) -> Callable[[H], H]:
        """``@routes.get(path, access=…, summary=…, errors=(…), headers=(…), limit=…, cache=…)``; HEAD as well."""
        return self._declaring("GET", path, options)

    def post(self, path: str, **options: Any) -> Callable[[H], H]:
        return self._declaring("POST", path, options)

    def put(self, path: str, **options: Any) -> Callable[[H], H]:
        return self._declaring("PUT", path, options)

    def patch(self, path: str, **options: Any) -> Callable[[H], H]:
        return self._declaring("PATCH", path, options)

    def delete(self, path: str, **options: Any) -> Callable[[H], H]:
        return self._declaring("DELETE", path, options)

    def page(self, path: str, *, method: str = "GET", **options: Any) -> Callable[[H], H]:
        """A route for people with a browser: it gives an HTTPResponse and stays out of the document."""
        options.setdefault("summary", "")
        return self._declaring(method, path, {**options, "documented": False, "error_page": self.error_page})

    def _declaring(self, method: str, path: str, options: dict[str, Any]) -> Callable[[H], H]:
        def declare(handler: H) -> H:
            self._routes.append(_inspected(method, path, handler, {"tag": self.tag, **options}))
            return handler

        return declare


def _inspected(method: str, path: str, handler: Handler, options: dict[str, Any]) -> Route:
    where = f"{method} {path} ({handler.__module__})"
    if not isinstance(options.get("access"), Access):
        raise WrongRoute(f"{where}: say who may call it, access=…")
    hints = get_type_hints(handler, include_extras=True)
    in_path, taken = set(IN_PATH.findall(path)), set(inspect.signature(handler).parameters)
    if in_path - taken or taken - in_path - BY_NAME:
        raise WrongRoute(f"{where}: parameters {sorted(taken)} do not fit the path")
    if untyped := sorted(taken - hints.keys() - {"request", "who"}):
        raise WrongRoute(f"{where}: {', '.join(untyped)} without a type")
    limit = options.get("limit")
    if options.get("early") and in_path:
        raise WrongRoute(f"{where}: what is known early is known of one path")
    if limit and limit.user and options["access"] is PUBLIC:
        raise WrongRoute(f"{where}: a public route knows no user to count")
    if options.get("cache") and any(one.status in (401, 403) for one in options["access"].errors):
        raise WrongRoute(f"{where}: what only some may see is kept by nobody")
    description = inspect.cleandoc(handler.__doc__ or "")
    return Route(
        **{"summary": description.partition("\n")[0], "description": description, **options},
        method=method,
        path=path,
        handler=handler,
        takes=frozenset(taken & BY_NAME),
        path_readers={name: path_reader(hints[name]) for name in in_path},
        path_types={name: hints[name] for name in IN_PATH.findall(path)},
        query=_reader(where, hints.get("query")),
        body=_reader(where, hints.get("body")),
        form=_reader(where, hints.get("form")),
        answers_with=_shown_by(hints.get("return")),
    )


def _shown_by(returned: Any) -> Any:
    """What the answer's body holds: ``Answer[View]`` shows a View."""
    return get_args(returned)[0] if get_origin(returned) is Answer else returned


def _reader(where: str, wanted: Any) -> Reader | None:
    if wanted is None:
        return None
    for one in reachable(mi.type_info(wanted)):
        if isinstance(one, mi.StructType) and not one.forbid_unknown_fields:
            raise WrongRoute(f"{where}: {one.cls.__name__} lets unknown fields pass; derive it from Asked")
        if isinstance(one, mi.DateTimeType) and one.tz is None:
            raise WrongRoute(f"{where}: a moment has a zone, Annotated[datetime, Meta(tz=True)]")
    return Reader(wanted)


def reachable(node: mi.Type) -> Iterator[mi.Type]:
    """Every type inside a type, itself included."""
    seen: set[type] = set()
    waiting: list[Any] = [node]
    while waiting:
        one = waiting.pop()
        has_fields = isinstance(one, mi.StructType | mi.DataclassType)
        if has_fields and one.cls in seen:
            continue
        yield one
        if has_fields:
            seen.add(one.cls)
            waiting += [field.type for field in one.fields]
        elif isinstance(one, mi.UnionType):
            waiting += one.types
        else:
            inner = ("type", "item_type", "key_type", "value_type")
            waiting += [getattr(one, name) for name in inner if isinstance(getattr(one, name, None), mi.Type)]
