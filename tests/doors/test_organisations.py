"""单位办理 at the door: what is the organisation's is its own, outlives its agents, and is nobody else's to see."""

from datetime import timedelta

import httpx
import pytest

from appointments.booking import cancel
from foundation import clock
from foundation.actor import Actor
from identity import organisation_agents, organisation_register
from identity.idnumber import Identity
from identity.organisation_models import Organisation, OrganisationAgent
from tests.builders import appointments as booking
from tests.builders import cases, draws, organisations, payments, people
from tests.builders.doors import sign_in
from tests.builders.organisations import Says
from tests.doors.test_own_screens import Caller, caller


async def calls(door: httpx.AsyncClient, citizen: object, number: str = "") -> Caller:
    papers = Identity.of("credit_code", number) if number else None
    return Caller(door, citizen, await sign_in(citizen), papers)  # type: ignore[arg-type]


@pytest.fixture
async def of(bff: httpx.AsyncClient) -> Organisation:
    return await organisations.an_organisation()


async def test_bookings_bills_and_cases_are_the_organisations_and_outlive_the_agent(
    bff: httpx.AsyncClient, of: Organisation
) -> None:
    agent, colleague = await organisations.an_agent(of), await organisations.an_agent(of, name="王五")
    papers = Identity.of("credit_code", of.credit_code)
    bill = await payments.a_bill(payer=papers, payer_name=of.name)
    case = await cases.a_case(applicant=papers, applicant_name=of.name)
    slot = await booking.a_slot()
    me, stranger = await calls(bff, agent), await caller(bff)
    assert await me.get("/v1/bills") == []
    (mandate,) = (await me.get("/v1/organisations"))["mandates"]
    switched = await me("PUT", "/v1/me/acting", {"subject": mandate["subject"]})
    assert switched.json() == {"name": of.name}
    made = await me("POST", "/v1/bookings", {"slot_id": slot.id}, **{"Idempotency-Key": "company-booking-1"})
    assert (made.status_code, made.json()["for_whom"]) == (201, of.name)
    code = made.json()["code"]
    assert [one["code"] for one in await me.get("/v1/bookings")] == [code]
    assert [one["pay_code"] for one in await me.get("/v1/bills")] == [bill.pay_code]
    assert [one["case_no"] for one in await me.get("/v1/cases")] == [case.case_no]
    assert [one["code"] for one in (await me.get("/v1/screens/bookings"))["bookings"]] == [code]
    assert [one["pay_code"] for one in (await me.get("/v1/screens/bills"))["mine"]] == [bill.pay_code]
    assert [one["case_no"] for one in (await me.get("/v1/screens/progress"))["cases"]] == [case.case_no]
    assert await me.get("/v1/screens/for-whom") == {"acting_for": of.name, "people": []}
    for path in (f"/v1/bookings/{code}", f"/v1/bills/{bill.pay_code}", f"/v1/cases/{case.case_no}"):
        assert (await stranger("GET", path)).status_code == 404, path
    assert await stranger.refused("PUT", "/v1/me/acting", {"subject": mandate["subject"]}) == (403, "ActingOver")

    row = await OrganisationAgent.get(organisation=of, citizen=agent, state="active")
    legal = await OrganisationAgent.get(organisation=of, role="legal_person")
    await organisation_agents.end(agent_id=row.id, by=Actor.citizen(legal.citizen_id))  # type: ignore[attr-defined]
    screens = ("/v1/screens/bookings", "/v1/screens/bills", "/v1/screens/progress")
    for path in ("/v1/bookings", "/v1/bills", "/v1/cases", *screens):
        assert await me.refused("GET", path) == (403, "ActingOver"), path
    key = {"Idempotency-Key": "one-more-booking"}
    assert await me.refused("POST", "/v1/bookings", {"slot_id": slot.id}, **key) == (403, "ActingOver")
    assert (await me("PUT", "/v1/me/acting", {"subject": 0})).json() == {"name": ""}
    assert await me.get("/v1/bookings") == []
    assert (await me("GET", f"/v1/bookings/{code}")).status_code == 404
    other = await calls(bff, colleague)
    assert (await other.get(f"/v1/bookings/{code}"))["for_whom"] == of.name
    assert (await other("POST", f"/v1/bookings/{code}/cancel")).status_code == 200


async def test_an_agents_scope_is_the_room_and_the_day(bff: httpx.AsyncClient, of: Organisation) -> None:
    agent = await organisations.an_agent(of, scope=("pay",), until=clock.today() + timedelta(days=2))
    me = await calls(bff, agent)
    subject = (await me.get("/v1/organisations"))["mandates"][0]["subject"]
    await me("PUT", "/v1/me/acting", {"subject": subject})
    assert await me.get("/v1/bills") == []
    assert await me.refused("GET", "/v1/bookings") == (403, "ActingOver")
    with clock.shifted(timedelta(days=3)):
        assert await me.refused("GET", "/v1/bills") == (403, "ActingOver")
        assert (await me.get("/v1/organisations"))["acting_for"] == ""


async def test_registering_and_asking_agents(bff: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(organisation_register, "ask", Says())
    me, newcomer = await calls(bff, await organisations.a_legal_person()), await caller(bff)
    body = {"credit_code": organisations.credit_code(), "name": "示例科技有限公司"}
    assert await newcomer.refused("POST", "/v1/organisations", body) == (403, "LevelNeeded")
    claimed = await newcomer("POST", "/v1/organisations", {**body, "role": "authorised"})
    assert [one["label"] for one in claimed.json()["mandates"]] == ["等待窗口审核"]
    (mine,) = (await me("POST", "/v1/organisations", body)).json()["mandates"]
    assert (mine["role_name"], mine["manages"]) == ("法定代表人", True)
    path = f"/v1/organisations/{mine['organisation']}/agents"
    assert (await newcomer("GET", path)).status_code == 404
    until = (clock.today() + timedelta(days=30)).isoformat()
    asked = await caller(bff)
    given = {"name": "张三", "id_number": asked.papers.number, "scope": ["book"], "until": until}
    assert (await me("POST", path, given)).status_code == 201
    (question,) = (await asked.get("/v1/organisations"))["asked_of_me"]
    assert (question["name"], question["label"]) == (body["name"], "等待本人同意")
    assert await newcomer.refused("POST", f"/v1/organisations/agents/{question['id']}/agree") == (404, "AgentNotFound")
    agreed = await asked("POST", f"/v1/organisations/agents/{question['id']}/agree")
    assert [one["scope_names"] for one in agreed.json()["mandates"]] == [["预约"]]
    assert await asked.refused("GET", path) == (403, "NotAdministrator")
    assert (await asked("DELETE", f"/v1/organisations/agents/{question['id']}")).status_code == 204
    assert (await asked.get("/v1/organisations"))["mandates"] == []


async def test_a_full_slot_and_a_draw_are_the_organisations_as_well(bff: httpx.AsyncClient, of: Organisation) -> None:
    agent = await organisations.an_agent(of)
    (slot, holder, full), (drawn, _) = await booking.a_full_slot(), await draws.a_draw()
    me, subject = await calls(bff, agent), of.subject_id  # type: ignore[attr-defined]
    await me("PUT", "/v1/me/acting", {"subject": subject})
    joined = await me("POST", "/v1/waitlist", {"slot_id": slot.id})
    assert (joined.status_code, joined.json()["for_whom"], joined.json()["place"]) == (201, of.name, 1)
    entered = await me("POST", f"/v1/draws/{drawn.code}/entry", {"any": True})
    assert (entered.status_code, entered.json()["for_whom"]) == (201, of.name)
    code, number = joined.json()["code"], entered.json()["number"]
    for acting in (subject, 0):  # in the organisation's name, and among one's own
        await me("PUT", "/v1/me/acting", {"subject": acting})
        assert [(one["code"], one["for_whom"]) for one in await me.get("/v1/waitlist")] == [(code, of.name)]
        assert [(one["number"], one["for_whom"]) for one in await me.get("/v1/draw-entries")] == [(number, of.name)]
        own = await me.get(f"/v1/screens/draw/{drawn.code}")
        in_its_name = (of.name, number) if acting else ("", None)
        assert (own["acting_for"], own["entry"] and own["entry"]["number"]) == in_its_name
    assert await me.refused("GET", f"/v1/draws/{drawn.code}/entry") == (404, "DrawEntryNotFound")  # none of one's own
    await cancel(code=full.code, by=holder)
    booked = await me("POST", f"/v1/waitlist/{code}/accept")
    assert (booked.status_code, booked.json()["for_whom"]) == (201, of.name)
    stranger = await caller(bff)
    assert await stranger.refused("GET", f"/v1/waitlist/{code}") == (404, "WaitNotFound")
    await me("PUT", "/v1/me/acting", {"subject": subject})
    assert (await me("POST", f"/v1/draws/{drawn.code}/entry/withdraw")).json()["outcome"] == "withdrawn"


async def test_what_a_principal_booked_is_in_no_agents_list(bff: httpx.AsyncClient) -> None:
    me = await caller(bff)
    agent = Actor.citizen(me.citizen.id)
    principal = await people.a_principal(agent)
    own, _, _ = await booking.a_held_place(by=principal)
    _, slot = await people.a_family_slot()
    (made,) = await people.together(slot, principal, by=agent)
    await me("PUT", "/v1/me/acting", {"subject": principal.number})
    assert [one["code"] for one in await me.get("/v1/bookings")] == [made.code]
    assert await me.refused("GET", f"/v1/bookings/{own.code}") == (404, "BookingNotFound")
