"""A planted name, number and phone are in no log, address or metric, and in nobody else's answers or copies."""

import io
import json
import logging
import zipfile
from datetime import timedelta

import httpx
import pytest
from prometheus_client import generate_latest

from api.app import create_app as create_api
from foundation import clock
from foundation.actor import Actor
from identity import exports, guardians, organisation_agents, phones, realname, verifier
from identity.idnumber import Identity
from identity.models import Citizen
from identity.organisation_models import Organisation, OrganisationAgent
from identity.privacy_models import DataExport
from miniprogram_bff.app import create_app as create_bff
from tests.builders import appointments, cases, identity, organisations, payments
from tests.builders.console import Desk
from tests.builders.doors import client_of, sign_in
from tests.serving import serving

pytestmark = pytest.mark.usefixtures("db", "redis_db")

NAME, PHONE = "麹镇幽", "17712344321"


async def agrees(**_: object) -> bool:
    return True


@pytest.fixture(autouse=True)
def _registers_agree(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(verifier, "ask", agrees)
    monkeypatch.setattr(verifier, "ask_phone", agrees)
    monkeypatch.setattr(guardians, "ask_register", agrees)


class Wire:
    """Everything that is sent to and answered by a door, for whom."""

    def __init__(self) -> None:
        self.addresses: list[str] = []
        self.answers: list[str] = []

    async def sent(self, request: httpx.Request) -> None:
        self.addresses.append(str(request.url))

    async def answered(self, response: httpx.Response) -> None:
        await response.aread()
        self.answers.append(f"{response.status_code} {dict(response.headers)} {response.text}")


async def live_through(door: httpx.AsyncClient, number: str) -> Citizen:
    """The planted person signs in, proves who they are, books, pays attention to bills and cases, and is refused."""
    citizen = await identity.citizen(verified=False)
    me = {"headers": await sign_in(citizen)}
    verified = await door.post("/v1/me/real-name", json={"name": NAME, "id_number": number}, **me)  # type: ignore[arg-type]
    assert verified.status_code == 200, verified.text
    by = Actor.citizen(citizen.id)
    await phones.keep(citizen_id=citizen.id, phone=PHONE, by=by)
    await door.post("/v1/me/level/phone", **me)  # type: ignore[arg-type]
    await appointments.a_held_place(by=by)
    papers = Identity.of("id_card", number)
    bill = await payments.a_bill(payer=papers, payer_name=NAME)
    case = await cases.a_case(applicant=papers, applicant_name=NAME)
    for path in (
        "/v1/me",
        "/v1/bookings",
        "/v1/bills",
        "/v1/cases",
        "/v1/family",
        "/v1/screens/for-whom",
        "/v1/me/level",
    ):
        assert (await door.get(path, **me)).status_code == 200, path  # type: ignore[arg-type]
    wrong = number[:-1] + ("1" if number[-1] != "1" else "2")
    await door.post("/v1/me/real-name", json={"name": NAME, "id_number": wrong}, **me)  # type: ignore[arg-type]
    await door.post("/v1/cases/look-up", json={"case_no": case.case_no, "last_four": "0000"})
    await door.post("/v1/bills/look-up", json={"pay_code": bill.pay_code, "last_four": number[-4:]})
    return citizen


async def looked_up(number: str) -> None:
    """Staff find the person and open the record."""
    await identity.staff(("window", ""), ("finance", ""), username="window")
    async with serving(create_api()) as base, httpx.AsyncClient(base_url=base) as client:
        desk = Desk(client)
        await desk.sign_in("window")
        found = await desk.press("/console/people/find", id_type="id_card", number=number, reason="核实预约情况")
        assert "麹**" in found.text
        assert NAME not in found.text
        await desk.press("/console/people/find", id_type="phone", number=PHONE, reason="核实预约情况")


async def ask_around(door: httpx.AsyncClient, number: str) -> tuple[Wire, Citizen]:
    """Another citizen asks everywhere, with the planted person's own number where a number is asked for."""
    other = await identity.citizen(name="李四")
    me, wire = {"headers": await sign_in(other)}, Wire()
    door.event_hooks = {"request": [wire.sent], "response": [wire.answered]}
    until = (clock.today() + timedelta(days=3)).isoformat()
    given = {"name": "李五", "id_number": number, "scope": ["book"], "until": until}
    await door.post("/v1/delegations/requests", json=given, **me)  # type: ignore[arg-type]
    await door.post("/v1/family", json={"name": "李五", "id_number": number, "relation": "other"}, **me)  # type: ignore[arg-type]
    await door.post("/v1/me/real-name", json={"name": "李四", "id_number": number}, **me)  # type: ignore[arg-type]
    for path in ("bookings", "bills", "cases", "family", "people", "me", "me/looks", "organisations", "wards", "home"):
        await door.get(f"/v1/{path}", **me)  # type: ignore[arg-type]
    await door.post("/v1/me/exports", **me)  # type: ignore[arg-type]
    await exports.make((await DataExport.get(citizen_id=other.id)).id)
    code = (await DataExport.get(citizen_id=other.id)).code
    copy = await door.post(f"/v1/me/exports/{code}/file", **me)  # type: ignore[arg-type]
    with zipfile.ZipFile(io.BytesIO(copy.content)) as archive:
        wire.answers += [archive.read(one).decode() for one in archive.namelist()]
    door.event_hooks = {}
    return wire, other


async def test_a_planted_person_leaves_no_trace_where_none_belongs(
    caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.DEBUG)
    number = identity.id_number(born="19771231")
    planted = (NAME, number, number.lower(), PHONE)
    own = Wire()
    async with client_of(create_bff()) as door:
        door.event_hooks = {"request": [own.sent]}
        citizen = await live_through(door, number)
        await looked_up(number)
        wire, _ = await ask_around(door, number)
    said = capsys.readouterr()
    places = {
        "logs": said.out + said.err + caplog.text,
        "addresses": "\n".join([*own.addresses, *wire.addresses]),
        "metrics": generate_latest().decode(),
        "answers to another": "\n".join(wire.answers),
    }
    assert {place: one for place, text in places.items() for one in planted if one in text} == {}
    assert "request_served" in places["logs"]  # else nothing was read
    assert len(wire.answers) > 10
    held = await realname.citizen_with(Identity.of("id_card", number))
    assert held == citizen.id


async def test_an_agents_own_copy_says_nothing_of_the_organisations_people() -> None:
    legal = await organisations.a_legal_person(name=NAME)
    of = await organisations.an_organisation(legal)
    agent = await organisations.an_agent(of)
    row = await OrganisationAgent.get(organisation=of, citizen=agent)
    copy = json.dumps(await _export(agent.id), ensure_ascii=False)
    assert NAME not in copy
    assert (await Organisation.get()).name in copy
    await organisation_agents.end(agent_id=row.id, by=Actor.citizen(agent.id))
    assert (await Organisation.get()).name not in json.dumps(await _export(agent.id), ensure_ascii=False)


async def _export(citizen_id: int) -> object:
    from identity import privacy

    return await privacy.export(citizen_id=citizen_id, by=Actor.citizen(citizen_id))
