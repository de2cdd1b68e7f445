"""Open data through HTTP: the same rows as JSON and as CSV, kept by browsers, harmless in a spreadsheet."""

import csv
import io
from collections.abc import AsyncIterator

import httpx
import pytest

from api.app import create_app
from catalogue import shelf
from tests.builders import catalogue
from tests.builders.appointments import a_hall
from tests.serving import serving

pytestmark = pytest.mark.usefixtures("db", "redis_db")


@pytest.fixture
async def visitor() -> AsyncIterator[httpx.AsyncClient]:
    shelf.forget()
    async with serving(create_app()) as base, httpx.AsyncClient(base_url=base) as client:
        yield client
    shelf.forget()


async def test_halls_as_json_and_as_csv(visitor: httpx.AsyncClient) -> None:
    await a_hall(code="9901")
    await a_hall(code="9902", name='=HYPERLINK("https://elsewhere.test")')
    told = await visitor.get("/opendata/v1/halls")
    assert [one["code"] for one in told.json()] == ["9901", "9902"]
    assert told.headers["cache-control"] == "public, max-age=3600"
    again = await visitor.get("/opendata/v1/halls", headers={"If-None-Match": told.headers["etag"]})
    assert again.status_code == 304

    sheet = await visitor.get("/opendata/v1/halls?format=csv")
    assert sheet.headers["content-type"] == "text/csv; charset=utf-8"
    assert sheet.content.startswith(b"\xef\xbb\xbf")
    rows = list(csv.DictReader(io.StringIO(sheet.content.decode("utf-8-sig"))))
    assert [one["code"] for one in rows] == ["9901", "9902"]
    assert rows[1]["name"] == '\'=HYPERLINK("https://elsewhere.test")'


async def test_items_need_no_key(visitor: httpx.AsyncClient) -> None:
    assert (await visitor.get("/opendata/v1/items")).json() == []
    header, *rest = (await visitor.get("/opendata/v1/items?format=csv")).text.splitlines()
    assert header.lstrip("\ufeff").startswith("item_code,name,")
    assert rest == []


@pytest.mark.parametrize("query", ["format=xml", "format=csv&format=json", "page=1"])
async def test_a_wrong_question_is_refused(visitor: httpx.AsyncClient, query: str) -> None:
    refused = await visitor.get(f"/opendata/v1/items?{query}")
    assert (refused.status_code, refused.json()["code"]) == (422, "InvalidFields")


async def test_the_directory_as_json_and_as_csv(visitor: httpx.AsyncClient) -> None:
    await catalogue.demo_city()
    told = (await visitor.get("/opendata/v1/intermediaries")).json()
    assert {one["kind"] for one in told} >= {"公证", "测绘", "检测检验", "评估"}
    assert all("演示" in one["name"] for one in told)
    sheet = (await visitor.get("/opendata/v1/intermediaries?format=csv")).content.decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(sheet)))
    assert [one["code"] for one in rows] == [one["code"] for one in told]
    items = (await visitor.get("/opendata/v1/items?format=csv")).text.splitlines()
    assert len(items) > 150
