"""The citizens' door in traditional characters: answers and refusals, and nothing that a client sends back."""

import httpx
import pytest

from foundation.web import language
from miniprogram_bff.app import create_app
from miniprogram_bff.screens import book, papers, pay
from tests.builders import catalogue, identity
from tests.builders.doors import client_of, sign_in

HANT = {"Accept-Language": "zh-Hant"}


@pytest.fixture(autouse=True)
async def city(db: None, redis_db: object) -> None:
    await catalogue.small_city()


async def test_an_answer_is_turned_for_who_asks(bff: httpx.AsyncClient) -> None:
    plain = await bff.get("/v1/guides/id-card")
    turned = await bff.get("/v1/guides/id-card", headers=HANT)
    assert "办" in plain.text
    assert "辦" in turned.text
    assert "办" not in turned.text
    assert plain.headers.get("content-language") is None
    assert turned.headers["content-language"] == "zh-Hant"
    forms = [one["blank_form"] for one in turned.json()["materials"]]
    assert forms == [one["blank_form"] for one in plain.json()["materials"]]


async def test_without_the_header_nothing_changes(bff: httpx.AsyncClient) -> None:
    plain = await bff.get("/v1/guides/id-card")
    for header in ("zh-CN,zh-TW;q=0.5", "en", ";;", ""):
        again = await bff.get("/v1/guides/id-card", headers={"Accept-Language": header})
        assert (again.content, again.headers["etag"]) == (plain.content, plain.headers["etag"])


async def test_each_script_has_its_own_tag(bff: httpx.AsyncClient) -> None:
    plain, turned = [await bff.get("/v1/guides/id-card", headers=one) for one in ({}, HANT)]
    assert "Accept-Language" in plain.headers["vary"]
    assert plain.headers["etag"] != turned.headers["etag"]
    held = {"If-None-Match": turned.headers["etag"]}
    assert (await bff.get("/v1/guides/id-card", headers=HANT | held)).status_code == 304
    assert (await bff.get("/v1/guides/id-card", headers=held)).status_code == 200


async def test_refusals_are_turned_as_well(bff: httpx.AsyncClient) -> None:
    for path in ("/v1/bookings", "/v1/guides/nothing", "/no/such/address"):
        said = (await bff.get(path, headers=HANT)).json()
        plain = (await bff.get(path)).json()
        assert said["code"] == plain["code"]
        assert said["message"] == language.text(plain["message"])
    faults = (await bff.post("/v1/login", json={}, headers=HANT)).json()
    assert {one["problem"] for one in faults["detail"]} == {language.text("缺少必填项")}


async def test_the_systems_door_is_asked_in_vain(api: httpx.AsyncClient) -> None:
    assert (await api.get("/opendata/v1/items", headers=HANT)).headers.get("content-language") is None


async def test_what_a_reader_chose_is_understood(bff: httpx.AsyncClient) -> None:
    me = await sign_in(await identity.citizen())
    refused = await bff.post("/v1/me/forget", json={"confirm": "註銷"}, headers=me | HANT)
    assert refused.status_code != 422, refused.text


def test_what_is_sent_back_is_never_turned(settings_env: object) -> None:
    (checkout,) = [one for one in pay.routes if one.path == "/v1/bills/<pay_code>/checkout"]
    assert language.plan_of(checkout.answers_with).fields["parameters"] is language.NOTHING
    (announced,) = [one for one in papers.routes if one.path == "/v1/papers"]
    fields = language.plan_of(announced.answers_with).fields
    assert {"material", "name"} <= {name for name, plan in fields.items() if plan is language.NOTHING}


async def test_a_full_slot_is_refused_in_the_readers_script(settings_env: object) -> None:
    async with client_of(create_app()):
        headers = {"authorization": "Bearer x", "content-type": "application/json", "accept-language": "zh-HK"}
        assert book.too_late(headers, b'{"slot_id": 1}') is None
