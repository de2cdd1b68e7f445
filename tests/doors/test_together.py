"""同行与代办 as a citizen's phone sees it: all or nobody, and nothing of a stranger."""

from typing import Any

import httpx
import pytest

from foundation.actor import Actor
from tests.builders.appointments import a_citizen, booked_and_live
from tests.builders.people import a_child, a_family_slot, mandate, revoke
from tests.doors.test_own_screens import Caller, caller

KEY = {"Idempotency-Key": "one-intent-of-mine"}


@pytest.fixture
async def me(bff: httpx.AsyncClient) -> Caller:
    return await caller(bff)


@pytest.fixture
async def mother(bff: httpx.AsyncClient, me: Caller) -> Caller:
    """A principal of mine."""
    made = await caller(bff, platform="alipay")
    await mandate(actor(made), actor(me))
    return made


def actor(who: Caller) -> Actor:
    return Actor.citizen(who.citizen.id)


async def book(me: Caller, slot: Any, *members: int, **headers: str) -> httpx.Response:
    return await me("POST", "/v1/parties", {"slot_id": slot.id, "members": list(members)}, **(headers or KEY))


async def test_a_party_from_the_list_to_its_end(me: Caller, mother: Caller) -> None:
    of, slot = await a_family_slot()
    child = await a_child(actor(me))
    people = (await me.get("/v1/screens/for-whom"))["people"]
    assert await me.get("/v1/screens/for-whom") == {"acting_for": "", "people": people}
    assert [one["tie"] for one in people] == ["self", "principal", "minor"]
    assert (await me.get(f"/v1/types/{of.code}"))["party_most"] == 5
    made = await book(me, slot, *(one["person"] for one in people))
    assert made.status_code == 201, made.text
    mine, hers, childs = made.json()
    assert [one["for_whom"] for one in made.json()] == [
        "",
        "张*",
        "张小",
    ]  # an own child is told from brothers and sisters
    assert (await book(me, slot, *(one["person"] for one in people))).json() == made.json()
    assert [(one["code"], one["for_whom"]) for one in await me.get("/v1/bookings")] == [
        (one["code"], one["for_whom"]) for one in reversed(made.json())
    ]
    (seen,) = await mother.get("/v1/bookings")
    assert (seen["code"], seen["for_whom"], seen["booked_for_me"], seen["party"]) == (hers["code"], "", True, True)
    together = await me.get(f"/v1/bookings/{mine['code']}/party")
    assert (await me.get(f"/v1/screens/booking/{mine['code']}"))["together"] == together
    assert [(one["name"], one["code"]) for one in together] == [
        ("本人", mine["code"]), ("张*", hers["code"]), ("张小", childs["code"])
    ]  # fmt: skip
    hers_to_see = await mother.get(f"/v1/bookings/{hers['code']}/party")
    assert [one["code"] for one in hers_to_see] == ["", hers["code"], ""]
    assert hers_to_see[2]["name"] == "张*"  # nobody's child but the guardian's
    gone = await me("POST", f"/v1/parties/{childs['code']}/cancel")
    assert [one["state"] for one in gone.json()] == ["cancelled"] * 3
    assert await booked_and_live(slot) == (0, 0)
    assert child.number in [one["person"] for one in people]


async def test_who_cannot_is_named_masked(me: Caller, mother: Caller) -> None:
    of, slot = await a_family_slot()
    assert (await book(mother, slot, mother.citizen.id)).status_code == 201
    refused = await book(me, slot, me.citizen.id, mother.citizen.id)
    assert (refused.status_code, refused.json()["code"]) == (409, "PartyRefused")
    assert refused.json()["detail"] == [
        {"field": "members.1", "problem": "张*：当天已预约过这项业务", "code": "AlreadyBookedThatDay"}
    ]
    assert await booked_and_live(slot) == (1, 1)


async def test_an_unknown_person_and_a_strangers_id_look_the_same(me: Caller) -> None:
    _, slot = await a_family_slot()
    stranger = await a_citizen()
    answers = [await book(me, slot, number) for number in (stranger.number, 2**60)]
    assert [(one.status_code, one.json()["code"]) for one in answers] == [(404, "PersonUnknown")] * 2
    assert len({one.json()["message"] for one in answers}) == 1


async def test_after_the_revocation_nothing_is_there(me: Caller, mother: Caller) -> None:
    _, slot = await a_family_slot()
    (held,) = (await book(me, slot, mother.citizen.id)).json()
    assert held["for_whom"] == "张*"
    code = held["code"]
    assert (await me("GET", f"/v1/bookings/{code}/check-in-code")).status_code == 200
    await revoke(actor(mother))
    assert await me.get("/v1/bookings") == []
    for method, path in (
        ("GET", f"/v1/bookings/{code}"), ("GET", f"/v1/bookings/{code}/party"),
        ("GET", f"/v1/bookings/{code}/check-in-code"), ("POST", f"/v1/bookings/{code}/cancel"),
        ("POST", f"/v1/parties/{code}/cancel"),
    ):  # fmt: skip
        assert await me.refused(method, path) == (404, "BookingNotFound")
    assert [one["code"] for one in await mother.get("/v1/bookings")] == [code]
    assert (await mother("POST", f"/v1/bookings/{code}/cancel")).status_code == 200


async def test_a_key_is_needed_and_members_are_few(me: Caller) -> None:
    _, slot = await a_family_slot()
    given = {"slot_id": slot.id, "members": [me.citizen.id]}
    assert await me.refused("POST", "/v1/parties", given) == (422, "KeyNeeded")
    assert await me.refused("POST", "/v1/parties", {**given, "members": []}, **KEY) == (422, "InvalidFields")
    assert await me.refused("POST", "/v1/parties", {**given, "members": [me.citizen.id] * 2}, **KEY) == (
        422, "MemberTwice",
    )  # fmt: skip
