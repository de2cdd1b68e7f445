"""问一问 at the door: what stands beside an answer, what is kept of it, and coming back for what was missed."""

import json
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import httpx
import pytest

from assistant import also_needed, knowledge, rule_facts
from assistant.models import Conversation, Turn
from catalogue import shelf
from foundation import database
from tests.builders import appointments as booking
from tests.builders import catalogue, payments
from tests.builders.assistant import publish
from tests.builders.doors import sign_in
from tests.builders.rules import NO_SHOWS, a_rule

ITEM = "11990100DEMA0001133990100001000"
KEY = "5f0c1a6e-8a54-4a0e-9d2b-6f3d0a6f7c11"


@pytest.fixture
async def city(bff: httpx.AsyncClient) -> AsyncIterator[httpx.AsyncClient]:
    await catalogue.small_city()
    for forget in (knowledge.forget, rule_facts.forget, also_needed.forget):
        forget()
    yield bff
    for forget in (knowledge.forget, rule_facts.forget, also_needed.forget):
        forget()


async def ask(client: httpx.AsyncClient, question: str, **other: Any) -> Any:
    headers = other.pop("headers", {})
    answer = await client.post("/v1/ask", json={"question": question, **other}, headers=headers)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def test_free_places_stand_beside_how_to_book(city: httpx.AsyncClient) -> None:
    hall = await booking.a_hall(code="9911", name="望海大厅")
    kind = await booking.a_type(hall=hall, name="身份证办理", item_codes=[ITEM])
    slot = await booking.a_slot(of=kind, capacity=3, starts_in=timedelta(days=2))
    answer = await ask(city, "身份证换领怎么预约", longitude=123.5, latitude=28.2)
    (free,) = answer["live"]
    assert (free["kind"], free["rows"][0]["left"]) == ("slots", 3)
    assert free["rows"][0]["page"] == f"book/9911/{kind.code}?date={slot.day}&slot={slot.id}"
    assert (await ask(city, "身份证换领要什么材料"))["live"] == []


async def test_a_rule_with_the_number_that_is_in_force(city: httpx.AsyncClient) -> None:
    await a_rule("no-show-120", **NO_SHOWS)
    answer = await ask(city, "爽约几次会被限制")
    (passage,) = answer["passages"]
    assert "爽约 2 次，限制预约 90 天" in passage["text"]
    assert (passage["source"]["item_code"], passage["source"]["item_name"]) == ("", "预约规则与限制")
    assert ("screen", "credit") in {(card["kind"], card["target"]) for card in answer["cards"]}


async def test_what_is_personal_is_shown_to_them_and_kept_nowhere(city: httpx.AsyncClient) -> None:
    citizen, identity = await payments.a_payer("wechat")
    bill = await payments.a_bill(payer=identity, fen=9876)
    headers = await sign_in(citizen) | {"Idempotency-Key": KEY}
    answer = await ask(city, "我有没有要交的费", headers=headers)
    assert answer["live"][0]["rows"][0]["fen"] == 9876
    again = await ask(city, "我有没有要交的费", headers=headers)
    assert (again["turn"], again["live"]) == (answer["turn"], answer["live"])
    kept = json.dumps([one.answer for one in await Turn.all()], ensure_ascii=False)
    kept += str(await database.fetchval("select string_agg(answer::text, ' ') from idempotency_key"))
    assert bill.pay_code not in kept
    assert "98.76" not in kept
    visitor = await ask(city, "我有没有要交的费")
    assert [row["page"] for row in visitor["live"][0]["rows"]] == ["login"]


async def test_who_lost_the_line_comes_back_for_the_rest(city: httpx.AsyncClient) -> None:
    first = await ask(city, "身份证换领要什么材料")
    second = await ask(city, "怎么取消预约", conversation=first["conversation"])
    path = f"/v1/conversations/{first['conversation']}/turns"
    both = (await city.get(path)).json()
    assert [one["answer"]["turn"] for one in both] == [first["turn"], second["turn"]]
    assert both[0]["question"] == "身份证换领要什么材料"
    assert both[0]["answer"]["passages"] == first["passages"]
    (rest,) = (await city.get(f"{path}?after={first['turn']}")).json()
    assert (rest["answer"]["passages"], rest["answer"]["live"]) == (second["passages"], [])
    nobodys = await city.get("/v1/conversations/nobodys/turns")
    assert (nobodys.status_code, nobodys.json()["code"]) == (404, "ConversationNotFound")


async def test_what_others_asked_beside_it(bff: httpx.AsyncClient) -> None:
    one, other = await publish("普通护照签发", fees="120 元一本。"), await publish("港澳通行证", fees="60 元。")
    for forget in (knowledge.forget, also_needed.forget, shelf.forget):
        forget()
    for nth in range(3):
        talk = await Conversation.create(token=f"talk-{nth}")
        for item in (one, other):
            await Turn.create(conversation=talk, question="办", band="answer", item_code=item.item_code)
    answer = await ask(bff, "普通护照签发多少钱")
    assert answer["also"] == [{"item_code": other.item_code, "name": "港澳通行证"}]
    for forget in (knowledge.forget, also_needed.forget, shelf.forget):
        forget()
