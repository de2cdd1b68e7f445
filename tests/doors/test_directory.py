"""中介服务 on both sides: citizens look it up, authors keep it."""

import re

import httpx
import pytest

from catalogue import shelf
from tests.builders import catalogue as build
from tests.builders.console import Desk, a_colleague

FORM = {
    "name": "东岸公证处", "kind": "公证", "credit_code": "91990100DEMB000114", "region": "东岸区",
    "address": "滨河路 52 号", "phone": "0000-5553001", "hours": "周一至周五", "services": "继承公证\n\n委托公证",
    "fees": "按标准。", "items": ["id-card"],
}  # fmt: skip


async def send(desk: Desk, where: str, **fields: object) -> httpx.Response:
    """A form whose fields `Desk.press` has words of its own for."""
    headers = {"HX-Request": "true", "Sec-Fetch-Site": "same-origin"}
    return await desk.client.post(f"/console/directory/{where}", data=fields, headers=headers)


@pytest.fixture
async def desk(api: httpx.AsyncClient) -> Desk:
    await build.small_city()
    shelf.forget()
    await a_colleague(("editor", ""), username="bianji")
    desk = Desk(api)
    await desk.sign_in("bianji")
    return desk


async def test_from_the_console_to_a_citizen(desk: Desk, bff: httpx.AsyncClient) -> None:
    refused = await send(desk, "new", **FORM | {"phone": "电话", "code": "east"})
    assert refused.status_code == 422
    assert "电话：" in refused.text
    made = await send(desk, "new", **FORM | {"code": "east"})
    assert made.headers["HX-Redirect"] == "/console/directory/east"
    shelf.forget()
    assert "东岸公证处" in (await desk.open("/console/directory?q=继承")).text
    found = (await bff.get("/v1/intermediaries", params={"kind": "公证", "q": "东岸"})).json()
    [row] = [one for one in found["providers"] if one["code"] == "east"]
    assert row["services"] == ["继承公证", "委托公证"]
    view = (await bff.get("/v1/intermediaries/east")).json()
    assert [one["slug"] for one in view["items"]] == ["id-card"]
    guide = (await bff.get("/v1/guides/id-card")).json()
    assert "east" in [one["code"] for one in guide["intermediaries"]]
    seen = re.search(r'name="seen" value="(\w{16})"', (await desk.open("/console/directory/east")).text)
    assert seen is not None
    await send(desk, "east", **FORM | {"phone": "12345", "seen": seen[1]})
    assert (await send(desk, "east", **FORM | {"hours": "周一", "seen": seen[1]})).status_code == 409
    await send(desk, "east/hide", reason="已注销")
    shelf.forget()
    assert (await bff.get("/v1/intermediaries/east")).status_code == 404
    assert "恢复列示" in (await desk.open("/console/directory/east")).text
    await send(desk, "east/show")
    shelf.forget()
    assert (await bff.get("/v1/intermediaries/east")).json()["phone"] == "12345"


async def test_only_authors_keep_it(desk: Desk) -> None:
    await a_colleague(("agent", ""), username="kefu")
    await desk.sign_in("kefu")
    for address in ("/console/directory", "/console/directory/new", "/console/directory/east"):
        assert (await desk.open(address)).status_code == 403
