"""补正: uploaded, sent as one, and the clock goes on from that day."""

from dataclasses import replace
from datetime import timedelta

import pytest

from cases import filing_jobs, handling, lookup, notice, papers, supplement_desk, supplements
from cases.errors import CaseCannotMoveSo, CaseHasEnded, CaseNotFound
from cases.filing_errors import NothingToSupplement, NoticeFault, PaperNotFound, SupplementEmpty, SupplementSent
from cases.filing_models import Paper, Supplement
from cases.handling import Move
from cases.models import Case, CaseEvent
from cases.paper_owners import Owner
from cases.pushed import Missing
from cases.supplement_desk import Unfit
from cases.supplement_views import SupplementView
from cases.timeline import Kind
from foundation import clock, database
from foundation.actor import Actor
from foundation.workdays import WorkCalendar
from identity.models import Citizen
from tests.builders import cases
from tests.builders import identity as people
from tests.builders.filing import CITY, a_reviewer, an_applicant, online_city, picture, upload

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
    assert [(one.material, one.why, one.how, one.state) for one in begun.wanted] == [
        ("户口簿", "缺户主页", "拍照上传", "missing")
    ]


ASKED = (Missing("租赁合同", "缺", "上传"), Missing("近期照片", "缺", "上传"))
ITEM = "11990100DEMA0001133990100001000"


async def asked_for_two() -> tuple[Case, Actor]:
    """A case whose notice names two papers, handled by the halls of the small city."""
    await online_city()
    number = people.id_number()
    _, me = await an_applicant(number=number)
    case_no, since = cases.case_number(), clock.now() - timedelta(hours=1)
    about = replace(cases.registration(applicant=cases.Identity.of("id_card", number)), item_code=ITEM)
    for minutes, kind in enumerate((Kind.RECEIVED, Kind.ACCEPTED, Kind.NOTICE_ONCE)):
        asked = {"items": ASKED, "days": 30} if kind is Kind.NOTICE_ONCE else {}
        await cases.push(case_no, kind, at=since + timedelta(minutes=minutes), registration=about, **asked)
    return await Case.get(case_no=case_no), me


async def sent(case: Case, me: Actor, *materials: str) -> SupplementView:
    begun = await supplements.begin(case_no=case.case_no, by=me)
    for one in materials:
        await upload(Owner("supplement", begun.code), me, material=one)
    return await supplements.send(code=begun.code, by=me)


async def test_what_is_still_missing_follows_on_line_and_the_clock_goes_on_with_the_last() -> None:
    case, me = await asked_for_two()
    first = await sent(case, me, "租赁合同")
    assert ([one.state for one in first.wanted], first.more) == (["came", "left_out"], True)
    again = await supplements.begin(case_no=case.case_no, by=me)
    assert (again.code != first.code, [one.material for one in again.wanted]) == (True, ["近期照片"])
    second = await sent(case, me, "近期照片")
    moved = await Case.get(id=case.id)
    assert (second.more, moved.stage, moved.paused, moved.contradictions) == (False, "supplemented", False, 0)
    listed = await supplements.of_mine(case_no=case.case_no, by=me)
    assert [(one.code, [piece.state for piece in one.wanted]) for one in listed] == [
        (second.code, ["came"]), (first.code, ["came", "left_out"]),
    ]  # fmt: skip
    with pytest.raises(NothingToSupplement):
        await supplements.begin(case_no=case.case_no, by=me)


async def test_a_file_that_nobody_asked_for_does_not_make_the_clock_go_on() -> None:
    case, me = await asked_for_two()
    begun = await supplements.begin(case_no=case.case_no, by=me)
    await upload(Owner("supplement", begun.code), me, material="不相干的材料")
    with pytest.raises(SupplementEmpty):
        await supplements.send(code=begun.code, by=me)
    assert (await Case.get(id=case.id)).paused


async def test_uploads_stay_as_long_as_the_notice_gives_time() -> None:
    case, me = await asked_for_two()
    begun = await supplements.begin(case_no=case.case_no, by=me)
    assert begun.due is not None
    assert clock.shanghai(begun.expires_at).date() > begun.due
    with clock.shifted(timedelta(days=70)):
        late = await supplements.begin(case_no=case.case_no, by=me)
        assert (late.code, late.late, late.state) == (begun.code, True, "open")


async def test_a_piece_that_does_not_do_is_asked_for_again_alone() -> None:
    case, me = await asked_for_two()
    done = await sent(case, me, "租赁合同", "近期照片")
    assert (await Case.get(id=case.id)).stage == "supplemented"
    clerk = await a_reviewer()
    wish = {"code": done.code, "days": 5, "within": CITY, "by": clerk}
    for pieces in ([], [Unfit("近期照片", "  ")], [Unfit("别的材料", "看不清")]):
        with pytest.raises(NoticeFault):
            await supplement_desk.ask_again(pieces=pieces, key="again-000", **wish)
    for _ in range(2):
        await supplement_desk.ask_again(pieces=[Unfit("近期照片", "看不清")], key="again-001", **wish)
    with pytest.raises(CaseCannotMoveSo):
        await supplement_desk.ask_again(pieces=[Unfit("近期照片", "还是看不清")], key="again-002", **wish)
    await supplement_desk.ask_again(pieces=[Unfit("租赁合同", "缺末页")], key="again-003", **wish)
    moved = await Case.get(id=case.id)
    assert (moved.stage, moved.paused, moved.contradictions) == ("notice_once", True, 0)
    (shown,) = await supplements.of_mine(case_no=case.case_no, by=me)
    assert [one.state for one in shown.wanted] == ["again", "again"]
    begun = await supplements.begin(case_no=case.case_no, by=me)
    assert [(one.material, one.why) for one in begun.wanted] == [("近期照片", "看不清"), ("租赁合同", "缺末页")]
    assert (await sent(case, me, "租赁合同", "近期照片")).more is False
    moved = await Case.get(id=case.id)
    assert (moved.stage, moved.paused, moved.contradictions) == ("supplemented", False, 0)
    await handling.move(case_no=case.case_no, move=Move(kind=Kind.WITHDRAWN, key="over-0001", note="不办了"), by=clerk)
    with pytest.raises(CaseHasEnded):
        await supplement_desk.ask_again(pieces=[Unfit("近期照片", "看不清")], key="again-004", **wish)


async def test_asking_again_takes_no_time_away() -> None:
    case, me = await asked_for_two()
    first = await supplements.begin(case_no=case.case_no, by=me)
    done = await sent(case, me, "租赁合同")
    again = [Unfit("租赁合同", "缺末页")]
    await supplement_desk.ask_again(
        code=done.code, pieces=again, days=1, key="again-005", within=CITY, by=await a_reviewer()
    )
    assert (await supplements.begin(case_no=case.case_no, by=me)).due == first.due
    view = await lookup.one_of_mine(case_no=case.case_no, citizen_id=me.number)
    assert (view.when, view.supplements) == (first.due, 1)


async def test_more_than_was_told_is_no_asking_again() -> None:
    case, me = await asked_for_two()
    await sent(case, me, "租赁合同")
    more = Move(kind=Kind.NOTICE_ONCE, key="more-0001", items=(Missing("学历证明", "缺", "上传"),))
    with pytest.raises(CaseCannotMoveSo):
        await handling.move(case_no=case.case_no, move=more, by=await a_reviewer())


async def test_that_a_file_was_opened_is_kept() -> None:
    case, _, me = await waiting_case()
    _, other = await an_applicant()
    begun = await supplements.begin(case_no=case.case_no, by=me)
    await upload(Owner("supplement", begun.code), me, material=WHAT)
    await supplements.send(code=begun.code, by=me)
    ((paper,),) = [one.papers for one in await supplements.of_mine(case_no=case.case_no, by=me)]
    await papers.read(code=paper.code, by=me)
    opened = "select actor from audit_row where action = 'paper.opened'"
    assert [row["actor"] for row in await database.fetch(opened)] == [str(me)]
    with pytest.raises(CaseNotFound):
        await supplements.of_mine(case_no=case.case_no, by=other)
