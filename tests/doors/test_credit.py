"""预约信用 as a citizen's phone sees it, and one person through two platforms at once."""

import asyncio

import httpx

from appointments import credit
from foundation.actor import Actor
from identity.models import Citizen
from tests.builders.appointments import a_citizen, a_slot
from tests.builders.doors import sign_in
from tests.builders.rules import NO_SHOWS, a_rule, no_shows


async def signed_in(*, platform: str = "wechat", citizen: Actor | None = None) -> tuple[Actor, dict[str, str]]:
    citizen = citizen or await a_citizen()
    return citizen, await sign_in(await Citizen.get(id=citizen.number), platform=platform)


async def test_why_i_am_blocked_and_what_i_say_to_it(bff: httpx.AsyncClient) -> None:
    await a_rule(**NO_SHOWS)
    citizen, me = await signed_in()
    assert (await bff.get("/v1/me/sanctions", headers=me)).json() == []
    missed = await no_shows(citizen)
    headers = {**me, "Idempotency-Key": "one-intent"}
    refused = await bff.post("/v1/bookings", json={"slot_id": (await a_slot()).id}, headers=headers)
    assert (refused.status_code, refused.json()["code"]) == (409, "Sanctioned")
    assert "申诉" in refused.json()["message"]
    (shown,) = (await bff.get("/v1/me/sanctions", headers=me)).json()
    assert shown["code"] == refused.json()["detail"]["sanction"]
    assert (shown["label"], shown["can_appeal"], shown["appeal"]) == ("限制中", True, None)
    assert {(one["code"], one["what"]) for one in shown["causes"]} == {(one.code, "爽约") for one in missed}
    path = f"/v1/me/sanctions/{shown['code']}/appeal"
    short = await bff.post(path, json={"text": "不"}, headers=me)
    assert (short.status_code, short.json()["code"]) == (422, "AppealInvalid")
    filed = await bff.post(path, json={"text": "当天住院，有医院证明"}, headers=me)
    assert (filed.status_code, filed.json()["appeal"]["label"]) == (201, "待处理")
    again = await bff.post(path, json={"text": "当天住院，有医院证明"}, headers=me)
    assert (again.status_code, again.json()["code"]) == (409, "AlreadyAppealed")


async def test_nobody_elses_record_is_there(bff: httpx.AsyncClient) -> None:
    await a_rule(**NO_SHOWS)
    citizen, _ = await signed_in()
    await no_shows(citizen)
    (held,) = await credit.of(citizen)
    _, stranger = await signed_in()
    assert (await bff.get("/v1/me/sanctions", headers=stranger)).json() == []
    answer = await bff.post(f"/v1/me/sanctions/{held.code}/appeal", json={"text": "我要申诉试试"}, headers=stranger)
    assert (answer.status_code, answer.json()["code"]) == (404, "SanctionNotFound")


async def test_one_person_through_wechat_and_alipay_at_once(bff: httpx.AsyncClient) -> None:
    """The rule counts the person, not the account; see the controls of `tests/races/test_limits.py`."""
    await a_rule(period="month", event="held_now", threshold=2)
    citizen, wechat = await signed_in(platform="wechat")
    _, alipay = await signed_in(platform="alipay", citizen=citizen)
    slots = [await a_slot() for _ in range(8)]
    answers = await asyncio.gather(
        *(
            bff.post(
                "/v1/bookings",
                json={"slot_id": slot.id},
                headers={**(wechat if n % 2 else alipay), "Idempotency-Key": f"intent-no-{n}"},
            )
            for n, slot in enumerate(slots)
        )
    )
    assert sorted(one.status_code for one in answers) == [201, 201, *[409] * 6]
    assert {one.json()["code"] for one in answers if one.status_code == 409} == {"TooManyBookings"}
