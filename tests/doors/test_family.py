"""亲友 as a citizen's phone sees it. What is another's is not there: 404, never 403."""

from datetime import timedelta
from typing import Any

import httpx
import pytest

from foundation import clock
from identity import verifier
from identity.idnumber import Identity
from tests.builders import identity
from tests.builders.doors import sign_in
from tests.builders.identity import id_number
from tests.doors.test_own_screens import Caller, caller


@pytest.fixture(autouse=True)
def _the_verifier_agrees(monkeypatch: pytest.MonkeyPatch) -> None:
    async def agrees(*, name: str, identity: Identity) -> bool:
        return True

    monkeypatch.setattr(verifier, "ask", agrees)


@pytest.fixture
async def me(bff: httpx.AsyncClient) -> Caller:
    return await caller(bff)


@pytest.fixture
async def mother(bff: httpx.AsyncClient) -> Caller:
    number = id_number()
    citizen = await identity.citizen(name="李四", number=number)
    return Caller(bff, citizen, await sign_in(citizen), Identity.of("id_card", number))


def mandate(**more: Any) -> dict[str, Any]:
    return {"scope": ["book"], "until": (clock.today() + timedelta(days=5)).isoformat(), **more}


async def test_family_and_minors(me: Caller, mother: Caller) -> None:
    given = {"relation": "parent", "name": "李四", "id_number": mother.papers.number}
    added = await me("POST", "/v1/family", given)
    assert added.status_code == 201, added.text
    assert mother.papers.number not in added.text
    assert await me.refused("POST", "/v1/family", given) == (409, "AlreadyFamily")
    await me("POST", "/v1/family/minors", {"name": "张小", "born": (clock.today() - timedelta(days=90)).isoformat()})
    page = await me.get("/v1/family")
    assert [(one["name"], one["relation"], one["minor"]) for one in page["members"]] == [
        ("李*", "父母", False), ("张小", "子女", True)
    ]  # fmt: skip
    assert [one["tie"] for one in (await me.get("/v1/screens/for-whom"))["people"]] == ["self", "family", "minor"]
    (listed,) = (await mother.get("/v1/family"))["on_lists"]
    assert listed == {"id": page["members"][0]["id"], "name": "张*"}
    assert (await mother("POST", f"/v1/family/{listed['id']}/refuse")).status_code == 204
    assert [one["tie"] for one in (await me.get("/v1/screens/for-whom"))["people"]] == ["self", "minor"]
    assert await me.refused("POST", "/v1/family", given) == (409, "DoesNotWant")
    assert (await me("DELETE", f"/v1/family/{page['members'][1]['id']}")).status_code == 204
    assert (await me.get("/v1/family"))["members"] == []


async def test_a_delegation_by_code_and_its_end(me: Caller, mother: Caller) -> None:
    made = (await mother("POST", "/v1/delegations/invitations", mandate())).json()
    assert len((await mother.get("/v1/family"))["invitations"]) == 1
    page = (await me("POST", "/v1/delegations/accept", {"code": made["code"]})).json()
    (held,) = page["principals"]
    assert (held["name"], held["scope_names"]) == ("李*", ["预约"])
    assert await me.refused("POST", "/v1/delegations/accept", {"code": made["code"]}) == (404, "InvitationOver")
    assert [(one["name"], one["tie"]) for one in (await me.get("/v1/screens/for-whom"))["people"]] == [
        ("张*", "self"),
        ("李*", "principal"),
    ]
    (agent,) = (await mother.get("/v1/family"))["agents"]
    assert (await mother("DELETE", f"/v1/delegations/{agent['id']}")).status_code == 204
    assert (await me.get("/v1/family"))["principals"] == []


async def test_a_delegation_asked_for(me: Caller, mother: Caller) -> None:
    asked = await me("POST", "/v1/delegations/requests", mandate(name="李四", id_number=mother.papers.number))
    unknown = await me("POST", "/v1/delegations/requests", mandate(name="李四", id_number=id_number()))
    first, second = asked.json()["asked_by_me"][0], unknown.json()["asked_by_me"][1]
    assert (asked.status_code, {**first, "id": 0}) == (unknown.status_code, {**second, "id": 0})
    (request,) = (await mother.get("/v1/family"))["asked_of_me"]
    assert (await mother("POST", f"/v1/delegations/requests/{request['id']}/agree")).json()["agents"][0][
        "name"
    ] == "张*"
    assert (await me("DELETE", f"/v1/delegations/requests/{second['id']}")).status_code == 204
    assert (await me.get("/v1/family"))["asked_by_me"] == []


async def test_what_is_anothers_is_not_there(me: Caller, mother: Caller, bff: httpx.AsyncClient) -> None:
    stranger = await caller(bff)
    await me("POST", "/v1/family", {"relation": "parent", "name": "李四", "id_number": mother.papers.number})
    await me("POST", "/v1/delegations/requests", mandate(name="李四", id_number=mother.papers.number))
    code = (await mother("POST", "/v1/delegations/invitations", mandate())).json()["code"]
    page = await me.get("/v1/family")
    member, asked = page["members"][0]["id"], page["asked_by_me"][0]["id"]
    invitation = (await mother.get("/v1/family"))["invitations"][0]["id"]
    tries = [
        ("DELETE", f"/v1/family/{member}", "FamilyNotFound"),
        ("POST", f"/v1/family/{member}/refuse", "FamilyNotFound"),
        ("POST", f"/v1/delegations/requests/{asked}/agree", "RequestNotFound"),
        ("POST", f"/v1/delegations/requests/{asked}/decline", "RequestNotFound"),
        ("DELETE", f"/v1/delegations/requests/{asked}", "RequestNotFound"),
        ("DELETE", f"/v1/delegations/invitations/{invitation}", "InvitationOver"),
    ]
    for method, path, refusal in tries:
        assert await stranger.refused(method, path) == (404, refusal)
        nowhere = path.replace(str(member), "999999") if "family" in path else path
        assert await stranger.refused(method, nowhere) == (404, refusal)
    await me("POST", "/v1/delegations/accept", {"code": code})
    (held,) = (await me.get("/v1/family"))["principals"]
    assert await stranger.refused("DELETE", f"/v1/delegations/{held['id']}") == (404, "NoSuchDelegation")
