"""A small application that shows every side of the web layer, and a client for it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated, Any, Literal

import asyncpg
import httpx
from msgspec import Meta, Struct

from foundation.errors import Conflict, NotFound, NotSignedIn, Unavailable
from foundation.web import (
    PUBLIC,
    PUBLIC_MINUTE,
    Access,
    Answer,
    Asked,
    Door,
    HTTPResponse,
    Limit,
    Request,
    Routes,
    Sanic,
    client_address,
    new_app,
    refuse_foreign_origin,
    vitals,
)

Sanic.test_mode = True


class LampNotFound(NotFound):
    """没有这盏灯，请核对编号。"""


class LampBroken(Conflict):
    """这盏灯坏了，请换一盏。"""


@dataclass(frozen=True)
class Keeper:
    id: int


async def admit(request: Request) -> Keeper:
    number = request.headers.get("authorization", "").removeprefix("Bearer ")
    if not number.isdigit():
        raise NotSignedIn
    return Keeper(int(number))


KEEPER = Access("keeper", "看灯人", admit, scheme={"type": "http", "scheme": "bearer"})


class Bulb(Asked):
    watts: Annotated[int, Meta(ge=1, le=100)]
    colour: Literal["white", "yellow"] = "white"


class NewLamp(Asked):
    """A lamp to be put up."""

    name: Annotated[str, Meta(min_length=1, max_length=10, description="灯的名字")]
    bulbs: Annotated[list[Bulb], Meta(max_length=3)] = []
    since: date | None = None
    switch_at: Annotated[datetime, Meta(tz=True)] | None = None
    remark: str = ""

    def __post_init__(self) -> None:
        if self.name == "太阳":
            raise ValueError("太阳不是灯")


NewLamp.__example__ = NewLamp(name="门灯", bulbs=[Bulb(watts=20)])  # type: ignore[attr-defined]


class Wanted(Asked):
    page: Annotated[int, Meta(ge=1, le=50)] = 1
    colour: list[Literal["white", "yellow"]] = []
    lit: bool | None = None
    near: float | None = None


class Lamp(Struct):
    id: int
    name: str
    bulbs: list[Bulb] = []


class Login(Asked):
    name: str
    word: str


routes = Routes("灯", tag="lamps")
faults: dict[str, BaseException] = {}


@routes.get("/v1/lamps/<lamp_id>", access=PUBLIC, summary="一盏灯", errors=(LampNotFound,), cache=PUBLIC_MINUTE)
async def lamp(lamp_id: int) -> Lamp:
    if lamp_id == 404:
        raise LampNotFound(detail={"lamp_id": lamp_id})
    return Lamp(id=lamp_id, name="门灯")


@routes.get("/v1/lamps", access=PUBLIC, summary="灯的列表")
async def lamps(query: Wanted) -> list[Lamp]:
    return [Lamp(id=query.page, name=f"{query.colour} {query.lit} {query.near}")]


@routes.post("/v1/lamps", access=KEEPER, summary="装一盏灯", errors=(LampBroken,), status=201)
async def put_up(body: NewLamp, who: Keeper) -> Answer[Lamp]:
    return Answer(Lamp(id=who.id, name=body.name, bulbs=body.bulbs), headers={"Location": f"/v1/lamps/{who.id}"})


@routes.delete("/v1/lamps/<lamp_id>", access=KEEPER, summary="拆一盏灯", limit=Limit(user=3, ip=100, seconds=60))
async def take_down(lamp_id: int, who: Keeper) -> None:
    return None


@routes.get("/v1/secret", access=KEEPER, summary="要登录的", limit=Limit(ip=5, seconds=60))
async def secret(who: Keeper) -> dict[str, int]:
    return {"id": who.id}


@routes.get("/v1/faults/<name>", access=PUBLIC, summary="出错", documented=False)
async def fault(name: str) -> None:
    raise faults[name]


@routes.get("/v1/address", access=PUBLIC, summary="来自哪里")
async def address(request: Request) -> dict[str, str]:
    return {"address": client_address(request)}


@routes.get("/v1/slow", access=PUBLIC, summary="慢", documented=False)
async def slow() -> dict[str, str]:
    await asyncio.sleep(30)
    return {}


pages = Routes(
    "页面",
    tag="pages",
    error_page=lambda _, refusal: HTTPResponse(f"<h1>{refusal.message}</h1>", status=refusal.status),
)


@pages.page("/page/<name>", access=PUBLIC)
async def page(name: str) -> HTTPResponse:
    if name == "broken":
        raise LampBroken
    if name == "bug":
        raise RuntimeError("a secret detail")
    return HTTPResponse(f"<p>{name}</p>", content_type="text/html; charset=utf-8")


@pages.page("/page/login", method="POST", access=PUBLIC)
async def login(request: Request, form: Login) -> HTTPResponse:
    refuse_foreign_origin(request)
    return HTTPResponse(form.name)


faults.update(
    bug=RuntimeError("a secret detail of ours"),
    locked=asyncpg.LockNotAvailableError("lock timeout"),
    slow=asyncpg.QueryCanceledError("statement timeout"),
    closed=asyncpg.InterfaceError("connection is closed"),
    busy=asyncpg.InterfaceError("another operation is in progress"),
    refused=ConnectionRefusedError(111, "refused"),
    file=FileNotFoundError(2, "no such file", "/etc/our-own-file"),
    gone=asyncpg.CannotConnectNowError("starting up"),
    outside=Unavailable(retry_after=7),
)


def door() -> Door:
    made = Door(title="灯的接口", description="灯、灯泡与看灯人。")
    for section in (routes, pages, vitals):
        made.include(section)
    return made


def create_app(args: object = None) -> Sanic[Any, Any]:
    app = new_app("lamps")
    door().mount(app)
    return app


@asynccontextmanager
async def client_of(app: Sanic[Any, Any]) -> AsyncIterator[httpx.AsyncClient]:
    """An httpx client that speaks to `app` without a socket."""
    app.asgi = True
    await app._startup()
    transport = httpx.ASGITransport(app=app, client=("203.0.113.9", 1))
    async with httpx.AsyncClient(transport=transport, base_url="http://lamps.test") as client:
        yield client
