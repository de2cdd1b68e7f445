import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import asyncpg
import pytest

from cases import intake, jobs
from cases.errors import (
    CaseNeedsRegistration,
    CaseOfAnotherApplicant,
    CaseOfAnotherDepartment,
    EventChanged,
    EventFromTheFuture,
    EventTooOld,
)
from cases.models import Case, CaseEvent
from cases.timeline import Kind
from foundation import clock, database
from foundation.actor import Actor
from identity.events import CitizensMerged, CitizenVerified
from identity.idnumber import Identity
from tests.builders import identity as people
from tests.builders.appointments import told
from tests.builders.cases import BUREAU, a_case, case_number, push, pushed, registration

pytestmark = pytest.mark.usefixtures("db")


async def test_the_first_event_registers_the_case():
    case = await a_case(Kind.RECEIVED, Kind.ACCEPTED)
    assert (case.stage, case.source, case.promised_days) == ("accepted", "hr-bureau", 10)
    assert case.promised_due
    assert case.calendar_version
    assert [one["stage"] for one in await told("CaseMoved")] == ["received", "accepted"]


async def test_without_a_registration_it_is_refused():
    with pytest.raises(CaseNeedsRegistration):
        await push(case_number())
    assert not await Case.exists()


async def test_a_repeated_push_changes_nothing():
    applicant = Identity.of("id_card", people.id_number())
    case = await a_case(applicant=applicant)
    event = pushed(case.case_no, Kind.ACCEPTED)
    in_another_zone = replace(event, happened_at=event.happened_at.astimezone(clock.SHANGHAI))
    with_registration = replace(event, registration=registration(applicant=applicant))
    assert await intake.append(event=event, by=BUREAU) == "appended"
    for again in (event, in_another_zone, with_registration):
        assert await intake.append(event=again, by=BUREAU) == "repeated"
    assert await CaseEvent.filter(case=case).count() == 2


async def test_another_persons_case_under_the_same_number_is_refused():
    case = await a_case()
    event = pushed(case.case_no, Kind.ACCEPTED)
    with pytest.raises(CaseOfAnotherApplicant):
        await intake.append(event=replace(event, registration=registration()), by=BUREAU)
    assert await CaseEvent.filter(case=case).count() == 1


@pytest.mark.parametrize(
    "but", [{"note": "其他"}, {"kind": Kind.CLOSED}, {"happened_at": datetime(2026, 1, 1, tzinfo=UTC)}]
)
async def test_the_same_event_told_otherwise_is_refused(but: dict):
    case = await a_case()
    event = pushed(case.case_no, Kind.ACCEPTED)
    await intake.append(event=event, by=BUREAU)
    with pytest.raises(EventChanged):
        await intake.append(event=replace(event, **but), by=BUREAU)


async def test_one_event_id_for_two_cases_is_refused():
    one, other = await a_case(), await a_case()
    await push(one.case_no, Kind.ACCEPTED, event_id="same")
    with pytest.raises(EventChanged):
        await push(other.case_no, Kind.ACCEPTED, event_id="same")


async def test_one_event_id_for_many_cases_at_once_is_taken_once():
    cases = [await a_case() for _ in range(6)]
    outcomes = await asyncio.gather(
        *(push(one.case_no, Kind.ACCEPTED, event_id="same") for one in cases), return_exceptions=True
    )
    assert outcomes.count("appended") == 1
    assert sum(isinstance(one, EventChanged) for one in outcomes) == 5


async def test_the_same_push_many_times_at_once_is_taken_once():
    event = pushed(case_number(), registration=registration())
    outcomes = await asyncio.gather(*(intake.append(event=event, by=BUREAU) for _ in range(8)))
    assert sorted(outcomes) == ["appended"] + ["repeated"] * 7
    assert (await Case.all().count(), await CaseEvent.all().count()) == (1, 1)


async def test_events_of_one_case_at_once_fold_to_the_whole():
    case = await a_case()
    start = clock.now() - timedelta(minutes=30)
    kinds = [Kind.ACCEPTED, Kind.SUSPENDED, Kind.RESUMED, Kind.REVIEWED, Kind.DECIDED, Kind.CLOSED]
    await asyncio.gather(*(push(case.case_no, kind, at=start + timedelta(minutes=n)) for n, kind in enumerate(kinds)))
    await case.refresh_from_db()
    assert (case.stage, await CaseEvent.filter(case=case).count()) == ("closed", 7)


async def test_out_of_order():
    case_no, start, about = case_number(), clock.now() - timedelta(hours=5), registration()
    for hours, kind in ((3, Kind.CLOSED), (1, Kind.ACCEPTED), (0, Kind.RECEIVED), (2, Kind.REVIEWED)):
        await push(case_no, kind, at=start + timedelta(hours=hours), registration=about)
    case = await Case.get(case_no=case_no)
    assert (case.stage, case.accepted_at) == ("closed", start + timedelta(hours=1))
    assert len(await told("CaseClosed")) == 1


async def test_closing_is_told_once_and_also_after_a_refusal():
    case = await a_case(Kind.RECEIVED, Kind.REFUSED)
    assert await told("CaseClosed") == []
    await push(case.case_no, Kind.CLOSED, at=clock.now() - timedelta(minutes=2))
    await push(case.case_no, Kind.DELIVERED, at=clock.now() - timedelta(minutes=1))
    assert [one["case_id"] for one in await told("CaseClosed")] == [case.id]


async def test_another_department_cannot_push_to_it():
    case = await a_case()
    with pytest.raises(CaseOfAnotherDepartment):
        await push(case.case_no, Kind.CLOSED, by=Actor.department("police"))


async def test_the_future_and_a_past_that_cannot_be():
    case = await a_case()
    assert await push(case.case_no, at=clock.now() + timedelta(minutes=4)) == "appended"
    with pytest.raises(EventFromTheFuture):
        await push(case.case_no, at=clock.now() + timedelta(minutes=6))
    with pytest.raises(EventTooOld):
        await push(case.case_no, at=datetime(1, 1, 1, tzinfo=clock.SHANGHAI))


async def test_the_log_only_grows():
    await a_case()
    for change in ("update case_event set note = 'x'", "delete from case_event", "truncate case_event cascade"):
        with pytest.raises(asyncpg.RestrictViolationError):
            await database.execute(change)


async def test_a_case_finds_its_applicant_who_signs_up_later():
    applicant = Identity.of("id_card", people.id_number())
    case = await a_case(applicant=applicant)
    citizen = await people.citizen(number=applicant.number)
    for _ in range(2):
        await jobs.hand_over_cases(CitizenVerified(citizen_id=citizen.id))
    await case.refresh_from_db()
    assert case.citizen_id == citizen.id
    known = await a_case(applicant=applicant)
    assert known.citizen_id == citizen.id


async def test_an_event_that_comes_while_a_case_is_handed_over_does_not_take_it_back():
    applicant = Identity.of("id_card", people.id_number())
    case = await a_case(applicant=applicant)
    citizen = await people.citizen(number=applicant.number)
    await asyncio.gather(
        *(push(case.case_no, Kind.REVIEWED) for _ in range(5)),
        jobs.hand_over_cases(CitizenVerified(citizen_id=citizen.id)),
        *(push(case.case_no, Kind.REVIEWED) for _ in range(5)),
    )
    await case.refresh_from_db()
    assert case.citizen_id == citizen.id


async def test_cases_follow_a_merge_and_are_let_go():
    applicant = Identity.of("id_card", people.id_number())
    citizen, elder = await people.citizen(number=applicant.number), await people.citizen(verified=False)
    case = await a_case(applicant=applicant)
    for _ in range(2):
        await jobs.follow_merge(CitizensMerged(kept=elder.id, gone=citizen.id))
    assert [one["case_no"] for one in await jobs.export(elder.id)] == [case.case_no]
    await jobs.forget(elder.id)
    assert await jobs.export(elder.id) == []
    assert await Case.exists(id=case.id)
