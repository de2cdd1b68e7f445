"""补正: uploaded, sent as one, and the clock goes on from that day."""

from datetime import timedelta

import pytest

from cases import filing_jobs, notice, papers, supplements
from cases.errors import CaseNotFound
from cases.filing_errors import NothingToSupplement, PaperNotFound, SupplementEmpty, SupplementSent
from cases.filing_models import Paper, Supplement
from cases.models import Case, CaseEvent
from cases.paper_owners import Owner
from cases.pushed import Missing
from cases.timeline import Kind
from foundation import clock
from foundation.actor import Actor
from foundation.workdays import WorkCalendar
from identity.models import Citizen
from tests.builders import cases
from tests.builders import identity as people
from tests.builders.filing import an_applicant, picture, upload

pytestmark = pytest.mark.usefixtures("db", "redis_db")
WHAT = "补正材料"


async def waiting_case() -> tuple[Case, Citizen, Actor]:
    """A case of an applicant that a department asked for papers."""
    number = people.id_number()
    citizen, me = await an_applicant(number=number)
    identity = cases.Identity.of("id_card", number)
    case = await cases.a_case(Kind.RECEIVED, Kind.ACCEPTED, Kind.NOTICE_ONCE, applicant=identity)
    return case, citizen, me


async def test_sent_as_one_and_the_clock_goes_on() -> None:
    case, _, me = await waiting_case()
    begun = await supplements.begin(case_no=case.case_no, by=me)
    assert [one.material for one in begun.wanted] == [WHAT]
    assert (await supplements.begin(case_no=case.case_no, by=me)).code == begun.code
    with pytest.raises(SupplementEmpty):
        await supplements.send(code=begun.code, by=me)
    owner = Owner("supplement", begun.code)
    wrong = await upload(owner, me, material=WHAT)
    await papers.withdraw(code=wrong.code, by=me)
    for _ in range(2):
        await upload(owner, me, material=WHAT)
    assert (await Case.get(id=case.id)).promised_due is None
    sent = await supplements.send(code=begun.code, by=me)
    assert (sent.state, len(sent.papers)) == ("sent", 2)
    moved = await Case.get(id=case.id)
    assert (moved.stage, moved.promised_due is None) == ("supplemented", False)
    with pytest.raises(SupplementSent):
        await upload(owner, me, material=WHAT)
    await supplements.send(code=begun.code, by=me)
    assert await CaseEvent.filter(case=case, kind="supplemented").count() == 1


async def test_what_did_not_come_is_still_missing_and_the_clock_stands() -> None:
    case, _, me = await waiting_case()
    asked = (Missing("租赁合同", "看不清", "上传"), Missing("近期照片", "", "到窗口拍摄"))
    await cases.push(case.case_no, Kind.NOTICE_ONCE, at=clock.now() + timedelta(seconds=1), items=asked, days=10)
    begun = await supplements.begin(case_no=case.case_no, by=me)
    calendar = await WorkCalendar.current()
    assert (begun.missing, begun.due) == (["租赁合同", "近期照片"], calendar.add_workdays(clock.today(), 10))
    await upload(Owner("supplement", begun.code), me, material="租赁合同")
    sent = await supplements.send(code=begun.code, by=me)
    assert sent.missing == ["近期照片"]
    moved = await Case.get(id=case.id)
    assert moved.promised_due is None  # it does not go on before the last has come
    assert [one.name for one in await notice.open_items(moved)] == ["近期照片"]


async def test_a_second_notice_has_a_supplement_of_its_own() -> None:
    case, _, me = await waiting_case()
    first = await supplements.begin(case_no=case.case_no, by=me)
    await upload(Owner("supplement", first.code), me, material=WHAT)
    await supplements.send(code=first.code, by=me)
    with pytest.raises(NothingToSupplement):
        await supplements.begin(case_no=case.case_no, by=me)
    await cases.push(case.case_no, Kind.NOTICE_ONCE, at=clock.now() + timedelta(seconds=1))
    second = await supplements.begin(case_no=case.case_no, by=me)
    assert (second.code != first.code, second.papers) == (True, [])


async def test_only_the_applicant_supplements_and_reads() -> None:
    case, _, me = await waiting_case()
    _, other = await an_applicant()
    begun = await supplements.begin(case_no=case.case_no, by=me)
    paper = await upload(Owner("supplement", begun.code), me, material=WHAT)
    with pytest.raises(CaseNotFound):
        await supplements.begin(case_no=case.case_no, by=other)
    with pytest.raises(NothingToSupplement):
        await upload(Owner("supplement", begun.code), other, material=WHAT)
    with pytest.raises(NothingToSupplement):
        await supplements.send(code=begun.code, by=other)
    with pytest.raises(PaperNotFound):
        await papers.read(code=paper.code, by=other)


async def test_what_was_never_sent_runs_out_and_may_begin_anew() -> None:
    case, _, me = await waiting_case()
    begun = await supplements.begin(case_no=case.case_no, by=me)
    await upload(Owner("supplement", begun.code), me, material=WHAT, data=picture("never sent"))
    with clock.shifted(timedelta(days=60)):
        await filing_jobs.end_what_ran_out()
        assert (await Supplement.get(code=begun.code)).state == "expired"
        assert await Paper.filter(state="gone").count() == 1
        with pytest.raises(NothingToSupplement):
            await supplements.send(code=begun.code, by=me)
        anew = await supplements.begin(case_no=case.case_no, by=me)
        assert (anew.code, anew.state, anew.papers) == (begun.code, "open", [])


async def test_what_a_notice_lists_is_what_is_asked_for() -> None:
    case, _, me = await waiting_case()
    row = CaseEvent(
        case_id=case.id, source=case.source, event_id="listed", kind=Kind.NOTICE_ONCE, happened_at=clock.now(),
        detail={"items": [{"name": "户口簿", "problem": "缺户主页", "how": "拍照上传"}]}, body_hash="0" * 64,
    )  # fmt: skip
    await row.save()
    begun = await supplements.begin(case_no=case.case_no, by=me)
    assert begun.wanted == [supplements.PaperWanted("户口簿", "缺户主页", "拍照上传")]
