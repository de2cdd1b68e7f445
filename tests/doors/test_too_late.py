"""A full slot at the citizens' door: answered at once, as any refusal looks, and only when all is known."""

from collections.abc import AsyncIterator

import httpx
import msgspec
import pytest
import redis.asyncio

from appointments import booking, gathering, sold_out
from foundation import bus
from foundation import redis as our_redis
from identity import session_store, sessions
from identity.models import Citizen
from miniprogram_bff.screens import book
from tests.builders.appointments import a_citizen, a_full_slot, a_slot
from tests.builders.doors import sign_in
from tests.foundation.test_bus import until

KEY = "a-key-of-mine"


@pytest.fixture(autouse=True)
async def listening(bff: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[None]:
    """A moment lasts a minute here: the machine may be busy."""
    for memory in (sold_out._full, sessions._known):
        monkeypatch.setattr(memory, "_seconds", 60)
    sold_out._full.forget()
    await bus.start()
    await until(bus.hears)
    yield
    await bus.stop()
    sold_out._full.forget()
    sessions._known.forget()


async def a_late_citizen() -> dict[str, str]:
    return await sign_in(await Citizen.get(id=(await a_citizen()).number))


def wish(slot_id: int, me: dict[str, str], key: str = KEY) -> dict[str, object]:
    return {"json": {"slot_id": slot_id}, "headers": {**me, "Idempotency-Key": key}}


def bare(slot_id: object, me: dict[str, str], **changed: str) -> tuple[dict[str, str], bytes]:
    """The same, as it is looked at before Sanic does."""
    headers = {"authorization": me["Authorization"], "content-type": "application/json", "idempotency-key": KEY}
    return {**headers, **changed}, msgspec.json.encode({"slot_id": slot_id})


async def test_what_is_known_early_is_what_the_door_says(bff: httpx.AsyncClient) -> None:
    slot, _, _ = await a_full_slot()
    me = await a_late_citizen()
    await gathering.ours().finish()
    refusal = book.too_late(*bare(slot.id, me))
    assert refusal is not None
    sold_out._full.forget()
    said = (await bff.post("/v1/bookings", **wish(slot.id, me))).json()
    assert said == {**refusal.as_dict(), "request_id": said["request_id"]}
    assert [one.early for one in book.routes if one.path == "/v1/bookings"] == [book.too_late]


async def test_what_is_wrong_or_new_is_looked_at(bff: httpx.AsyncClient) -> None:
    slot, other = (await a_full_slot())[0], await a_slot()
    me = await a_late_citizen()
    await gathering.ours().finish()
    assert book.too_late(*bare(slot.id, me)) is not None
    for asked in (
        bare(other.id, me),
        bare(0, me),
        bare("x", me),
        bare(slot.id, me, authorization=""),
        bare(slot.id, me, **{"idempotency-key": "short"}),
        bare(slot.id, me, **{"content-type": "text/plain"}),
        (bare(slot.id, me)[0], b"{"),
    ):
        assert book.too_late(*asked) is None


async def test_the_holder_finds_the_booking_by_its_key(bff: httpx.AsyncClient) -> None:
    slot, me = await a_slot(), await a_late_citizen()
    first = await bff.post("/v1/bookings", **wish(slot.id, me))
    await gathering.ours().finish()
    assert sold_out.is_known(slot.id)
    again = await bff.post("/v1/bookings", **wish(slot.id, me))
    assert (again.status_code, again.json()["code"]) == (201, first.json()["code"])


async def test_who_is_signed_out_is_nobody_at_once(bff: httpx.AsyncClient, redis_db: redis.asyncio.Redis) -> None:
    slot, citizen = await a_slot(), await a_citizen()
    me = await sign_in(await Citizen.get(id=citizen.number))
    assert (await bff.get("/v1/bookings", headers=me)).status_code == 200
    (session_id,) = sessions._known._kept
    await sessions.sign_out_everywhere(citizen.number)
    await until(lambda: sessions._known.get(session_id) is None)
    assert (await bff.post("/v1/bookings", **wish(slot.id, me))).status_code == 401


async def test_who_is_known_is_not_looked_up_each_time(bff: httpx.AsyncClient, redis_db: redis.asyncio.Redis) -> None:
    me = await a_late_citizen()
    assert (await bff.get("/v1/bookings", headers=me)).status_code == 200
    await redis_db.flushdb()  # without a word
    assert (await bff.get("/v1/bookings", headers=me)).status_code == 200


async def test_without_redis_those_known_go_on(bff: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch) -> None:
    known, unknown = await a_late_citizen(), await a_late_citizen()
    slot = await a_slot(capacity=2)
    assert (await bff.get("/v1/bookings", headers=known)).status_code == 200

    async def gone(*_: object) -> None:
        raise our_redis.RedisGone

    monkeypatch.setattr(session_store, "find", gone)
    monkeypatch.setattr(sessions._known, "_seconds", -1)
    assert (await bff.post("/v1/bookings", **wish(slot.id, known))).status_code == 201
    assert (await bff.post("/v1/bookings", **wish(slot.id, unknown))).status_code == 503


async def test_a_free_place_is_had_at_once(bff: httpx.AsyncClient) -> None:
    slot, holder, held = await a_full_slot()
    me = await a_late_citizen()
    assert (await bff.post("/v1/bookings", **wish(slot.id, me))).status_code == 409
    await gathering.ours().finish()
    await booking.cancel(code=held.code, by=holder)
    await until(lambda: not sold_out.is_known(slot.id))
    assert (await bff.post("/v1/bookings", **wish(slot.id, me))).status_code == 201


async def test_one_citizen_cannot_ask_without_end(bff: httpx.AsyncClient) -> None:
    me = await a_late_citizen()
    answers = [(await bff.post("/v1/bookings", **wish(404404, me))) for _ in range(60)]
    assert {one.status_code for one in answers} == {404}
    while (last := await bff.post("/v1/bookings", **wish(404404, me))).status_code == 404:
        answers.append(last)  # one more each second is granted to who is slow
        assert len(answers) < 1000
    assert last.status_code == 429
    assert int(last.headers["retry-after"]) >= 1
