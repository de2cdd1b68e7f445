"""The document of each door: valid, with examples that fit, with every refusal, and readable on a phone."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from openapi_schema_validator import OAS31Validator
from openapi_spec_validator import OpenAPIV31SpecValidator
from sanic import Sanic

from api.app import create_app as create_api
from miniprogram_bff.app import create_app as create_bff
from tests.builders.doors import client_of
from tests.launched import Launched

if TYPE_CHECKING:
    from playwright.async_api import Page

DATA = "application/json"


@pytest.fixture(params=["bff", "api"])
async def door(request: pytest.FixtureRequest, settings_env: object) -> Sanic[Any, Any]:
    return {"bff": create_bff, "api": create_api}[request.param]()


@pytest.fixture
async def document(door: Sanic[Any, Any]) -> dict[str, Any]:
    async with client_of(door) as client:
        answer: httpx.Response = await client.get("/docs/openapi.json")
    assert answer.headers["content-type"] == DATA
    return dict(answer.json())


def operations(document: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    for path, methods in document["paths"].items():
        for method, one in methods.items():
            yield f"{method.upper()} {path}", one


def test_it_is_openapi_3_1(document: dict[str, Any]) -> None:
    assert document["openapi"].startswith("3.1")
    OpenAPIV31SpecValidator(document).validate()


def test_every_route_for_programs_is_in_it(door: Sanic[Any, Any], document: dict[str, Any]) -> None:
    declared = {f"{one.method} {one.template}" for one in door.ctx.door.routes if one.documented}
    assert {name for name, _ in operations(document)} == declared
    assert all(one["summary"] for _, one in operations(document))


def test_examples_are_there_and_fit(document: dict[str, Any]) -> None:
    for name, one in operations(document):
        bodies = [one["requestBody"]] if "requestBody" in one else []
        answers = [answer for status, answer in one["responses"].items() if status < "300" and status != "204"]
        assert bodies or answers or "204" in one["responses"], name
        for shown in [*bodies, *answers]:
            content = shown["content"][DATA]
            whole = {**content["schema"], "components": document["components"]}
            OAS31Validator(whole).validate(content["example"])


def test_every_refusal_is_named_with_its_sentence(document: dict[str, Any]) -> None:
    for name, one in operations(document):
        assert one["responses"].keys() >= {"500", "503"}, name
        if one["security"]:
            assert "401" in one["responses"], name
    for code, shown in document["components"]["examples"].items():
        assert shown["value"]["code"] == code
        assert "一" <= shown["value"]["message"][0] <= "鿿", code


async def test_whoever_needs_a_header_is_told(settings_env: object) -> None:
    async with client_of(create_bff()) as client:
        document = (await client.get("/docs/openapi.json")).json()
    asked = document["paths"]["/v1/bookings"]["post"]["parameters"]
    assert [(one["name"], one["in"], one["required"]) for one in asked] == [
        ("Idempotency-Key", "header", True),
        ("X-Client", "header", False),
    ]


@pytest.mark.browser
@pytest.mark.parametrize("width", [390, 1280])
async def test_a_person_reads_it(whole_house: Launched, phone: "Page", width: int) -> None:
    spoken: list[str] = []
    phone.on("console", lambda said: spoken.append(said.text) if said.type == "error" else None)
    await phone.set_viewport_size({"width": width, "height": 844})
    for base in (whole_house.bff, whole_house.api):
        await phone.goto(f"{base}/docs")
        assert await phone.locator("article h3").count() > 5
        assert await phone.evaluate("document.documentElement.scrollWidth") <= width
        first = phone.locator("nav a").first
        await first.click()
        assert await phone.locator("article:target").is_visible()
    assert spoken == []
