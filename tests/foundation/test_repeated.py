"""A write that comes again under its key is done once, and answered as the first time."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from typing import Any

import httpx
import pytest
import redis.asyncio
from msgspec import Struct

from foundation import redis as our_redis
from foundation import settings
from foundation.errors import Conflict
from foundation.web import Asked, Door, Routes, new_app, repeated
from foundation.web.headers import Header
from tests.foundation.web_app import KEEPER, Keeper, client_of

ONE, OTHER = "Bearer 7", "Bearer 8"
KEY = "a-wish-of-mine"


class Broken(Conflict):
    """坏了，请稍后再试。"""


class Wish(Asked):
    of: str


class Granted(Struct):
    number: int
    secret: str


class World:
    """What was done, and how the next is done."""

    def __init__(self) -> None:
        self.done: list[str] = []
        self.broken = False
        self.may_go = asyncio.Event()
        self.begun = asyncio.Event()
        self.may_go.set()

    async def grant(self, body: Wish) -> Granted:
        self.begun.set()
        await self.may_go.wait()
        if self.broken:
            raise Broken
        self.done.append(body.of)
        return Granted(len(self.done), f"a secret of {body.of}")


def app_of(world: World) -> Any:
    routes = Routes("愿望", tag="wishes")

    @routes.post("/wishes", access=KEEPER, summary="许愿", status=201, errors=(Broken,))
    async def wish(body: Wish, who: Keeper) -> Granted:
        return await world.grant(body)

    @routes.delete("/wishes/<number>", access=KEEPER, summary="收回", status=204)
    async def take_back(number: int, who: Keeper) -> None:
        world.done.append(f"no {number}")

    by_itself = Header(
        name=repeated.NAME, description="自己的键", pattern=".+", example="x", missing=Broken, optional=True
    )

    @routes.post("/own", access=KEEPER, summary="自己记键", headers=(by_itself,))
    async def keeps_its_keys(body: Wish, who: Keeper) -> Granted:
        return await world.grant(body)

    door = Door(title="愿望", description="")
    door.include(routes)
    app = new_app(f"wishes-{id(world)}")
    door.mount(app)
    return app


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture
async def client(
    world: World, settings_env: settings.Settings, redis_db: redis.asyncio.Redis
) -> AsyncIterator[httpx.AsyncClient]:
    async with client_of(app_of(world)) as made:
        yield made


async def wished(
    client: httpx.AsyncClient, of: str = "lamp", *, key: str = KEY, who: str = ONE, to: str = "/wishes"
) -> httpx.Response:
    return await client.post(to, json={"of": of}, headers={"Authorization": who, repeated.NAME: key})


async def test_it_is_done_once_and_told_twice(client: httpx.AsyncClient, world: World) -> None:
    first, again = await wished(client), await wished(client)
    assert (first.status_code, first.json()) == (201, {"number": 1, "secret": "a secret of lamp"})
    assert (again.status_code, again.json(), again.headers["content-type"], again.headers["cache-control"]) == (
        201, first.json(), first.headers["content-type"], "no-store",
    )  # fmt: skip
    assert world.done == ["lamp"]
    taken = [await client.delete("/wishes/1", headers={"Authorization": ONE, repeated.NAME: KEY}) for _ in range(2)]
    assert [(one.status_code, one.content) for one in taken] == [(204, b"")] * 2
    assert world.done == ["lamp", "no 1"]


async def test_without_a_key_or_with_another_it_is_done_again(client: httpx.AsyncClient, world: World) -> None:
    await wished(client)
    await wished(client, key="another-wish")
    for _ in range(2):
        await wished(client, key="no key")
    await wished(client, who=OTHER)
    assert world.done == ["lamp"] * 5


async def test_another_query_is_another_wish(client: httpx.AsyncClient, world: World) -> None:
    for query in ("", "?for=me", "?for=her", "?for=her"):
        await wished(client, to=f"/wishes{query}")
    assert world.done == ["lamp"] * 3


async def test_another_wish_under_the_same_key_is_refused(client: httpx.AsyncClient, world: World) -> None:
    await wished(client)
    refused = await wished(client, "sun")
    assert (refused.status_code, refused.json()["code"]) == (422, "KeyReused")
    assert world.done == ["lamp"]


async def test_what_was_refused_may_be_tried_again(client: httpx.AsyncClient, world: World) -> None:
    world.broken = True
    assert (await wished(client)).json()["code"] == "Broken"
    world.broken = False
    assert (await wished(client)).status_code == 201


async def test_who_asks_meanwhile_waits_for_the_first(client: httpx.AsyncClient, world: World) -> None:
    world.may_go.clear()
    both = [asyncio.create_task(wished(client)) for _ in range(2)]
    await world.begun.wait()
    world.may_go.set()
    assert [one.json()["number"] for one in await asyncio.gather(*both)] == [1, 1]
    assert world.done == ["lamp"]


async def test_nobody_waits_for_ever(client: httpx.AsyncClient, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(repeated, "PATIENCE", 0.0)
    world.may_go.clear()
    first = asyncio.create_task(wished(client))
    await world.begun.wait()
    assert (await wished(client)).json()["code"] == "StillInFlight"
    world.may_go.set()
    assert (await first).status_code == 201


async def test_who_hangs_up_has_it_done_all_the_same(client: httpx.AsyncClient, world: World) -> None:
    world.may_go.clear()
    first = asyncio.create_task(wished(client))
    await world.begun.wait()
    first.cancel()
    with suppress(asyncio.CancelledError):
        await first
    world.may_go.set()
    await repeated.finish()
    assert (await wished(client)).json()["number"] == 1
    assert world.done == ["lamp"]


async def test_nothing_that_was_said_lies_open(client: httpx.AsyncClient, redis_db: redis.asyncio.Redis) -> None:
    await wished(client)
    (name,) = await redis_db.keys("once:*")
    assert "secret" not in str(await redis_db.get(name))
    assert 0 < await redis_db.ttl(name) <= repeated.KEPT


async def test_a_verb_that_keeps_its_keys_is_left_alone(client: httpx.AsyncClient, world: World) -> None:
    for _ in range(2):
        await wished(client, to="/own")
    assert world.done == ["lamp"] * 2


async def test_without_redis_it_is_done(client: httpx.AsyncClient, world: World) -> None:
    kept, our_redis._client = our_redis._client, None
    try:
        assert (await wished(client)).status_code == 201
    finally:
        our_redis._client = kept
    assert world.done == ["lamp"]
