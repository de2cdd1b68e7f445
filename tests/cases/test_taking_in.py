"""Many events at once: an answer for each, one person's fault nobody else's, and nothing that contradicts is lost."""

from dataclasses import replace

import pytest

from cases import conflicts, intake, taking_in
from cases.errors import CaseOfAnotherDepartment, EventChanged, ReasonNeeded
from cases.models import Case, CaseEvent
from cases.progress_models import CaseConflict, CaseNotice
from cases.pushed import Missing
from cases.taking_in import Taken
from cases.timeline import Kind
from foundation import clock
from foundation.actor import Actor
from foundation.errors import Refusal
from identity.idnumber import Identity
from tests.builders import identity as people
from tests.builders.appointments import told
from tests.builders.cases import BUREAU, a_case, case_number, push, pushed, registration
from tests.cases.test_fees import FEE

pytestmark = pytest.mark.usefixtures("db")


async def outcomes(*those: intake.PushedEvent, **more) -> list[str]:
    answers = await taking_in.take_in(those, by=more.pop("by", BUREAU), **more)
    return [one.code if isinstance(one, Refusal) else one.outcome for one in answers]


async def test_every_row_is_answered_for_itself_and_in_its_place():
    one, other = case_number(), case_number()
    about = registration()
    first = pushed(one, registration=about)
    assert await outcomes(
        first,
        pushed(other),
        pushed(one, Kind.ACCEPTED),
        first,
        replace(first, note="另一说法"),
        pushed(one, at=clock.now().replace(year=1999)),
        pushed(one, Kind.EXTENDED),
        pushed(one, Kind.CLOSED),
    ) == [
        "appended", "CaseNeedsRegistration", "appended", "repeated", "EventChanged", "EventTooOld", "EventIncomplete",
        "appended",
    ]  # fmt: skip
    case = await Case.get()
    assert (case.stage, await CaseEvent.all().count()) == ("closed", 3)
    assert [event["stage"] for event in await told("CaseMoved")] == ["closed"], "one word for a batch of one case"


async def test_a_batch_says_what_one_after_another_says():
    applicants = [Identity.of("id_card", people.id_number()) for _ in range(3)]
    steps = [Kind.RECEIVED, Kind.ACCEPTED, Kind.SUSPENDED, Kind.CLOSED, Kind.RESUMED]

    def rows(numbers: list[str]) -> list[intake.PushedEvent]:
        at = clock.now().replace(microsecond=0)
        return [
            pushed(no, kind, event_id=f"{no}-{kind}", at=at, registration=registration(applicant=who))
            for no, who in zip(numbers, applicants, strict=True)
            for kind in steps
        ]

    together, apart = [case_number() for _ in range(3)], [case_number() for _ in range(3)]
    assert set(await outcomes(*rows(together))) == {"appended"}
    for row in rows(apart):
        assert await outcomes(row) == ["appended"]
    fields = ("stage", "accepted_at", "closed_at", "promised_due", "legal_due", "paused", "contradictions", "used_days")
    seen = {row["case_no"]: [row[name] for name in fields] for row in await Case.all().values("case_no", *fields)}
    for one, other in zip(together, apart, strict=True):
        assert seen[one][0] == seen[other][0]
        assert seen[one][3:] == seen[other][3:]


async def test_one_event_id_for_two_cases_in_one_batch_is_taken_once():
    one, other = await a_case(), await a_case()
    assert await outcomes(
        pushed(one.case_no, Kind.ACCEPTED, event_id="same"), pushed(other.case_no, Kind.ACCEPTED, event_id="same")
    ) == ["appended", "EventChanged"]


async def test_rows_with_a_fee_are_taken_one_by_one():
    bad, good = case_number(), case_number()
    free = replace(FEE, items=())
    assert await outcomes(
        pushed(bad, registration=registration(fee=free)), pushed(good, registration=registration(fee=FEE))
    ) == ["TotalDoesNotAddUp", "appended"]
    assert [one.case_no for one in await Case.all()] == [good]


async def test_a_number_is_given_once_to_a_reference():
    about = registration(reference="LS-2026-1")
    event = pushed("", registration=about, event_id="first")
    number = await intake.register(event=event, by=BUREAU)
    assert await intake.register(event=event, by=BUREAU) == number
    assert await intake.register(event=pushed("", Kind.ACCEPTED, registration=about), by=BUREAU) == number
    elsewhere = await intake.register(event=replace(event, registration=registration(reference="LS-2026-1")),
                                      by=Actor.department("police"))  # fmt: skip
    assert elsewhere != number
    answers = await taking_in.take_in([replace(event, event_id="2"), replace(event, event_id="3")], by=BUREAU)
    assert [one.case_no for one in answers if isinstance(one, Taken)] == [number, number]
    assert await Case.all().count() == 2


async def test_history_is_taken_in_without_telling_anybody():
    number = case_number()
    await outcomes(pushed(number, Kind.CLOSED, registration=registration()), quiet=True)
    assert await told("CaseMoved") == await told("CaseClosed") == []
    assert (await Case.get()).stage == "closed"


async def test_what_we_registered_its_department_goes_on_with():
    applicant = Identity.of("id_card", people.id_number())
    event = pushed("", registration=registration(applicant=applicant, reference="窗口 1"))
    number = await intake.register(event=event, by=Actor.staff(await people.staff()))
    with pytest.raises(CaseOfAnotherDepartment):
        await push(number, Kind.ACCEPTED)
    await push(number, Kind.ACCEPTED, registration=registration(applicant=applicant))
    assert (await Case.get()).source == BUREAU.name
    with pytest.raises(CaseOfAnotherDepartment):
        await push(number, Kind.CLOSED, by=Actor.department("police"), registration=registration(applicant=applicant))


async def test_what_is_refused_for_contradicting_is_kept_and_counted():
    case = await a_case()
    event = pushed(case.case_no, Kind.ACCEPTED)
    await intake.append(event=event, by=BUREAU)
    for _ in range(2):
        with pytest.raises(EventChanged):
            await intake.append(event=replace(event, kind=Kind.CLOSED, note="改口"), by=BUREAU)
    with pytest.raises(CaseOfAnotherDepartment):
        await push(case.case_no, Kind.CLOSED, by=Actor.department("police"))
    await push(case.case_no, Kind.REVIEWED, registration=registration(applicant=await who(case), promised_days=3))
    held = {one.problem: one for one in await CaseConflict.all()}
    assert set(held) == {"EventChanged", "CaseOfAnotherDepartment", "RegistrationDiffers"}
    assert (held["EventChanged"].told_times, held["EventChanged"].told["note"]) == (2, "改口")
    assert (await Case.get(id=case.id)).promised_days == 10


async def who(case: Case) -> Identity:
    """The applicant of a case made by `a_case`, found by trying the numbers that were given out."""
    for nth in range(1000):
        identity = Identity.of("id_card", people.id_number(nth))
        if identity.fingerprint == case.applicant_fingerprint:
            return identity
    raise AssertionError("nobody")


async def test_a_contradiction_of_the_log_goes_when_what_was_missing_comes():
    case = await a_case(Kind.RECEIVED, Kind.ACCEPTED)
    await push(case.case_no, Kind.RESUMED, at=clock.now())
    held = await CaseConflict.get()
    assert (held.problem, held.state, (await Case.get(id=case.id)).contradictions) == ("never_started", "open", 1)
    start = (await CaseEvent.filter(case=case, kind="accepted").get()).happened_at
    await push(case.case_no, Kind.SUSPENDED, at=start)
    await held.refresh_from_db()
    assert (held.state, (await Case.get(id=case.id)).contradictions) == ("gone", 0)


async def test_a_conflict_that_was_settled_stays_settled():
    case = await a_case(Kind.RECEIVED, Kind.ACCEPTED, Kind.CLOSED)
    await push(case.case_no, Kind.SUSPENDED, at=clock.now())
    held, by = await CaseConflict.get(), Actor.staff(await people.staff())
    with pytest.raises(ReasonNeeded):
        await conflicts.settle(conflict_id=held.id, note="", by=by)
    await conflicts.settle(conflict_id=held.id, note="部门确认误推", by=by)
    await push(case.case_no, Kind.DELIVERED, at=clock.now())
    await held.refresh_from_db()
    assert (held.state, held.note) == ("settled", "部门确认误推")


async def test_a_notice_gets_a_number_a_due_day_and_is_told():
    case = await a_case()
    items = (Missing("户口簿", "缺少本人页", "在线上传"), Missing("照片"))
    await push(case.case_no, Kind.NOTICE_ONCE, items=items, days=3, at=clock.now())
    await push(
        case.case_no, Kind.NOTICE_ONCE, items=(Missing("房产证"),), document_no="人社告〔2026〕7号", at=clock.now()
    )
    first, second = await CaseNotice.all().order_by("id")
    assert first.document_no == f"政务告知〔{clock.today().year}〕00001号"
    assert second.document_no == "人社告〔2026〕7号"
    assert [event["notice_id"] for event in await told("CaseNoticeGiven")] == [first.id, second.id]
