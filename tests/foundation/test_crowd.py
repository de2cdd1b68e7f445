"""A page that many look at in the same second is made once; who looks alone sees the present."""

import asyncio
from typing import Any

import httpx
import pytest
from msgspec import Struct

from foundation import settings
from foundation.errors import NotFound
from foundation.web import PUBLIC, PUBLIC_MINUTE, Answer, Asked, Door, Routes, Sanic, crowd, new_app
from foundation.web.answers import Written
from foundation.web.crowd import FEW, MOST, Crowd, Key
from tests.foundation import web_app

KEY: Key = (b"/page", False)
Sanic.test_mode = True


class Seen(Struct):
    times: int
    name: str


class Query(Asked):
    name: str = "门"
    keep: bool = True


@pytest.fixture
def moment(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    now = [100.0]
    monkeypatch.setattr(crowd, "monotonic", lambda: now[0])
    return now


def a_page(number: int, *, size: int = 2, tag: str = '"1"') -> Written:
    return Written(str(number).encode().ljust(size), headers={"ETag": tag} if tag else {})


async def looks(pages: Crowd, number: int, *, key: Key = KEY, **of: Any) -> list[int]:
    """What so many see, one after another, of a page that is another each time it is made."""

    async def make() -> Written:
        made.append(len(made))
        return a_page(len(made) - 1, **of)

    made: list[int] = []
    seen = [await pages.answer(key, make) for _ in range(number)]
    return [int(one.body) for one in seen if one is not None and one.body]


async def test_the_first_few_are_answered_anew(moment: list[float]) -> None:
    pages = Crowd()
    assert await looks(pages, FEW + 3) == [*range(FEW), FEW - 1, FEW - 1, FEW - 1]
    assert await looks(pages, 2, key=(b"/page", True)) == [0, 1]


async def test_of_a_crowd_one_a_second_is(moment: list[float]) -> None:
    pages = Crowd()
    await looks(pages, FEW + 1)
    moment[0] += crowd.SECONDS + 0.01
    assert await looks(pages, 4) == [0, 0, 0, 0]
    moment[0] += crowd.SECONDS * 3  # nobody looked for a while
    assert await looks(pages, 3) == [0, 1, 2]


@pytest.mark.parametrize("of", [{"size": crowd.BODY_AT_MOST + 1}, {"tag": ""}])
async def test_what_is_large_or_bears_no_tag_is_made_for_each(moment: list[float], of: dict[str, Any]) -> None:
    assert await looks(Crowd(), FEW + 3, **of) == list(range(FEW + 3))


async def test_only_so_many_addresses_are_kept(moment: list[float]) -> None:
    pages = Crowd()
    for number in range(MOST + 5):
        await looks(pages, 1, key=(b"/%d" % number, False))
    assert len(pages._asked) == MOST


async def test_who_comes_while_it_is_made_waits_and_a_failure_is_ones_own(moment: list[float]) -> None:
    pages, begun, go_on = Crowd(), asyncio.Event(), asyncio.Event()
    await looks(pages, FEW + 1)
    moment[0] += crowd.SECONDS + 0.01

    async def hangs_up() -> Written:
        begun.set()
        await go_on.wait()
        raise NotFound

    async def makes() -> Written:
        return a_page(7)

    first = asyncio.create_task(pages.answer(KEY, hangs_up))
    await begun.wait()
    others = [asyncio.create_task(pages.answer(KEY, makes)) for _ in range(3)]
    await asyncio.sleep(0)
    others[0].cancel()
    assert not any(one.done() for one in others[1:])
    go_on.set()
    seen = await asyncio.gather(first, *others, return_exceptions=True)
    assert isinstance(seen[0], NotFound)
    assert isinstance(seen[1], asyncio.CancelledError)
    assert [int(one.body) for one in seen[2:]] == [7, 7]  # type: ignore[union-attr,arg-type]


def a_door() -> Sanic:  # type: ignore[type-arg]
    routes, times = Routes("页", tag="pages"), [0]

    @routes.get("/v1/page", access=PUBLIC, summary="页", cache=PUBLIC_MINUTE)
    async def page(query: Query) -> Answer[Seen]:
        times[0] += 1
        return Answer(Seen(times[0], query.name), headers={} if query.keep else {"Cache-Control": "no-store"})

    @routes.get("/v1/own", access=web_app.KEEPER, summary="页")
    async def own(query: Query) -> Answer[Seen]:
        return await page(query)

    app, door = new_app("crowd"), Door(title="页", description="", scripts=True)
    door.include(routes)
    door.mount(app)
    return app


async def asked(client: httpx.AsyncClient, path: str, **headers: str) -> list[int]:
    answers = [await client.get(path, headers=headers) for _ in range(FEW + 3)]
    return [one.json()["times"] for one in answers]


async def test_a_door_makes_it_once(moment: list[float], settings_env: settings.Settings) -> None:
    async with web_app.client_of(a_door()) as client:
        assert await asked(client, "/v1/page") == [*range(1, FEW + 1), FEW, FEW, FEW]
        first = await client.get("/v1/page")
        held = await client.get("/v1/page", headers={"If-None-Match": first.headers["etag"]})
        assert (held.status_code, held.headers["etag"]) == (304, first.headers["etag"])
        assert first.headers["cache-control"] == "public, max-age=60"
        ids = {(await client.get("/v1/page")).headers["x-request-id"] for _ in range(3)}
        assert len(ids) == 3
        moment[0] += crowd.SECONDS + 0.01
        again = [await client.get("/v1/page", headers={"If-None-Match": first.headers["etag"]}) for _ in range(3)]
        assert [one.json()["times"] for one in again] == [FEW + 1] * 3


async def test_each_address_and_each_script_has_its_own(moment: list[float], settings_env: settings.Settings) -> None:
    async with web_app.client_of(a_door()) as client:
        for _ in range(FEW + 2):
            plain, turned, other = [
                (await client.get(path, headers=headers)).json()["name"]
                for path, headers in (
                    ("/v1/page", {}), ("/v1/page", {"Accept-Language": "zh-Hant"}), ("/v1/page?name=窗", {}),
                )
            ]  # fmt: skip
            assert (plain, turned, other) == ("门", "門", "窗")


async def test_what_is_ones_own_or_says_so_is_made_each_time(
    moment: list[float], settings_env: settings.Settings
) -> None:
    async with web_app.client_of(a_door()) as client:
        for path in ("/v1/own", "/v1/page?keep=false"):
            times = await asked(client, path, authorization="7")
            assert len(set(times)) == FEW + 3, path
