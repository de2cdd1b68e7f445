"""What no schema says and somebody will send: NUL, lone surrogates, numbers without end, the wrong media type."""

import copy
import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote_from_bytes

import httpx

from foundation import ratelimit
from tests.builders import identity
from tests.builders.doors import sign_in, signed

TEXTS = ["\x00", "a\x00b", "\ud800", "\u202e\u2066", "𠮷👩‍👧", "e\u0301" * 40, "' or 1=1 --", "../../x", " "]
NUMBERS: list[Any] = [-1, 0, 2**31, 2**63, 10**400, 1.5, True, None, "1", [], {}]
BODIES = [
    b"",
    b"null",
    b"[]",
    b"{",
    b"\xff\xfe",
    b'"\\ud800"',
    b"1e999",
    b"NaN",
    b'{"a":' * 5000,
    b"{}" + b" " * 70_000,
]
TYPES = ["", "text/plain", "multipart/form-data", "application/x-www-form-urlencoded", "application/json; charset=gbk"]
JSON = "application/json"


async def test_the_citizen_door_refuses_nonsense_by_name(bff: httpx.AsyncClient) -> None:
    document = (await bff.get("/docs/openapi.json")).json()
    tried = 0
    for method, template, one in _operations(document):
        headers = await sign_in(await identity.citizen()) | {"Idempotency-Key": "a-key-of-a-test"}
        for path, content, kind in _nonsense(template, one):
            await _is_refused(bff, method, path, content, {**headers, "Content-Type": kind})
            tried += 1
    assert tried > 500


async def test_the_systems_door_refuses_nonsense_by_name(api: httpx.AsyncClient) -> None:
    document = (await api.get("/docs/openapi.json")).json()
    tried = 0
    for method, template, one in _operations(document):
        for path, content, kind in _nonsense(template, one):
            await _is_refused(api, method, path, content, {"Content-Type": kind, **signed(method, path, content)})
            tried += 1
    assert tried > 100


async def _is_refused(
    client: httpx.AsyncClient, method: str, path: str, content: bytes, headers: dict[str, str]
) -> None:
    """Or answered, if it made sense after all; 503 where the outside is asked, which is not there. Never 500."""
    ratelimit._local.clear()
    ratelimit._leases.forget()
    answer = await client.request(method, path, content=content, headers=headers)
    about = (method, path[:200], content[:200], headers["Content-Type"])
    assert answer.status_code < 500 or answer.status_code == 503, (*about, answer.text)
    if answer.status_code >= 400:
        said = answer.json()
        assert said.keys() >= {"code", "message", "request_id"}, about
        assert "一" <= said["message"][0] <= "鿿", about


def _operations(document: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for template, methods in document["paths"].items():
        for method, one in methods.items():
            yield method.upper(), template, one


def _nonsense(template: str, one: dict[str, Any]) -> Iterator[tuple[str, bytes, str]]:
    """Path, body and media type of many requests, each with one thing wrong."""
    samples = {where["name"]: where["schema"].get("examples", ["1"])[0] for where in one["parameters"]}
    good = template.format(**samples)
    body = one.get("requestBody", {}).get("content", {}).get(JSON, {}).get("example")
    whole = json.dumps(body).encode() if body is not None else b""
    for where in one["parameters"]:
        for text in TEXTS:
            written = quote_from_bytes(text.encode("utf-8", "surrogatepass"), safe="")
            if where["in"] == "path":
                yield template.format(**{**samples, where["name"]: written}), whole, JSON
            elif where["in"] == "query":
                yield f"{good}?{where['name']}={written}", whole, JSON
    yield f"{good}?nobody=asked&nobody=twice", whole, JSON
    yield f"{good}?%ff=%fe&&==", whole, JSON
    if body is None:
        return
    for content in [*BODIES, *(json.dumps(changed).encode() for changed in _changed(body))]:
        yield good, content, JSON
    for kind in TYPES:
        yield good, whole, kind


def _changed(body: Any) -> Iterator[Any]:
    """`body` with each value in turn replaced by each nonsense, and with a field nobody knows."""
    for way in _ways(body):
        for nonsense in (*TEXTS, *NUMBERS):
            changed = copy.deepcopy(body)
            inside = changed
            for step in way[:-1]:
                inside = inside[step]
            inside[way[-1]] = nonsense
            yield changed
    yield {**body, "nobody": "asked"}


def _ways(value: Any, way: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for name, one in inner:
        yield (*way, name)
        yield from _ways(one, (*way, name))
