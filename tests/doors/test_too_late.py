"""A full slot at the citizens' door: answered at once, as any refusal looks, and only when all is known."""

from collections.abc import AsyncIterator

import httpx
import pytest
import redis.asyncio

from appointments import booking, gathering, sold_out
from foundation import bus, metrics
from foundation import redis as our_redis
from identity import session_store, sessions
from identity.models import Citizen
from miniprogram_bff.screens import book
from tests.builders.appointments import a_citizen, a_full_slot, a_slot
from tests.builders.doors import sign_in
from tests.foundation.test_bus import until

COUNTED = 'requests_total{method="POST",route="/v1/bookings",status="409"}'


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


@pytest.fixture
def reached(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """The slots of the requests that were looked at."""
    seen: list[object] = []
    really = booking.reserve

    async def looked_at(**wanted: object) -> booking.Booking:
        seen.append(wanted["slot_id"])
        return await really(**wanted)  # type: ignore[arg-type]

    monkeypatch.setattr(book.booking, "reserve", looked_at)
    return seen


async def a_late_citizen() -> dict[str, str]:
    return await sign_in(await Citizen.get(id=(await a_citizen()).number))


def wish(slot_id: int, me: dict[str, str], key: str = "a-key-of-mine") -> dict[str, object]:
    return {"json": {"slot_id": slot_id}, "headers": {**me, "Idempotency-Key": key}}


def counted() -> float:
    lines = metrics.exposition().decode().splitlines()
    return sum(float(line.rpartition(" ")[2]) for line in lines if line.startswith(COUNTED))


async def test_the_second_who_is_too_late_is_answered_at_once(bff: httpx.AsyncClient, reached: list[object]) -> None:
    slot, _, _ = await a_full_slot()
    me = await a_late_citizen()
    await gathering.ours().finish()
    sold_out._full.forget()
    reached.clear()
    slow = await bff.post("/v1/bookings", **wish(slot.id, me))
    await gathering.ours().finish()
    before = counted()
    quick = await bff.post("/v1/bookings", **wish(slot.id, {**me, "X-Request-Id": "my-own-request"}))
    assert reached == [slot.id]
    assert (quick.status_code, quick.headers["x-request-id"]) == (409, "my-own-request")
    assert quick.json() == {**slow.json(), "request_id": "my-own-request"}
    alike = set(slow.headers) - {"x-request-id", "content-length"}
    assert {name: quick.headers[name] for name in alike} == {name: slow.headers[name] for name in alike}
    assert counted() == before + 1


@pytest.mark.parametrize(
    ("changed", "status"),
    [
        ({"headers": {"Authorization": "", "Idempotency-Key": "a-key-of-mine"}}, 401),
        ({"headers": {"Idempotency-Key": "short"}}, 422),
        ({"json": {"slot_id": 0}}, 422),
        ({"json": {"slot_id": 1, "more": 2}}, 422),
        ({"content": b"{", "json": None}, 400),
    ],
)
async def test_what_is_wrong_is_said_as_ever(bff: httpx.AsyncClient, changed: dict[str, object], status: int) -> None:
    slot, _, _ = await a_full_slot()
    me = await a_late_citizen()
    await gathering.ours().finish()
    assert sold_out.is_known(slot.id)
    asked = wish(slot.id, me)
    headers = {**asked["headers"], "Content-Type": "application/json", **changed.pop("headers", {})}  # type: ignore[dict-item]
    assert (await bff.post("/v1/bookings", **{**asked, **changed, "headers": headers})).status_code == status


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
