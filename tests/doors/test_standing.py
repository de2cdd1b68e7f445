"""实名等级, 监护, 委托历史 and delegations that name items, at the door."""

from datetime import timedelta

import httpx
import pytest

from foundation import clock
from identity import guardians, verifier
from tests.builders import appointments as booking
from tests.builders import cases, payments
from tests.builders.identity import id_number
from tests.doors.test_own_screens import Caller, caller


async def agrees(**_: object) -> bool:
    return True


@pytest.fixture(autouse=True)
def _registers_agree(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(verifier, "ask", agrees)
    monkeypatch.setattr(verifier, "ask_phone", agrees)
    monkeypatch.setattr(guardians, "ask_register", agrees)


@pytest.fixture
async def me(bff: httpx.AsyncClient) -> Caller:
    return await caller(bff)


async def test_the_level_says_what_is_one_step_away(me: Caller) -> None:
    level = await me.get("/v1/me/level")
    assert (level["level"], level["next_step"]) == (2, "核对手机号是否本人办理")
    allowed = {one["name"]: one["allowed"] for one in level["acts"]}
    assert allowed["预约、候补和摇号"]
    assert not allowed["以法定代表人身份登记单位"]
    assert await me.refused("POST", "/v1/me/level/phone") == (403, "PhoneNeeded")


async def test_a_guardian_books_for_a_child_alone(me: Caller, bff: httpx.AsyncClient) -> None:
    number = id_number(born=f"{clock.today().year - 9}0101")
    added = await me("POST", "/v1/wards", {"name": "张小", "id_number": number})
    assert added.status_code == 201, added.text
    (child,) = [one for one in (await me.get("/v1/screens/for-whom"))["people"] if one["tie"] == "ward"]
    slot = await booking.a_slot()
    body = {"slot_id": slot.id, "members": [child["person"]]}
    made = await me("POST", "/v1/parties", body, **{"Idempotency-Key": "for-the-child"})
    assert made.status_code == 201, made.text
    assert made.json()[0]["for_whom"] == "张*"
    stranger = await caller(bff)
    assert await stranger.refused("POST", "/v1/parties", body, **{"Idempotency-Key": "not-mine-at-all"}) == (
        404,
        "PersonUnknown",
    )
    kept = added.json()["wards"][0]["id"]
    assert await stranger.refused("DELETE", f"/v1/wards/{kept}") == (404, "NoSuchDelegation")
    assert (await me("DELETE", f"/v1/wards/{kept}")).status_code == 204
    assert (await me.get("/v1/wards"))["wards"] == []


async def test_a_delegation_that_names_items_covers_those_alone(me: Caller, bff: httpx.AsyncClient) -> None:
    mother = await caller(bff)
    until = (clock.today() + timedelta(days=30)).isoformat()
    terms = {"scope": ["book", "progress"], "until": until, "items": ["social-card"]}
    code = (await mother("POST", "/v1/delegations/invitations", terms)).json()["code"]
    page = (await me("POST", "/v1/delegations/accept", {"code": code})).json()
    assert page["principals"][0]["items"] == ["social-card"]
    covered = await cases.a_case(applicant=mother.papers)
    assert (await me("GET", f"/v1/cases/{covered.case_no}")).status_code == 200
    bill = await payments.a_bill(payer=mother.papers)
    assert (await me("GET", f"/v1/bills/{bill.pay_code}")).status_code == 404  # another room
    for item_codes, answer in ((["social-card"], 201), (["id-card"], 404), ([], 404)):
        of = await booking.a_type(item_codes=item_codes)
        slot = await booking.a_slot(of=of)
        body = {"slot_id": slot.id, "members": [mother.citizen.id]}
        made = await me("POST", "/v1/parties", body, **{"Idempotency-Key": f"one-of-{answer}-{len(item_codes)}"})
        assert made.status_code == answer, made.text


async def test_what_is_over_stays_in_the_history(me: Caller, bff: httpx.AsyncClient) -> None:
    son = await caller(bff)
    until = (clock.today() + timedelta(days=30)).isoformat()
    code = (await me("POST", "/v1/delegations/invitations", {"scope": ["pay"], "until": until})).json()["code"]
    await son("POST", "/v1/delegations/accept", {"code": code})
    assert await me.get("/v1/delegations/past") == []
    (held,) = (await me.get("/v1/family"))["agents"]
    await me("DELETE", f"/v1/delegations/{held['id']}")
    (mine,), (theirs,) = await me.get("/v1/delegations/past"), await son.get("/v1/delegations/past")
    assert (mine["mine"], mine["ended_by_me"], mine["scope_names"]) == (True, True, ["缴费"])
    assert (theirs["mine"], theirs["ended_by_me"], theirs["name"]) == (False, False, "张*")
