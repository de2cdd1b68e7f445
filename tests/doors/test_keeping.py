"""What browsers and proxies may keep: every route of the citizens' door says so, and personal answers nobody keeps."""

import httpx
import pytest

from foundation.web import PUBLIC, Route
from miniprogram_bff.app import create_app
from tests.builders import catalogue, identity
from tests.builders.doors import sign_in

KEPT_BY_NOBODY = {  # public, and of one moment or one caller
    "/v1/login/options",
    "/v1/sign-on/leaving",
    "/healthz",
    "/readyz",
}
FILES = {"/forms/<name>", "/widget", "/widget.js"}  # which say it themselves


@pytest.fixture(autouse=True)
async def city(db: None, redis_db: object) -> None:
    await catalogue.small_city()


def routes() -> list[Route]:
    return [one for one in create_app().ctx.door.routes if one.method == "GET"]


def test_every_public_route_says_for_how_long(settings_env: object) -> None:
    silent = {one.path for one in routes() if one.access is PUBLIC and one.cache is None}
    assert silent == KEPT_BY_NOBODY | FILES
    assert {one.path for one in routes() if one.access is not PUBLIC and one.cache} == {"/v1/home"}


async def test_nobody_keeps_what_is_personal(bff: httpx.AsyncClient) -> None:
    me = await sign_in(await identity.citizen())
    tried = answered = 0
    for route in routes():
        if route.access is PUBLIC or route.path == "/metrics":
            continue
        answer = await bff.get(route.template.replace("{", "").replace("}", ""), headers=me)
        assert answer.headers["cache-control"] == "no-store", (route.path, answer.status_code)
        assert "etag" not in answer.headers
        tried, answered = tried + 1, answered + (answer.status_code == 200)
    assert tried > 40
    assert answered > 15


@pytest.mark.parametrize(
    "path",
    ["/v1/home", "/v1/guides/id-card", "/v1/halls", "/v1/halls?item=x", "/v1/search?q=身份证", "/v1/suggestions?q=身份",
     "/v1/policy", "/v1/ratings/levels", "/v1/answers", "/v1/intermediaries"],
)  # fmt: skip
async def test_what_all_see_is_not_sent_twice(bff: httpx.AsyncClient, path: str) -> None:
    first = await bff.get(path)
    assert first.status_code == 200, first.text
    assert first.headers["cache-control"].startswith("public, ")
    again = await bff.get(path, headers={"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert (again.headers["etag"], again.headers["vary"]) == (first.headers["etag"], first.headers["vary"])


async def test_a_published_change_changes_the_tag(bff: httpx.AsyncClient) -> None:
    before = (await bff.get("/v1/guides/id-card")).headers["etag"]
    await catalogue.small_city(item=catalogue.item("visits: 1", "visits: 2").replace("version: 1", "version: 2"))
    after = await bff.get("/v1/guides/id-card", headers={"If-None-Match": before})
    assert after.status_code == 200
    assert after.headers["etag"] != before


async def test_home_is_kept_for_visitors_only(bff: httpx.AsyncClient) -> None:
    me = await sign_in(await identity.citizen())
    visitor, mine = await bff.get("/v1/home"), await bff.get("/v1/home", headers=me)
    assert (visitor.headers["cache-control"], mine.headers["cache-control"]) == ("public, max-age=60", "no-store")
    assert "Authorization" in visitor.headers["vary"]
    held = me | {"If-None-Match": visitor.headers["etag"]}
    assert (await bff.get("/v1/home", headers=held)).status_code == 200
