"""停办改约 as a citizen's phone sees it."""

import httpx

from identity.models import Citizen
from tests.builders.appointments import a_citizen
from tests.builders.closures import Shut, announced
from tests.builders.doors import sign_in


async def signed_in(shut: Shut) -> dict[str, str]:
    return await sign_in(await Citizen.get(id=shut.people[0].number))


async def test_two_taps(bff: httpx.AsyncClient) -> None:
    shut = await announced(worked=True)
    me, code = await signed_in(shut), (await shut.offer()).code
    page = (await bff.get("/v1/screens/bookings", headers=me)).json()
    (listed,) = page["rebooks"]
    assert [one["state"] for one in page["bookings"]] == ["office_cancelled"]
    assert (listed["code"], listed["reason"]) == (code, "台风登陆")
    seen = (await bff.get(f"/v1/rebook/{code}", headers=me)).json()
    assert (seen["offer"], seen["label"], seen["booking_code"]) == ("open", "待改约", None)
    assert seen["old"]["state"] == "office_cancelled"
    assert [one["same"] for one in seen["suggested"]] == [True, True]
    taken = [await bff.post(f"/v1/rebook/{code}/accept", headers=me) for _ in range(2)]
    assert [(one.status_code, one.json()["state"]) for one in taken] == [(201, "booked")] * 2
    assert taken[0].json()["starts_at"] == seen["held"]["starts_at"]
    after = (await bff.get(f"/v1/rebook/{code}", headers=me)).json()
    assert (after["offer"], after["booking_code"], after["held"]) == ("accepted", taken[0].json()["code"], None)
    page = (await bff.get("/v1/screens/bookings", headers=me)).json()
    assert page["rebooks"] == []
    assert [one["state"] for one in page["bookings"]] == ["booked", "office_cancelled"]


async def test_another_time(bff: httpx.AsyncClient) -> None:
    shut = await announced(worked=True)
    me, code = await signed_in(shut), (await shut.offer()).code
    found = (await bff.get(f"/v1/rebook/{code}/choices", headers=me)).json()
    assert [one["slot_id"] for one in found] == [one.id for one in shut.later[1:]]
    foreign = await bff.post(f"/v1/rebook/{code}/choose", json={"slot_id": 404, "type_id": 1}, headers=me)
    assert (foreign.status_code, foreign.json()["code"]) == (409, "NotOffered")
    wanted = {"slot_id": found[-1]["slot_id"], "type_id": found[-1]["type_id"]}
    chosen = await bff.post(f"/v1/rebook/{code}/choose", json=wanted, headers=me)
    assert (chosen.status_code, chosen.json()["starts_at"]) == (201, found[-1]["starts_at"])
    over = await bff.post(f"/v1/rebook/{code}/decline", headers=me)
    assert (over.status_code, over.json()["code"]) == (409, "RebookOver")


async def test_no_thanks(bff: httpx.AsyncClient) -> None:
    shut = await announced(worked=True)
    me, code = await signed_in(shut), (await shut.offer()).code
    assert (await bff.post(f"/v1/rebook/{code}/decline", headers=me)).json()["label"] == "已谢绝"
    refused = await bff.post(f"/v1/rebook/{code}/accept", headers=me)
    assert (refused.status_code, refused.json()["code"]) == (409, "RebookOver")


async def test_anothers_offer_is_not_there(bff: httpx.AsyncClient) -> None:
    shut = await announced(worked=True)
    code = (await shut.offer()).code
    stranger = await sign_in(await Citizen.get(id=(await a_citizen()).number))
    assert (await bff.get("/v1/screens/bookings", headers=stranger)).json() == {"bookings": [], "rebooks": []}
    for answer in (
        await bff.get(f"/v1/rebook/{code}", headers=stranger),
        await bff.get(f"/v1/rebook/{code}/choices", headers=stranger),
        await bff.post(f"/v1/rebook/{code}/accept", headers=stranger),
    ):
        assert (answer.status_code, answer.json()["code"]) == (404, "RebookNotFound")
