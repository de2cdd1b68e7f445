"""单位: registered by the legal person, or let by a window; agents act within scope and time, by their own consent."""

from datetime import date, timedelta

import pytest

from foundation import clock, database, settings
from foundation.actor import Actor
from identity import access, acting, looks, organisation_agents, organisations
from identity.delegation import Scope
from identity.errors import NotYourRecord, RealNameNeeded, RoleNeeded, WrongCreditCode
from identity.family_errors import PersonUnknown
from identity.level_errors import LevelNeeded
from identity.models import Citizen
from identity.organisation_errors import (
    AgentFault,
    AgentNotFound,
    AlreadyAgent,
    NotAdministrator,
    NotLegalPerson,
    OrganisationFault,
    OrganisationMismatch,
    OrganisationNotFound,
)
from identity.organisation_models import Organisation, OrganisationAgent
from tests.builders import identity as build
from tests.builders.organisations import Says, a_legal_person, an_agent, an_organisation, credit_code

pytestmark = pytest.mark.usefixtures("db", "redis_db")
NAME = "示例科技有限公司"


def later(days: int = 30) -> date:
    return clock.today() + timedelta(days=days)


async def ask(of: Organisation, by: Citizen, *, number: str, name: str = "李四", role: str = "agent") -> int:
    return await organisation_agents.add(
        organisation_id=of.id, name=name, id_type="id_card", number=number, role=role, scope=["book"], until=later(),
        by=Actor.citizen(by.id),
    )  # fmt: skip


async def test_a_legal_person_registers_and_acts_in_every_room() -> None:
    legal = await a_legal_person()
    of = await an_organisation(legal)
    subject = await access.profile(of.subject_id, seen_by=Actor.system("test"))  # type: ignore[attr-defined]
    assert (subject.masked_name, subject.is_organisation, subject.verified) == (NAME, True, True)
    assert all([await acting.may(agent=legal.id, subject=of.subject.id, scope=one) for one in Scope])
    (mandate,) = await organisation_agents.mandates_of(legal.id)
    assert (mandate.organisation, mandate.role, mandate.manages) == (NAME, "legal_person", True)
    assert not await acting.may(agent=of.subject.id, subject=legal.id, scope=Scope.BOOK)


async def test_who_may_not_register() -> None:
    legal, known, code = await a_legal_person(), await build.citizen(), credit_code()
    given = {"credit_code": code, "name": NAME}

    async def tried(who: Citizen, register: Says, **more: str) -> None:
        await organisations.register(citizen_id=who.id, by=Actor.citizen(who.id), ask=register, **{**given, **more})

    with pytest.raises(LevelNeeded):
        await tried(known, Says())
    with pytest.raises(NotLegalPerson):
        await tried(legal, Says(legal_person=False))
    with pytest.raises(OrganisationMismatch):
        await tried(legal, Says(match=False))
    with pytest.raises(WrongCreditCode):
        await tried(legal, Says(), credit_code=code[:-1] + ("A" if code[-1] != "A" else "B"))
    with pytest.raises(OrganisationFault):
        await tried(legal, Says(), name="公司")
    with pytest.raises(NotYourRecord):
        await organisations.register(citizen_id=legal.id, by=Actor.citizen(known.id), ask=Says(), **given)
    assert await Organisation.all().count() == 0


async def test_a_new_legal_person_takes_the_place_of_the_one_before() -> None:
    before = await a_legal_person()
    of = await an_organisation(before)
    after = await a_legal_person(name="李四")
    again = await organisations.register(
        citizen_id=after.id, credit_code=of.credit_code, name="示例科技股份有限公司", by=Actor.citizen(after.id),
        ask=Says(),
    )  # fmt: skip
    assert again == of.id
    assert not await acting.may(agent=before.id, subject=of.subject.id, scope=Scope.PAY)
    (mandate,) = await organisation_agents.mandates_of(after.id)
    assert mandate.organisation == "示例科技股份有限公司"


async def test_an_agent_is_asked_agrees_and_acts_within_scope_until_the_day() -> None:
    legal = await a_legal_person()
    of = await an_organisation(legal)
    agent = await an_agent(of, scope=("book",), until=later(3))
    subject = of.subject.id
    assert await acting.may(agent=agent.id, subject=subject, scope=Scope.BOOK)
    assert not await acting.may(agent=agent.id, subject=subject, scope=Scope.PAY)
    async with database.transaction():
        assert await acting.hold(agent=agent.id, person=subject, day=later(3)) == "organisation"
    async with database.transaction():
        with pytest.raises(PersonUnknown):
            await acting.hold(agent=agent.id, person=subject, day=later(4))
    with clock.shifted(timedelta(days=4)):
        assert not await acting.may(agent=agent.id, subject=subject, scope=Scope.BOOK)
    assert [one.name for one in await acting.people_of(agent.id) if one.tie == "organisation"] == [NAME]


async def test_only_the_person_asked_answers_and_a_wrong_name_asks_nobody() -> None:
    legal, stranger = await a_legal_person(), await build.citizen(name="王五")
    of = await an_organisation(legal)
    numbers = [build.id_number() for _ in range(2)]
    person, other = [await build.citizen(name="李四", number=one) for one in numbers]
    asked = await ask(of, legal, number=numbers[0])
    misspelt = await ask(of, legal, number=numbers[1], name="李五")
    with pytest.raises(AlreadyAgent):
        await ask(of, legal, number=numbers[0])
    assert [one.id for one in await organisation_agents.asked_of(person.id)] == [asked]
    assert await organisation_agents.asked_of(other.id) == []
    for row, who in ((asked, stranger), (misspelt, other)):
        with pytest.raises(AgentNotFound):
            await organisation_agents.answer(agent_id=row, agree=True, by=Actor.citizen(who.id))
    unknown = await build.citizen(verified=False)
    with pytest.raises(RealNameNeeded):
        await organisation_agents.answer(agent_id=asked, agree=True, by=Actor.citizen(unknown.id))
    await organisation_agents.answer(agent_id=asked, agree=False, by=Actor.citizen(person.id))
    assert await organisation_agents.mandates_of(person.id) == []
    assert (await OrganisationAgent.get(id=asked)).name_sealed == ""


async def test_who_is_asked_is_found_while_the_key_of_fingerprints_changes(
    settings_env: settings.Settings, environment: dict[str, str]
) -> None:
    legal, number = await a_legal_person(), build.id_number()
    asked = await ask(await an_organisation(legal), legal, number=number)
    keys = f"new:{'cd' * 16},{settings_env.secrets.fingerprint_keys}"
    settings.use(settings.load(environment | {"FINGERPRINT_KEYS": keys}))
    person = await build.citizen(name="李四", number=number)  # known by the new one
    assert await organisation_agents.asked_of(person.id) == []
    assert [one.id for one in await organisation_agents.waiting_for(person.id)] == [asked]
    nobody = await build.citizen(name="李四", number=build.id_number())
    assert await organisation_agents.waiting_for(nobody.id) == []


async def test_who_manages_agents() -> None:
    legal = await a_legal_person()
    of = await an_organisation(legal)
    administrator = await an_agent(of, name="李四", role="administrator")
    agent = await an_agent(of, name="王五")
    shown = await organisation_agents.of_organisation(of.id, by=Actor.citizen(administrator.id))
    rows = {one.name: one for one in shown}
    assert {name: one.role for name, one in rows.items()} == {
        "张*": "legal_person", "李*": "administrator", "王*": "agent"
    }  # fmt: skip
    with pytest.raises(NotAdministrator):
        await organisation_agents.of_organisation(of.id, by=Actor.citizen(agent.id))
    with pytest.raises(OrganisationNotFound):
        await organisation_agents.of_organisation(of.id, by=Actor.citizen((await build.citizen()).id))
    with pytest.raises(NotAdministrator):
        await ask(of, administrator, number=build.id_number(), role="administrator")
    with pytest.raises(AgentFault):
        await ask(of, legal, number=build.id_number(), role="legal_person")
    with pytest.raises(NotAdministrator):
        await organisation_agents.end(agent_id=rows["张*"].id, by=Actor.citizen(administrator.id))
    with pytest.raises(AgentNotFound):
        await organisation_agents.end(agent_id=rows["王*"].id, by=Actor.citizen((await build.citizen()).id))
    await organisation_agents.end(agent_id=rows["王*"].id, by=Actor.citizen(administrator.id))
    assert not await acting.may(agent=agent.id, subject=of.subject.id, scope=Scope.BOOK)
    await organisation_agents.end(agent_id=rows["李*"].id, by=Actor.citizen(administrator.id))  # may always leave
    with pytest.raises(OrganisationNotFound):
        await organisation_agents.of_organisation(of.id, by=Actor.citizen(administrator.id))


async def test_a_window_decides_about_a_paper_of_authority() -> None:
    claimant = await build.citizen()
    of = {"credit_code": credit_code(), "name": NAME}
    by = Actor.citizen(claimant.id)
    row = await organisations.claim(citizen_id=claimant.id, by=by, ask=Says(legal_person=False), **of)
    with pytest.raises(AlreadyAgent):
        await organisations.claim(citizen_id=claimant.id, by=by, ask=Says(legal_person=False), **of)
    window = await access.staff_member(await build.staff(("window", "9901/")))
    finance = await access.staff_member(await build.staff(("finance", "")))
    assert window
    assert finance
    with pytest.raises(RoleNeeded):
        await organisations.claims(staff=finance)
    (shown,) = await organisations.claims(staff=window)
    assert (shown.id, shown.organisation, shown.name) == (row, NAME, "张*")
    subject = (await Organisation.get(credit_code=of["credit_code"])).subject_id  # type: ignore[attr-defined]
    assert not await acting.may(agent=claimant.id, subject=subject, scope=Scope.BOOK)
    await organisations.decide(claim_id=row, accept=True, reason="授权书原件已核对", staff=window)
    assert await acting.may(agent=claimant.id, subject=subject, scope=Scope.BOOK)
    with pytest.raises(AgentNotFound):
        await organisations.decide(claim_id=row, accept=False, reason="", staff=window)
    assert {one.what for one in await looks.of(claimant.id)} == {"organisation"}
