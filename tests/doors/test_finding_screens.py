"""The screens that anybody sees: home, guides, themes, scenarios, search, the guide bot, what can be booked."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import httpx
import pytest
from sanic import Sanic

from appointments.models import AppointmentType
from assistant import knowledge
from catalogue import edition
from miniprogram_bff import app as citizen_door
from tests.builders import appointments as booking
from tests.builders import catalogue, identity
from tests.builders.doors import sign_in

ITEM = "11990100DEMA0001133990100001000"


@pytest.fixture
async def city(bff: httpx.AsyncClient) -> AsyncIterator[httpx.AsyncClient]:
    """The citizen door over the smallest sound catalogue."""
    await catalogue.small_city()
    knowledge.forget()
    yield bff
    knowledge.forget()


async def asked(client: httpx.AsyncClient, path: str, **given: Any) -> Any:
    answer = await (client.post(path, json=given) if given else client.get(path))
    assert answer.status_code < 300, answer.text
    return answer.json()


async def test_home_for_a_visitor(city: httpx.AsyncClient) -> None:
    home = await asked(city, "/v1/home")
    assert (home["city"], home["signed_in"], home["todo"]) == ("示例市", False, None)
    assert home["themes"] == [{"code": "household", "name": "户籍"}]
    assert home["life_events"] == [{"code": "moving", "name": "搬家"}]
    assert home["scenarios"] == [{"code": "lost", "name": "证件丢了"}]


async def test_home_is_never_kept_by_a_proxy(city: httpx.AsyncClient) -> None:
    answer = await city.get("/v1/home", headers=await sign_in(await identity.citizen()))
    assert answer.json()["todo"]["unpaid_bills"] == 0
    assert answer.headers["cache-control"] == "no-store"


async def test_a_guide_by_its_slug_or_its_code_and_again_by_its_tag(city: httpx.AsyncClient) -> None:
    answer = await city.get("/v1/guides/id-card")
    guide = answer.json()
    assert (guide["name"], guide["item_code"], guide["promised_days"]) == ("居民身份证换领", ITEM, 20)
    assert (guide["legal_days"], guide["legal_unit"]) == (60, "自然日")
    assert [one["name"] for one in guide["materials"]] == ["原居民身份证", "居民户口簿"]
    assert [one["shared"] for one in guide["materials"]] == [False, True]
    assert [one["question"] for one in guide["faqs"]] == ["要钱吗", "多久", "在哪办"]
    assert guide["halls"][0]["code"] == "9901"
    assert (await city.get(f"/v1/guides/{ITEM}")).content == answer.content
    again = await city.get("/v1/guides/id-card", headers={"If-None-Match": answer.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")


async def test_a_blank_form_is_served(bff: httpx.AsyncClient) -> None:
    assert (await bff.get("/forms/../app.py")).status_code == 404


async def test_themes_and_life_events_lead_to_items(city: httpx.AsyncClient) -> None:
    for kind, code in (("theme", "household"), ("life_event", "moving")):
        shelf = await asked(city, f"/v1/themes/{kind}/{code}")
        assert [one["slug"] for one in shelf["items"]] == ["id-card"]
    answer = await city.get("/v1/themes/theme/nothing")
    assert (answer.status_code, answer.json()["code"]) == (404, "ThemeNotFound")


async def test_a_scenario_asks_and_ends_with_a_list(city: httpx.AsyncClient) -> None:
    first = await asked(city, "/v1/scenarios/lost", answers={})
    assert (first["question"]["ask"], first["to_do"]) == ("急吗？", [])
    last = await asked(city, "/v1/scenarios/lost", answers={"urgent": "yes"})
    assert last["question"] is None
    assert [(one["slug"], one["variant"]) for one in last["to_do"]] == [("id-card", "到期换领")]
    assert [one["name"] for one in last["to_do"][0]["materials"]] == ["原居民身份证"]
    wrong = await city.post("/v1/scenarios/lost", json={"answers": {"urgent": "perhaps"}})
    assert (wrong.status_code, wrong.json()["code"]) == (422, "UnknownAnswer")


@pytest.mark.parametrize("words", ["身份证", "sfz", "shenfenzheng", "二代证", "身分證"])
async def test_search_understands_how_people_say_it(city: httpx.AsyncClient, words: str) -> None:
    found = await asked(city, f"/v1/search?q={words}")
    assert [one["slug"] for one in found["items"]] == ["id-card"]


async def test_search_for_nothing_lists_everything_and_for_nonsense_nothing(city: httpx.AsyncClient) -> None:
    assert len((await asked(city, "/v1/search"))["items"]) == 1
    assert (await asked(city, "/v1/search?q=qqqq"))["items"] == []


async def test_search_leads_to_what_is_called_so(city: httpx.AsyncClient) -> None:
    for words in ("搬家", "搬家要办什么"):
        (way,) = (await asked(city, f"/v1/search?q={words}"))["ways"]
        assert (way["to"], way["kind"], way["name"]) == ("theme/life_event/moving", "人生事件", "搬家")
    assert [(await asked(city, f"/v1/search?q={words}"))["ways"] for words in ("", "身份证")] == [[], []]


async def test_search_leaves_out_what_only_mentions_the_words(bff: httpx.AsyncClient) -> None:
    await catalogue.demo_city()
    knowledge.forget()
    passport = await asked(bff, "/v1/search?q=护照")
    assert passport["items"][0]["slug"] == "passport"
    assert len(passport["items"]) <= 3
    many = await asked(bff, "/v1/search?q=身份证")
    assert {one["slug"] for one in many["items"][:4]} == {
        "id-card-first",
        "id-card-renew",
        "id-card-replace",
        "id-card-temporary",
    }
    assert len(many["items"]) <= 10
    assert (await asked(bff, "/v1/search?q=今天天气怎么样"))["items"] == []


async def test_suggestions_while_typing(city: httpx.AsyncClient) -> None:
    assert (await asked(city, "/v1/suggestions?q=hsf"))[0] == {"name": "居民身份证换领", "slug": "id-card"}
    assert await asked(city, "/v1/suggestions?q=") == []


async def test_the_bot_answers_from_a_guide_and_takes_a_rating(city: httpx.AsyncClient) -> None:
    answer = await asked(city, "/v1/ask", question="身份证换领要带什么材料")
    assert answer["kind"] == "answer"
    source = answer["passages"][0]["source"]
    assert (source["item_code"], source["item_name"], source["version"]) == (ITEM, "居民身份证换领", "1")
    assert ("guide", ITEM) in {(card["kind"], card["target"]) for card in answer["cards"]}
    rated = {"conversation": answer["conversation"], "turn": answer["turn"], "helpful": True}
    assert (await city.post("/v1/ask/feedback", json=rated)).status_code == 204
    foreign = await city.post("/v1/ask/feedback", json={**rated, "conversation": "somebody-elses"})
    assert (foreign.status_code, foreign.json()["code"]) == (404, "TurnNotFound")


async def test_the_bot_does_not_know_what_no_guide_says(city: httpx.AsyncClient) -> None:
    answer = await asked(city, "/v1/ask", question="今天天气怎么样")
    assert (answer["kind"], answer["passages"]) == ("unknown", [])
    assert {card["kind"] for card in answer["cards"]} >= {"person", "phone"}


async def test_a_booking_is_offered_where_a_business_takes_it(city: httpx.AsyncClient) -> None:
    question = "身份证换领怎么预约"

    async def offered() -> tuple[bool, set[str], set[str]]:
        said = await asked(city, "/v1/ask", question=question)
        guide = await asked(city, "/v1/guides/id-card")
        cards = {one["kind"] for one in said["cards"]} & {"book"}
        return guide["bookable"], cards, {one["kind"] for one in said["live"]} & {"slots"}

    assert await offered() == (False, set(), set())  # although its guide says that one may book
    kind = await booking.a_type(item_codes=[ITEM])
    assert await offered() == (True, {"book"}, {"slots"})
    await AppointmentType.filter(id=kind.id).update(active=False)
    assert await offered() == (False, set(), set())


async def test_from_a_hall_to_its_free_slots(city: httpx.AsyncClient) -> None:
    hall = await booking.a_hall(code="9911")
    kind = await booking.a_type(hall=hall, name="身份证办理", item_codes=[ITEM])
    slot = await booking.a_slot(of=kind, capacity=3, starts_in=timedelta(days=2))
    assert [one["code"] for one in await asked(city, f"/v1/halls?item={ITEM}")] == ["9911"]
    assert await asked(city, "/v1/halls?item=another") == []
    page = await asked(city, "/v1/halls/9911")
    assert page["departments"][0]["types"][0]["code"] == kind.code
    of = await asked(city, f"/v1/types/{kind.code}")
    assert [(one["date"], one["free"]) for one in of["dates"]] == [(slot.day.isoformat(), 3)]
    free = await asked(city, f"/v1/slots?type_id={of['id']}&date={slot.day}")
    assert [(one["id"], one["free"], one["state"]) for one in free] == [(slot.id, 3, "open")]


@pytest.mark.parametrize(
    ("path", "code"),
    [
        ("/v1/guides/nothing", "ItemNotFound"),
        ("/v1/halls/nothing", "HallNotFound"),
        ("/v1/types/nothing", "TypeNotFound"),
        ("/v1/slots?type_id=1&date=2026-01-31", "TypeNotFound"),
        ("/v1/nothing", "NotFound"),
    ],
)
async def test_what_is_not_there_is_named(city: httpx.AsyncClient, path: str, code: str) -> None:
    answer = await city.get(path)
    assert (answer.status_code, answer.json()["code"]) == (404, code)


def listeners(patch: pytest.MonkeyPatch) -> dict[str, tuple[Any, str]]:
    """By name, what the citizen door does when it begins and ends, and when."""
    listening: dict[str, tuple[Any, str]] = {}
    patch.setattr(Sanic, "register_listener", lambda _, one, event: listening.update({one.__name__: (one, event)}))
    citizen_door.create_app()
    return listening


async def test_the_guides_are_read_before_anybody_asks(
    city: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    begin, when = listeners(monkeypatch)["_begin_to_read"]
    assert when == "after_server_start"
    door = SimpleNamespace(ctx=SimpleNamespace())
    await begin(door)
    await door.ctx.reading
    assert knowledge._Shelf.snapshot
    assert knowledge._Shelf.snapshot.version == str(await edition.number())


async def test_stopped_while_the_guides_are_read_nothing_is_left_pending(monkeypatch: pytest.MonkeyPatch) -> None:
    async def for_ever() -> None:
        await asyncio.Event().wait()

    monkeypatch.setattr(knowledge, "current", for_ever)
    ours = listeners(monkeypatch)
    end, when = ours["_read_no_further"]
    assert when == "before_server_stop"
    door = SimpleNamespace(ctx=SimpleNamespace())
    await end(door)  # it never began
    await ours["_begin_to_read"][0](door)
    await end(door)
    assert door.ctx.reading.cancelled()
