"""X-Client: an old client is told to update, one in between works, and whatever else is said works too."""

from collections.abc import Iterator

import httpx
import pytest

from miniprogram_bff import clients
from miniprogram_bff.app import create_app
from tests.builders.settings import changed


@pytest.fixture(autouse=True)
def versions(bff: httpx.AsyncClient) -> Iterator[None]:
    with changed(clients={"oldest": "wechat/1.2.0, h5/1.0.0", "newest": "wechat/1.10.0,alipay/2.0.0"}):
        yield


def said(version: str) -> dict[str, str]:
    return {"X-Client": version}


async def test_too_old_is_told_how_to_update(bff: httpx.AsyncClient) -> None:
    answer = await bff.get("/v1/home", headers=said("wechat/1.1.9"))
    body = answer.json()
    assert (answer.status_code, body["code"]) == (426, "ClientTooOld")
    assert body["message"].startswith("当前版本过旧")
    assert "微信" in body["message"]
    assert body["detail"] == {"oldest": "1.2.0", "newest": "1.10.0"}
    assert answer.headers["cache-control"] == "no-store"
    other = (await bff.post("/v1/login", headers=said("h5/0.9.0"))).json()
    assert (other["code"], "刷新" in other["message"]) == ("ClientTooOld", True)
    assert other["detail"]["newest"] == "1.0.0"


async def test_in_between_works_and_is_told_of_the_newest(bff: httpx.AsyncClient) -> None:
    for version, newest in (
        ("wechat/1.2.0", "1.10.0"), ("wechat/1.9.9", "1.10.0"), ("alipay/0.0.1", "2.0.0"),
        ("wechat/1.10.0", None), ("wechat/2.0.0", None), ("h5/1.0.0", None),
    ):  # fmt: skip
        answer = await bff.get("/v1/home", headers=said(version))
        assert (answer.status_code, answer.headers.get("x-client-newest")) == (200, newest), version
    refused = await bff.get("/v1/bookings", headers=said("wechat/1.3.0"))
    assert (refused.status_code, refused.headers["x-client-newest"]) == (401, "1.10.0")


@pytest.mark.parametrize(
    "header", ["", "wechat", "wechat/", "wechat/1", "wechat/1.1", "wechat/0.0.1-beta", "desktop/0.0.1", "wechat/１.0.0",
               "wechat/99999.0.0", "WECHAT/0.0.1", "wechat/0.0.1,wechat/0.0.1", "x" * 5000]
)  # fmt: skip
async def test_what_is_not_understood_works(bff: httpx.AsyncClient, header: str) -> None:
    answer = await bff.get("/v1/home", headers={"X-Client": header.encode()})
    assert (answer.status_code, answer.headers.get("x-client-newest")) == (200, None)


async def test_who_does_not_say_works(bff: httpx.AsyncClient) -> None:
    assert (await bff.get("/v1/home")).status_code == 200


async def test_everything_is_closed_to_too_old_ones_but_this(bff: httpx.AsyncClient) -> None:
    old, open_to_all = said("wechat/1.0.0"), set()
    for route in create_app().ctx.door.routes:
        path = route.template.replace("{", "").replace("}", "")
        answer = await bff.request(route.method, path, headers=old)
        if answer.status_code != 426:
            open_to_all.add(f"{route.method} {route.template}")
    assert open_to_all == {
        "GET /v1/policy", "POST /v1/sign-out", "GET /healthz", "GET /readyz", "GET /metrics", "GET /forms/{name}",
        "GET /widget", "GET /widget.js", "GET /docs", "GET /docs/openapi.json",
    }  # fmt: skip


async def test_what_is_kept_for_one_version_is_not_served_to_another(bff: httpx.AsyncClient) -> None:
    assert "X-Client" in (await bff.get("/v1/home", headers=said("wechat/1.3.0"))).headers["vary"]


def test_a_rush_of_the_newest_is_answered_early(bff: httpx.AsyncClient) -> None:
    assert clients.is_newest("wechat/1.10.0")
    assert clients.is_newest("")
    assert not clients.is_newest("wechat/1.9.0")
