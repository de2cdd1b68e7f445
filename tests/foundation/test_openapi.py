"""The document says what the door does, is valid, and can be read by a person."""

from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from foundation import settings
from tests.foundation import web_app


@pytest.fixture
async def client(settings_env: settings.Settings) -> AsyncIterator[httpx.AsyncClient]:
    async with web_app.client_of(web_app.create_app()) as made:
        yield made


@pytest.fixture
async def document(client: httpx.AsyncClient) -> dict[str, Any]:
    return dict((await client.get("/docs/openapi.json")).json())


def test_the_document_is_valid(document: dict[str, Any]) -> None:
    from openapi_spec_validator import OpenAPIV31SpecValidator

    OpenAPIV31SpecValidator(document).validate()


def test_a_test_machine_can_load_it(document: dict[str, Any]) -> None:
    import schemathesis

    schema = schemathesis.openapi.from_dict(document)
    assert {f"{one.ok().method.upper()} {one.ok().path}" for one in schema.get_all_operations()} == {
        f"{route.method} {route.template}" for route in web_app.door().routes if route.documented
    }


def test_parameters_and_bodies_carry_their_bounds(document: dict[str, Any]) -> None:
    listing = {one["name"]: one for one in document["paths"]["/v1/lamps"]["get"]["parameters"]}
    assert listing["page"]["schema"] == {
        "type": "integer", "format": "int64", "minimum": 1, "maximum": 50, "default": 1,
    }  # fmt: skip
    assert listing["lit"]["schema"] == {"type": "boolean"}
    schemas = document["components"]["schemas"]
    assert schemas["NewLamp"]["required"] == ["name"]
    assert schemas["NewLamp"]["additionalProperties"] is False
    assert schemas["NewLamp"]["properties"]["name"]["maxLength"] == 10
    assert schemas["NewLamp"]["properties"]["remark"]["maxLength"] == 2000
    assert schemas["NewLamp"]["properties"]["bulbs"]["items"] == {"$ref": "#/components/schemas/Bulb"}
    content = document["paths"]["/v1/lamps"]["post"]["requestBody"]["content"]["application/json"]
    assert content["schema"] == {"$ref": "#/components/schemas/NewLamp"}
    assert content["example"]["name"] == "门灯"


def test_every_named_error_is_a_component_with_its_code_and_message(document: dict[str, Any]) -> None:
    one = document["paths"]["/v1/lamps/{lamp_id}"]["get"]["responses"]
    # a text that is no number names nothing, so the path itself can be not found as well
    assert one["404"]["content"]["application/json"]["examples"].keys() == {"LampNotFound", "NotFound"}
    assert "没有这盏灯，请核对编号。" in one["404"]["description"]
    assert document["components"]["examples"]["LampNotFound"]["value"]["code"] == "LampNotFound"
    put_up = document["paths"]["/v1/lamps"]["post"]["responses"]
    assert put_up.keys() >= {"201", "400", "401", "409", "413", "415", "422", "500", "503"}
    assert "Retry-After" in document["components"]["responses"]["TooManyRequests"]["headers"]


def test_who_may_call_is_said(document: dict[str, Any]) -> None:
    assert document["paths"]["/v1/lamps"]["post"]["security"] == [{"keeper": []}]
    assert document["paths"]["/v1/lamps"]["get"]["security"] == []
    assert document["components"]["securitySchemes"]["keeper"]["scheme"] == "bearer"


def test_an_answer_of_its_own_is_shown_by_its_type(document: dict[str, Any]) -> None:
    created = document["paths"]["/v1/lamps"]["post"]["responses"]["201"]
    assert created["content"]["application/json"]["schema"] == {"$ref": "#/components/schemas/Lamp"}
    assert set(document["paths"]["/v1/lamps/{lamp_id}"]["delete"]["responses"]) >= {"204", "429"}


def test_pages_and_hidden_routes_stay_out(document: dict[str, Any]) -> None:
    assert not [path for path in document["paths"] if "/page/" in path or "/faults/" in path or path == "/docs"]


async def test_a_person_can_read_it(client: httpx.AsyncClient, document: dict[str, Any]) -> None:
    page = (await client.get("/docs")).text
    for wanted in ("装一盏灯", "看灯人", "灯的名字", "LampBroken", "这盏灯坏了", "最多 10 字"):
        assert wanted in page
    assert "http://" not in page
    assert "https://" not in page
    assert "<script" not in page
