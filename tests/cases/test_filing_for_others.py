"""代办: an application on line for somebody else, by whom they entrusted with it, as far and as long as they did."""

from datetime import timedelta

import pytest

from cases import (
    delivering,
    delivery_desk,
    filing,
    filing_views,
    intake,
    licences,
    lookup,
    own_list,
    papers,
    pledge,
    review,
    supplements,
)
from cases.delivering import Choice
from cases.errors import CaseNotFound
from cases.filing_errors import FilingNotFound, NothingToSupplement, NotTheirLicence
from cases.filing_events import FilingMoved, FilingSentByAgent
from cases.filing_models import Filing, Paper
from cases.models import Case
from cases.paper_owners import Owner
from cases.timeline import Kind
from foundation import clock, database
from foundation.actor import Actor
from identity import delegation
from identity.errors import RealNameNeeded
from identity.family_errors import PersonUnknown
from notifications import filing_listeners
from notifications.models import Message
from tests.builders.cases import pushed
from tests.builders.filing import (
    CITY,
    HALL,
    OLD_CARD,
    SLUG,
    a_draft,
    a_reviewer,
    accepted,
    an_applicant,
    in_review,
    online_city,
    submitted,
    upload,
)
from tests.builders.organisations import a_legal_person, an_agent, an_organisation
from tests.builders.people import a_principal, revoke

pytestmark = pytest.mark.usefixtures("db", "redis_db", "settings_env", "city")


@pytest.fixture
async def city(db: None) -> None:
    await online_city()


@pytest.fixture
async def agent() -> Actor:
    return (await an_applicant())[1]


async def titles(whose: Actor) -> list[str]:
    rows = await Message.filter(citizen_id=whose.number, channel="inbox").order_by("id")
    return [one.title for one in rows]


async def test_from_the_draft_to_the_case_it_is_the_principals(agent: Actor) -> None:
    mother = await a_principal(agent, scope="progress")
    code, case_no = await accepted(agent, await a_reviewer(), applicant=mother.number)
    row, case = await Filing.get(code=code), await Case.get(case_no=case_no)
    assert (row.citizen_id, row.agent_id, case.citizen_id) == (mother.number, agent.number, mother.number)  # type: ignore[attr-defined]
    for who, own in ((mother, True), (agent, False)):
        seen = await filing_views.one_of_mine(code=code, by=who)
        assert (seen.own, seen.agent) == (own, "张*")
        assert [line.agent for line in await filing_views.mine(mother.number, by=who)] == ["张*"]
        assert (await lookup.one_of_mine(case_no=case_no, citizen_id=who.number)).agent == "张*"
        assert (await own_list.of(mother.number, by=who))[0].case_no == case_no
        assert (await delivery_desk.of_case(case_no=case_no, by=who)).offered
    assert await filing_views.mine(agent.number, by=agent) == []


async def test_the_principal_is_told_and_the_agent_reads_what_becomes_of_it(agent: Actor) -> None:
    mother = await a_principal(agent, scope="progress")
    code = await submitted(agent, applicant=mother.number)
    told = await database.fetchval(
        "select args->'event'->>'filing_id' from procrastinate_jobs where args->>'kind' = 'FilingSentByAgent'"
    )
    row = await Filing.get(code=code)
    assert told == str(row.id)
    for _ in range(2):
        await filing_listeners.tell_filed_for_you(FilingSentByAgent(filing_id=row.id, round=1))
    assert await titles(mother) == ["有人代您提交了申请"]


async def test_a_refusal_reaches_both_until_the_mandate_ends(agent: Actor) -> None:
    mother, reviewer = await a_principal(agent, scope="progress"), await a_reviewer()
    code = await in_review(agent, reviewer, applicant=mother.number)
    await review.refuse(code=code, reason="不符合受理条件", within=CITY, by=reviewer)
    row = await Filing.get(code=code)
    moved = FilingMoved(filing_id=row.id, citizen_id=mother.number, state="refused")
    await filing_listeners.tell_filing_moved(moved)
    assert (len(await titles(mother)), len(await titles(agent))) == (1, 1)
    await Message.all().delete()
    await revoke(mother)
    await filing_listeners.tell_filing_moved(moved)
    assert (len(await titles(mother)), len(await titles(agent))) == (1, 0)


async def test_only_in_the_room_and_for_the_items_they_were_entrusted_with(agent: Actor) -> None:
    _, stranger = await an_applicant(name="王五")
    for principal in (stranger, await a_principal(agent, scope="book")):
        with pytest.raises(PersonUnknown):
            await filing.begin(slug=SLUG, hall_code=HALL, by=agent, applicant=principal.number)
    _, other = await an_applicant(name="赵六")
    await delegation.grant(
        principal_id=other.number, agent_id=agent.number, scope=["progress"], items=["another-item"], by=other,
        until=clock.today() + timedelta(days=9),
    )  # fmt: skip
    code, case_no = await accepted(other, await a_reviewer())
    with pytest.raises(PersonUnknown):
        await filing.begin(slug=SLUG, hall_code=HALL, by=agent, applicant=other.number)
    with pytest.raises(FilingNotFound):
        await filing_views.one_of_mine(code=code, by=agent)
    assert await filing_views.mine(other.number, by=agent) == []
    assert await own_list.of(other.number, by=agent) == []
    with pytest.raises(CaseNotFound):
        await delivery_desk.of_case(case_no=case_no, by=agent)


async def test_a_mandate_that_is_over_ends_all_of_it(agent: Actor) -> None:
    mother = await a_principal(agent, scope="progress")
    code = await a_draft(agent, applicant=mother.number)
    paper = (await Paper.filter(filing__code=code).first()).code  # type: ignore[union-attr]
    assert (await papers.read(code=paper, by=agent))[0].code == paper
    await revoke(mother)
    for attempt in (
        filing.save(code=code, answers={}, promised=[], hall_code="", by=agent),
        filing.submit(code=code, pledge_version=pledge.CURRENT, by=agent),
        filing.withdraw(code=code, by=agent),
        filing_views.one_of_mine(code=code, by=agent),
        upload(Owner("filing", code), agent),
        delivering.choose_for_filing(code=code, choice=Choice(way="pick_up", hall_code=HALL), by=agent),
    ):
        with pytest.raises(FilingNotFound):
            await attempt
    await filing.submit(code=code, pledge_version=pledge.CURRENT, by=mother)
    assert (await Filing.get(code=code)).agent_id is None  # type: ignore[attr-defined]


async def test_the_principals_licences_are_read_with_their_own_consent_alone(agent: Actor) -> None:
    mother = await a_principal(agent, scope="progress")
    code = await a_draft(agent, applicant=mother.number)
    assert not (await filing_views.one_of_mine(code=code, by=agent)).licences_on
    with pytest.raises(NotTheirLicence):
        await licences.reuse(code=code, material=OLD_CARD, consent_version=pledge.LICENCE_CONSENT, by=agent)


async def test_a_supplement_for_an_organisation_by_one_agent_and_another() -> None:
    of = await an_organisation(await a_legal_person())
    first, second = [Actor.citizen((await an_agent(of, name=name)).id) for name in ("李四", "王五")]
    (cashier,) = [Actor.citizen((await an_agent(of, name="赵六", scope=("pay",))).id)]
    whose: int = of.subject_id  # type: ignore[attr-defined]
    _, case_no = await accepted(first, await a_reviewer(), applicant=whose)
    event = pushed(case_no, Kind.NOTICE_ONCE, note="请补充照片", at=clock.now() + timedelta(minutes=1))
    await intake.append(event=event, by=Actor.department("online"))
    with pytest.raises(CaseNotFound):
        await supplements.begin(case_no=case_no, by=cashier)
    begun = await supplements.begin(case_no=case_no, by=first)
    await upload(Owner("supplement", begun.code), second, material="照片")
    with pytest.raises(NothingToSupplement):
        await supplements.send(code=begun.code, by=cashier)
    assert (await supplements.send(code=begun.code, by=second)).state == "sent"


async def test_both_must_be_known_by_name(agent: Actor) -> None:
    citizen, unknown = await an_applicant(verified=False)
    assert citizen.verified_at is None
    with pytest.raises(RealNameNeeded):
        await filing.begin(slug=SLUG, hall_code=HALL, by=agent, applicant=unknown.number)
