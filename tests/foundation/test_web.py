"""The web layer: what a route reads, whom it admits, how it says no."""

import json
import logging
from collections.abc import AsyncIterator
from datetime import datetime
from types import SimpleNamespace
from typing import Any

import httpx
import pytest
from msgspec import Struct

from foundation import logs, ratelimit, settings
from foundation import redis as our_redis
from foundation.web import PUBLIC, Asked, Limit, Routes, journal
from foundation.web.routes import WrongRoute
from tests.foundation import web_app

JSON = {"Content-Type": "application/json"}
SIGNED_IN = {"Authorization": "Bearer 7"}


@pytest.fixture
async def client(settings_env: settings.Settings, redis_db: object) -> AsyncIterator[httpx.AsyncClient]:
    ratelimit._local.clear()
    ratelimit._leases.forget()
    kept, our_redis._client = our_redis._client, None  # each test counts for itself
    async with web_app.client_of(web_app.create_app()) as made:
        yield made
    our_redis._client = kept


async def put_up(client: httpx.AsyncClient, body: Any) -> httpx.Response:
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    return await client.post("/v1/lamps", content=content, headers={**JSON, **SIGNED_IN})


def faults(response: httpx.Response) -> dict[str, str]:
    assert response.status_code == 422, response.text
    body = response.json()
    assert body["code"] == "InvalidFields"
    return {one["field"]: one["problem"] for one in body["detail"]}


async def test_a_route_answers_with_its_type(client: httpx.AsyncClient) -> None:
    response = await client.get("/v1/lamps/5")
    assert response.json() == {"id": 5, "name": "门灯", "bulbs": []}
    assert response.headers["content-type"].startswith("application/json")


async def test_a_query_is_read_into_its_type(client: httpx.AsyncClient) -> None:
    response = await client.get("/v1/lamps?page=3&colour=white&colour=yellow&lit=false&near=1.5")
    assert response.json()[0] == {"id": 3, "name": "['white', 'yellow'] False 1.5", "bulbs": []}


async def test_every_fault_of_a_query_is_told(client: httpx.AsyncClient) -> None:
    found = faults(await client.get("/v1/lamps?page=0&colour=red&lit=perhaps&near=x&other=1"))
    assert found == {
        "page": "不能小于 1",
        "colour.0": "只能是 white、yellow",
        "lit": "应为 true 或 false",
        "near": "应为数字",
        "other": "没有这一项，请去掉",
    }
    assert faults(await client.get("/v1/lamps?page=1&page=2")) == {"page": "只能出现一次"}


async def test_a_body_is_read_and_its_answer_has_status_and_headers(client: httpx.AsyncClient) -> None:
    response = await put_up(client, {"name": "门灯", "bulbs": [{"watts": 20}], "since": "2026-03-01"})
    assert response.status_code == 201
    assert response.headers["location"] == "/v1/lamps/7"
    assert response.json()["bulbs"] == [{"watts": 20, "colour": "white"}]


async def test_every_fault_of_a_body_is_told(client: httpx.AsyncClient) -> None:
    body = {
        "name": "这个名字实在是太长太长了",
        "bulbs": [{"watts": 0}, {"colour": "red", "size": 1}, 5],
        "since": "yesterday",
        "switch_at": 5,
        "remark": None,
        "colour": "white",
    }
    assert faults(await put_up(client, body)) == {
        "name": "超过 10 个字",
        "bulbs.0.watts": "不能小于 1",
        "bulbs.1.watts": "缺少必填项",
        "bulbs.1.colour": "只能是 white、yellow",
        "bulbs.1.size": "没有这一项，请去掉",
        "bulbs.2": "应为对象",
        "since": "应为日期，例如 2026-01-31",
        "switch_at": "应为时间，例如 2026-01-31T09:00:00+08:00",
        "remark": "应为文本",
        "colour": "没有这一项，请去掉",
    }


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({}, {"name": "缺少必填项"}),
        ([], {"": "应为对象"}),
        ({"name": ""}, {"name": "不能为空"}),
        ({"name": "a\x00b"}, {"name": "含有不能使用的字符"}),
        (b'{"name": "\\ud800"}', {"name": "含有不能使用的字符"}),
        ({"name": "a", "remark": "长" * 2001}, {"remark": "超过 2000 个字"}),
        ({"name": "a", "bulbs": [{"watts": 1}] * 4}, {"bulbs": "最多 3 项"}),
        ({"name": "a", "bulbs": [{"watts": 10**30}]}, {"bulbs.0.watts": "不能大于 100"}),
        ({"name": "a", "bulbs": [{"watts": True}]}, {"bulbs.0.watts": "应为整数"}),
        ({"name": "a", "bulbs": [{"watts": 1.5}]}, {"bulbs.0.watts": "应为整数"}),
        ({"name": "太阳"}, {"": "太阳不是灯"}),
        (
            {"name": "a", "switch_at": "2026-01-31T09:00:00"},
            {"switch_at": "时间要带时区，例如 2026-01-31T09:00:00+08:00"},
        ),
        ({"name": "a", "x\x00": 1}, {"x?": "没有这一项，请去掉"}),
    ],
)
async def test_a_wrong_body_is_refused(client: httpx.AsyncClient, body: Any, expected: dict[str, str]) -> None:
    assert faults(await put_up(client, body)) == expected


async def test_a_whole_number_may_be_written_with_a_point(client: httpx.AsyncClient) -> None:
    response = await put_up(client, b'{"name": "a", "bulbs": [{"watts": 20.0}]}')
    assert response.json()["bulbs"][0]["watts"] == 20


@pytest.mark.parametrize("body", [b"", b"{", b"\xff\xfe", b'{"name": NaN}', b"[" * 50_000, b"1" * 5000])
async def test_what_is_no_json_is_malformed(client: httpx.AsyncClient, body: bytes) -> None:
    response = await put_up(client, body)
    assert (response.status_code, response.json()["code"]) == (400, "Malformed")


async def test_another_encoding_than_utf_8_is_named(client: httpx.AsyncClient) -> None:
    response = await put_up(client, '{"name": "灯"}'.encode("gbk"))
    assert (response.status_code, response.json()["code"]) == (400, "Malformed")
    assert "UTF-8" in response.json()["message"]


async def test_a_mark_before_utf_8_does_no_harm(client: httpx.AsyncClient) -> None:
    response = await put_up(client, b'\xef\xbb\xbf{"name": "a", "bulbs": [{"watts": 20}]}')
    assert response.status_code == 201, response.text


async def test_a_body_needs_its_content_type_and_has_a_size(client: httpx.AsyncClient) -> None:
    response = await client.post("/v1/lamps", content=b"{}", headers=SIGNED_IN)
    assert (response.status_code, response.json()["code"]) == (415, "NotJson")
    response = await put_up(client, {"name": "a", "remark": "x" * 70_000})
    assert (response.status_code, response.json()["code"]) == (413, "TooLarge")


@pytest.mark.parametrize("lamp_id", ["abc", "99999999999999999999", "1.5", "+1", "%00", "５"])
async def test_an_address_that_can_name_nothing_is_not_found(client: httpx.AsyncClient, lamp_id: str) -> None:
    assert (await client.get(f"/v1/lamps/{lamp_id}")).status_code == 404


async def test_a_refusal_becomes_json_with_its_code_message_detail_and_request_id(client: httpx.AsyncClient) -> None:
    response = await client.get("/v1/lamps/404", headers={"X-Request-Id": "trace-0001"})
    assert response.status_code == 404
    assert response.json() == {
        "code": "LampNotFound",
        "message": "没有这盏灯，请核对编号。",
        "detail": {"lamp_id": 404},
        "request_id": "trace-0001",
    }
    assert response.headers["x-request-id"] == "trace-0001"
    assert response.headers["cache-control"] == "no-store"


@pytest.mark.parametrize("given", ["", "short", "x" * 65, "with space in it", "<script>alert"])
async def test_a_strange_request_id_is_replaced(client: httpx.AsyncClient, given: str) -> None:
    answered = (await client.get("/v1/lamps/5", headers={"X-Request-Id": given})).headers["x-request-id"]
    assert answered != given
    assert len(answered) == 24


@pytest.mark.parametrize(
    ("name", "status", "code"),
    [
        ("bug", 500, "InternalError"),
        ("busy", 500, "InternalError"),
        ("file", 500, "InternalError"),
        ("locked", 409, "HeldByAnother"),
        ("slow", 503, "TooSlow"),
        ("closed", 503, "DatabaseGone"),
        ("refused", 503, "DatabaseGone"),
        ("gone", 503, "DatabaseGone"),
        ("outside", 503, "Unavailable"),
    ],
)
async def test_whatever_goes_wrong_has_a_name(client: httpx.AsyncClient, name: str, status: int, code: str) -> None:
    response = await client.get(f"/v1/faults/{name}")
    assert (response.status_code, response.json()["code"]) == (status, code)
    assert ("retry-after" in response.headers) == (status == 503)


async def test_an_unexpected_exception_shows_nothing_and_is_logged(
    client: httpx.AsyncClient, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    response = await client.get("/v1/faults/bug")
    assert set(response.json()) == {"code", "message", "request_id"}
    assert "secret" not in response.text
    assert "Traceback" not in response.text
    assert "a secret detail of ours" in capsys.readouterr().out + caplog.text


async def test_an_unknown_address_and_method_are_refused_in_our_shape(client: httpx.AsyncClient) -> None:
    response = await client.get("/nothing/here")
    assert (response.status_code, response.json()["code"]) == (404, "NotFound")
    for method, path, allowed in (
        ("DELETE", "/v1/lamps", "GET, HEAD, POST"),
        ("TRACE", "/v1/lamps/5", "DELETE, GET, HEAD"),
        ("OPTIONS", "/v1/secret", "GET, HEAD"),
    ):
        response = await client.request(method, path)
        assert (response.status_code, response.json()["code"]) == (405, "MethodNotAllowed")
        assert response.headers["allow"] == allowed


async def test_who_may_not_is_turned_away_before_anything_is_read(client: httpx.AsyncClient) -> None:
    response = await client.post("/v1/lamps", content=b"{", headers=JSON)
    assert (response.status_code, response.json()["code"]) == (401, "NotSignedIn")


async def test_a_public_answer_carries_a_tag_and_is_not_sent_twice(client: httpx.AsyncClient) -> None:
    first = await client.get("/v1/lamps/5")
    assert first.headers["cache-control"] == "public, max-age=60"
    again = await client.get("/v1/lamps/5", headers={"If-None-Match": f'"other", W/{first.headers["etag"]}'})
    assert (again.status_code, again.content) == (304, b"")
    other = await client.get("/v1/lamps/6", headers={"If-None-Match": first.headers["etag"]})
    assert other.status_code == 200
    assert (await client.get("/v1/secret", headers=SIGNED_IN)).headers["cache-control"] == "no-store"


async def test_a_page_that_has_not_changed_keeps_its_policy(client: httpx.AsyncClient) -> None:
    first = await client.get("/docs")
    assert "default-src 'self'" in first.headers["content-security-policy"]
    again = await client.get("/docs", headers={"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.headers.get("content-security-policy")) == (304, None)


async def test_what_may_be_got_may_be_asked_for_its_head(client: httpx.AsyncClient) -> None:
    response = await client.head("/v1/lamps/5")
    assert (response.status_code, response.content) == (200, b"")
    assert response.headers["etag"] == (await client.get("/v1/lamps/5")).headers["etag"]


async def test_every_answer_carries_the_security_headers(client: httpx.AsyncClient) -> None:
    for path in ("/v1/lamps/5", "/nothing", "/docs", "/page/hall"):
        headers = (await client.get(path)).headers
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["x-frame-options"] == "DENY"
        assert "frame-ancestors 'none'" in headers["content-security-policy"]


async def test_a_caller_is_counted_by_who_it_is(client: httpx.AsyncClient) -> None:
    for _ in range(3):
        assert (await client.delete("/v1/lamps/1", headers=SIGNED_IN)).status_code == 204
    response = await client.delete("/v1/lamps/1", headers=SIGNED_IN)
    assert (response.status_code, response.json()["code"]) == (429, "TooManyRequests")
    assert 1 <= int(response.headers["retry-after"]) <= 60
    assert (await client.delete("/v1/lamps/1", headers={"Authorization": "Bearer 8"})).status_code == 204


async def test_those_turned_away_are_counted_by_address(client: httpx.AsyncClient) -> None:
    statuses = [(await client.get("/v1/secret")).status_code for _ in range(7)]
    assert statuses == [401] * 5 + [429] * 2
    assert (await client.get("/v1/secret", headers=SIGNED_IN)).status_code == 429


async def test_a_page_refuses_with_a_page(client: httpx.AsyncClient) -> None:
    response = await client.get("/page/broken")
    assert (response.status_code, response.text) == (409, "<h1>这盏灯坏了，请换一盏。</h1>")
    response = await client.get("/page/bug")
    assert response.status_code == 500
    assert "secret" not in response.text
    assert (await client.get("/page/%E9%97%A8%E7%81%AF")).text == "<p>门灯</p>"


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Sec-Fetch-Site": "same-origin"}, 200),
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Sec-Fetch-Site": "same-site"}, 403),
        ({"Sec-Fetch-Site": "none"}, 403),
        ({"Origin": "http://lamps.test"}, 200),
        ({"Origin": "http://evil.test"}, 403),
        ({"Origin": "null"}, 403),
        ({}, 403),
    ],
)
async def test_a_form_must_come_from_our_own_page(
    client: httpx.AsyncClient, headers: dict[str, str], status: int
) -> None:
    response = await client.post("/page/login", data={"name": "张三", "word": "x"}, headers=headers)
    assert response.status_code == status


async def test_a_form_is_read_into_its_type(client: httpx.AsyncClient) -> None:
    own = {"Sec-Fetch-Site": "same-origin"}
    assert (await client.post("/page/login", data={"name": "张三", "word": "x"}, headers=own)).text == "张三"
    assert (await client.post("/page/login", data={"name": "张三"}, headers=own)).status_code == 422
    assert (await client.post("/page/login", json={"name": "张三"}, headers=own)).status_code == 415


async def test_what_probes_ask_all_day_is_told_to_who_debugs(
    client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    said: list[tuple[str, str]] = []
    debug = SimpleNamespace(debug=lambda _, **told: said.append(("debug", told["route"])))
    monkeypatch.setattr(journal, "log", debug)
    monkeypatch.setattr(logs.Alike, "__call__", lambda line, **_: said.append(("info", line.alike["route"])))
    await client.get("/healthz")
    await client.get("/metrics")  # refused
    await client.get("/docs")
    assert said == [("debug", "/healthz"), ("info", "/metrics"), ("info", "/docs")]


async def test_the_log_names_the_route_and_never_the_address(
    client: httpx.AsyncClient, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.WARNING, "httpx")  # the test's own client
    caplog.set_level(logging.INFO)
    await client.get("/v1/lamps/4242424?page=11010119900307")
    written = capsys.readouterr().out + caplog.text
    assert "/v1/lamps/{lamp_id}" in written
    assert "4242424" not in written
    assert "11010119900307" not in written


class Loose(Struct):
    name: str


async def _takes(body: Loose) -> None: ...


class Zoneless(Asked):
    at: datetime | None = None


async def _zoneless(body: Zoneless) -> None: ...


async def _names(lamp: int) -> None: ...


async def _forgets() -> None: ...


async def _untyped(query) -> None: ...  # type: ignore[no-untyped-def]


@pytest.mark.parametrize(
    ("path", "handler", "options"),
    [
        ("/v1/x", _forgets, {}),
        ("/v1/x", _takes, {"access": PUBLIC}),
        ("/v1/x", _zoneless, {"access": PUBLIC}),
        ("/v1/<lamp_id>", _names, {"access": PUBLIC}),
        ("/v1/<lamp_id>", _forgets, {"access": PUBLIC}),
        ("/v1/x", _untyped, {"access": PUBLIC}),
        ("/v1/x", _forgets, {"access": PUBLIC, "limit": Limit(user=1)}),
    ],
)
def test_a_route_that_could_not_work_is_not_declared(path: str, handler: Any, options: dict[str, Any]) -> None:
    with pytest.raises(WrongRoute):
        Routes("x", tag="x").get(path, **options)(handler)


def test_the_door_tells_the_house_tests_what_it_serves() -> None:
    told = {(one.method, one.template, one.access.name, one.module) for one in web_app.door().routes}
    assert ("POST", "/v1/lamps", "keeper", "tests.foundation.web_app") in told
    assert ("GET", "/readyz", "public", "foundation.web.vitals") in told
