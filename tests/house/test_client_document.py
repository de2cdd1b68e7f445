"""The document that the mini-program's types are made from: current, and good to make types from."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from miniprogram_bff import document

pytestmark = pytest.mark.usefixtures("settings_env")


@pytest.fixture(scope="module")
def shown() -> dict[str, Any]:
    return dict(json.loads(document.FILE.read_text()))


def test_it_is_current() -> None:
    assert document.FILE.read_text() == document.text(), "run: python -m miniprogram_bff.document"


def test_every_name_can_be_a_type(shown: dict[str, Any]) -> None:
    assert [name for name in shown["components"]["schemas"] if not name.isidentifier()] == []
    named = [one["operationId"] for methods in shown["paths"].values() for one in methods.values()]
    assert sorted(set(named)) == sorted(named)


def test_answers_bear_all_their_fields(shown: dict[str, Any]) -> None:
    schemas = shown["components"]["schemas"]
    partly = {
        name
        for name in components_of(shown, "responses") - {"Error", "Rated"}  # which leave out what there is not
        if set(schemas[name].get("properties", ())) != set(schemas[name].get("required", ()))
    }
    assert partly == set()
    sign_in = schemas["SignIn"]
    assert sign_in["required"] == ["platform", "code"]
    assert sign_in["properties"]["device"]["default"] == ""


def test_lists_of_words_are_closed(shown: dict[str, Any]) -> None:
    schemas = shown["components"]["schemas"]
    assert "no_show" in schemas["BookingView"]["properties"]["state"]["enum"]
    assert "held" not in schemas["BookingView"]["properties"]["state"]["enum"]  # an offer, no booking yet
    assert schemas["IdType"]["type"] == "string"
    assert {"SlotFull", "MethodNotAllowed"} <= set(schemas["Error"]["properties"]["code"]["enum"])


def test_moments_are_told_from_texts(shown: dict[str, Any]) -> None:
    schemas = shown["components"]["schemas"]
    assert schemas["Step"]["properties"]["at"]["format"] == "date-time"  # of a dataclass
    assert schemas["BookingView"]["properties"]["starts_at"]["format"] == "date-time"


def components_of(shown: dict[str, Any], part: str) -> set[str]:
    """Names of the components that this part of the operations leads to."""
    found: set[str] = set()
    waiting: list[Any] = [one.get(part) for methods in shown["paths"].values() for one in methods.values()]
    while waiting:
        for name in references(waiting.pop()):
            if name not in found:
                found.add(name)
                waiting.append(shown["components"]["schemas"][name])
    return found


def references(shown: Any) -> Iterator[str]:
    if isinstance(shown, list):
        shown = dict(enumerate(shown))
    if isinstance(shown, dict):
        where = str(shown.get("$ref", ""))
        if "/schemas/" in where:
            yield where.rpartition("/")[2]
        for one in shown.values():
            yield from references(one)
