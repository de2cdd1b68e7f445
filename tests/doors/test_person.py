"""找人工 at the citizens' door: the queue, replies by events and by asking, and coming back where one was."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
import pytest

from assistant import asking, handover_desk, knowledge, live
from assistant.handover_models import Handover
from assistant.models import Conversation
from foundation import bus
from foundation.actor import Actor
from miniprogram_bff.app import create_app
from tests.builders import handovers, identity
from tests.builders.doors import sign_in
from tests.serving import serving

pytestmark = pytest.mark.usefixtures("db", "redis_db")

KEY = {"Idempotency-Key": "5f0c1a6e-8a54-4a0e-9d2b-000000000001"}


@pytest.fixture(autouse=True)
async def nothing_known(db: None) -> AsyncIterator[None]:
    """A city without guides, whatever another test has published; what this one publishes is forgotten."""
    knowledge.forget()
    yield
    knowledge.forget()


@pytest.fixture
async def agent() -> Actor:
    return Actor.staff(await identity.staff(("agent", "")))


@asynccontextmanager
async def a_door() -> AsyncIterator[httpx.AsyncClient]:
    async with serving(create_app()) as base, httpx.AsyncClient(base_url=base, timeout=20) as client:
        yield client


@pytest.fixture
async def words() -> AsyncIterator[None]:
    """The bus, as a door that has started hears it."""
    await bus.start()
    async with asyncio.timeout(10):
        while not bus.hears():
            await asyncio.sleep(0.01)
    yield
    await bus.stop()


async def events(answer: httpx.Response) -> AsyncIterator[tuple[str, str, Any]]:
    """Kind, id and data of each event but the beats."""
    fields: dict[str, str] = {}
    async for line in answer.aiter_lines():
        name, _, value = line.partition(": ")
        if line:
            fields[name] = value
        else:
            if fields.get("event") not in (None, "beat"):
                yield fields["event"], fields.get("id", ""), json.loads(fields["data"])
            fields = {}


async def the_next(told: AsyncIterator[tuple[str, str, Any]], kind: str) -> tuple[str, Any]:
    async with asyncio.timeout(20):
        async for one, number, data in told:
            if one == kind:
                return number, data
    raise AssertionError(f"the stream ended before {kind}")


async def test_replies_arrive_live_and_a_restarted_door_goes_on_from_there(agent: Actor, words: None) -> None:
    with handovers.office_hours():
        async with a_door() as door:
            token = (await door.post("/v1/ask", json={"question": "明天会下雨吗"})).json()["conversation"]
            place = await door.post(f"/v1/conversations/{token}/person", json={})
            assert (place.status_code, place.json()["state"], place.json()["ahead"]) == (200, "waiting", 0)
            one = await Handover.get()
            async with door.stream("GET", f"/v1/conversations/{token}/events") as answer:
                assert answer.headers["content-type"].startswith("text/event-stream")
                told = events(answer)
                assert (await the_next(told, "standing"))[1]["minutes"] == 5
                await handover_desk.take(handover_id=one.id, by=agent)
                assert (await the_next(told, "standing"))[1]["state"] == "held"
                await handover_desk.typing(handover_id=one.id, by=agent)
                assert (await the_next(told, "typing"))[1] is True
                await handover_desk.reply(handover_id=one.id, text="您好", by=agent)
                last, line = await the_next(told, "line")
                assert (line["said_by"], line["text"]) == ("agent", "您好")
            held = await door.post("/v1/ask", json={"question": "在吗", "conversation": token}, headers=KEY)
            again = await door.post("/v1/ask", json={"question": "在吗", "conversation": token}, headers=KEY)
            assert held.json() == again.json()
            assert (held.json()["kind"], held.json()["turn"]) == ("with_person", 0)
        await handover_desk.close(handover_id=one.id, by=agent)
        async with a_door() as door:
            headers = {"Last-Event-ID": last}
            async with door.stream("GET", f"/v1/conversations/{token}/events", headers=headers) as answer:
                told = events(answer)
                assert (await the_next(told, "line"))[1]["text"] == "在吗"
                assert (await the_next(told, "line"))[1]["said_by"] == "system"
                assert (await the_next(told, "standing"))[1]["outcome"] == "closed"
            polled = (await door.get(f"/v1/conversations/{token}/messages", params={"after": last})).json()
            assert [line["said_by"] for line in polled["lines"]] == ["citizen", "system"]
            whole = (await door.get(f"/v1/screens/ask/{token}")).json()["person"]
            assert [line["said_by"] for line in whole["lines"]] == ["agent", "citizen", "system"]
            assert whole["standing"] == polled["standing"]


async def test_without_the_bus_a_listener_still_hears(agent: Actor, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("miniprogram_bff.screens.person.LOOK_WHEN_DEAF", 0.1)
    monkeypatch.setattr("miniprogram_bff.screens.person.WAKE_EVERY", 0.05)
    token, one = await handovers.asked()
    async with a_door() as door, door.stream("GET", f"/v1/conversations/{token}/events") as answer:
        told = events(answer)
        await the_next(told, "standing")
        await handover_desk.take(handover_id=one.id, by=agent)
        assert (await the_next(told, "standing"))[1]["state"] == "held"


async def test_who_it_is_decides_and_what_cannot_be_read_is_said() -> None:
    citizen = await identity.citizen()
    async with a_door() as door:
        headers = await sign_in(citizen)
        token = (await asking.ask(question="明天会下雨吗", by=Actor.citizen(citizen.id))).conversation
        for path in ("messages", "events"):
            assert (await door.get(f"/v1/conversations/{token}/{path}")).json()["code"] == "ConversationNotFound"
        assert (await door.get(f"/v1/conversations/{token}/messages", headers=headers)).json()["lines"] == []
        assert (await door.get(f"/v1/screens/ask/{token}")).json()["code"] == "ConversationNotFound"
        whole = (await door.get(f"/v1/screens/ask/{token}", headers=headers)).json()
        assert [one["question"] for one in whole["turns"]] == ["明天会下雨吗"]
        assert (whole["person"]["standing"]["state"], whole["person"]["lines"]) == ("none", [])
        wrong = await door.get(f"/v1/conversations/{token}/events", headers={**headers, "Last-Event-ID": "x"})
        assert (wrong.status_code, wrong.json()["code"]) == (400, "EventIdUnreadable")
        short = await door.post("/v1/ask", json={"question": "你好"}, headers={"Idempotency-Key": "short"})
        assert short.json()["code"] == "TurnKeyUnreadable"
        gone = await door.delete(f"/v1/conversations/{token}/person", headers=headers)
        assert (gone.status_code, gone.json()["code"]) == (409, "HandoverOver")
        assert (await door.post(f"/v1/conversations/{token}/typing", headers=headers)).status_code == 204
        talk = await Conversation.get(token=token)
        for _ in range(live.MOST_OF_ONE):
            live._ears.setdefault(talk.id, set()).add(live.Ear())
        try:
            many = await door.get(f"/v1/conversations/{token}/events", headers=headers)
            assert (many.status_code, many.json()["code"]) == (429, "TooManyListeners")
        finally:
            live._ears.clear()
