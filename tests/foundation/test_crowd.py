"""A page that many look at in the same second is made once; who looks alone sees the present."""

import httpx
import pytest
from msgspec import Struct

from foundation import settings
from foundation.web import LIVE, PUBLIC, PUBLIC_MINUTE, Answer, Asked, Door, Routes, Sanic, crowd, new_app
from foundation.web.crowd import FEW, MOST, Crowd, Made
from tests.foundation import web_app

PAGE = Made(b"{}", {"ETag": '"1"'})
KEY = (b"/page", False)
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


def test_the_first_few_are_answered_anew(moment: list[float]) -> None:
    pages = Crowd()
    for _ in range(FEW):
        assert pages.known(KEY) is None
        pages.keep(KEY, PAGE)
    assert pages.known(KEY) is PAGE
    assert pages.known((b"/page", True)) is None
    moment[0] += crowd.SECONDS + 0.01
    assert pages.known(KEY) is None


def test_what_is_large_is_kept_by_nobody_and_so_many_addresses_only(moment: list[float]) -> None:
    pages = Crowd()
    for _ in range(FEW + 1):
        pages.known(KEY)
    pages.keep(KEY, Made(b"x" * (crowd.BODY_AT_MOST + 1), {}))
    assert pages.known(KEY) is None
    pages.keep(KEY, PAGE)
    for number in range(MOST):
        pages.known((b"/%d" % number, False))
    assert len(pages._asked) == MOST
    assert pages.known(KEY) is None


def a_door() -> Sanic:  # type: ignore[type-arg]
    routes, times = Routes("页", tag="pages"), [0]

    @routes.get("/v1/page", access=PUBLIC, summary="页", cache=PUBLIC_MINUTE)
    async def page(query: Query) -> Answer[Seen]:
        times[0] += 1
        return Answer(Seen(times[0], query.name), headers={} if query.keep else {"Cache-Control": "no-store"})

    @routes.get("/v1/live", access=PUBLIC, summary="页", cache=LIVE)
    async def live(query: Query) -> Answer[Seen]:
        return await page(query)

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
        moment[0] += 2
        assert (await client.get("/v1/page")).json()["times"] == FEW + 1


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


async def test_what_is_live_own_or_says_so_is_made_each_time(
    moment: list[float], settings_env: settings.Settings
) -> None:
    async with web_app.client_of(a_door()) as client:
        for path in ("/v1/live", "/v1/own", "/v1/page?keep=false"):
            times = await asked(client, path, authorization="7")
            assert len(set(times)) == FEW + 3, path
