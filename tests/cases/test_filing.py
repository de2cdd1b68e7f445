"""Filing on line: drafts, the form checked field by field, sending in, the notice, the case it becomes."""

from datetime import timedelta
from typing import Any

import pytest

from cases import filing, filing_jobs, filing_views, papers, pledge, review
from cases.filing_errors import (
    AlreadySentBack,
    ClaimedByAnother,
    ClaimFirst,
    FilingClosed,
    FilingNotFound,
    FormFaults,
    GuideMoved,
    HallNotForItem,
    MaterialsMissing,
    MayNotFollow,
    NoOnlineForm,
    NoticeFault,
    NotInReview,
    NotYourHall,
    PledgeNeeded,
    ReasonNeeded,
)
from cases.filing_models import Filing, Paper
from cases.models import Case, CaseEvent
from cases.paper_owners import Owner
from cases.review import Missing
from foundation import clock, database, settings
from identity.errors import RealNameNeeded
from tests.builders import catalogue as cities
from tests.builders.filing import (
    ANSWERS,
    BOOKLET,
    CITY,
    EXTRA,
    HALL,
    OLD_CARD,
    REPORT,
    SLUG,
    WITH_FORM,
    a_draft,
    a_reviewer,
    accepted,
    an_applicant,
    in_review,
    online_city,
    row,
    submitted,
    upload,
)

pytestmark = pytest.mark.usefixtures("db", "redis_db")


@pytest.fixture(autouse=True)
async def _city(db: None) -> None:
    await online_city()


async def test_a_draft_is_found_again_and_holds_what_was_typed() -> None:
    _, me = await an_applicant()
    code = await filing.begin(slug=SLUG, hall_code=HALL, by=me)
    await filing.save(code=code, answers={"reason": "其他", "no_such": "x"}, promised=[REPORT], hall_code="", by=me)
    assert await filing.begin(slug=SLUG, hall_code="", by=me) == code
    view = await filing_views.one_of_mine(code=code, by=me)
    assert (view.state, view.answers, view.editable) == ("draft", {"reason": "其他"}, True)
    assert {one.name: one.how for one in view.materials} == {
        OLD_CARD: "missing", BOOKLET: "missing", REPORT: "later", EXTRA: "not_needed", "申领登记表": "form",
    }  # fmt: skip
    assert "其他" not in (await row(code)).answers_sealed


async def test_only_who_is_known_by_name_files_and_only_for_halls_and_items_that_take_it() -> None:
    _, unknown = await an_applicant(verified=False)
    with pytest.raises(RealNameNeeded):
        await filing.begin(slug=SLUG, hall_code=HALL, by=unknown)
    _, me = await an_applicant()
    with pytest.raises(HallNotForItem):
        await filing.begin(slug=SLUG, hall_code="9902", by=me)
    await cities.small_city()
    with pytest.raises(NoOnlineForm):
        await filing.begin(slug=SLUG, hall_code=HALL, by=me)


FAULTS: list[tuple[dict[str, Any], list[str]]] = [
    ({"reason": "丢失"}, ["reason"]),
    ({"reason": "其他"}, ["other"]),
    ({"reason": "其他", "other": "短"}, ["other"]),
    ({"phone": "12345"}, ["phone"]),
    ({"copies": "6"}, ["copies"]),
    ({"copies": "两"}, ["copies"]),
    ({"copies": ["1"]}, ["copies"]),
    ({"born": "2026-02-30"}, ["born"]),
    ({"needs": "邮寄"}, ["needs"]),
    ({"needs": ["邮寄", "飞送"]}, ["needs"]),
    ({"code": "ab1234"}, ["code"]),
    ({"phone": "", "copies": None}, ["phone", "copies"]),
]


@pytest.mark.parametrize(("given", "wrong"), FAULTS)
async def test_every_field_is_checked_on_the_server(given: dict[str, Any], wrong: list[str]) -> None:
    _, me = await an_applicant()
    code = await a_draft(me, materials=(), **given)
    with pytest.raises(FormFaults) as caught:
        await filing.submit(code=code, pledge_version=pledge.CURRENT, by=me)
    assert [one["field"] for one in caught.value.detail] == wrong
    assert all(any("\u4e00" <= sign <= "\u9fff" for sign in one["problem"]) for one in caught.value.detail)
    assert (await row(code)).state == "draft"


async def test_an_answer_to_a_field_that_is_not_shown_is_let_go() -> None:
    _, me = await an_applicant()
    code = await submitted(me, other="上回选其他时写的")
    assert filing.answers_of(await row(code)) == ANSWERS


async def test_what_the_guide_asks_for_must_be_there_or_be_promised() -> None:
    _, me = await an_applicant()
    code = await a_draft(me, materials=(OLD_CARD,))
    with pytest.raises(MaterialsMissing) as caught:
        await filing.submit(code=code, pledge_version=pledge.CURRENT, by=me)
    assert [one["field"] for one in caught.value.detail] == [BOOKLET]
    with pytest.raises(MayNotFollow):
        await filing.save(code=code, answers=ANSWERS, promised=[BOOKLET], hall_code="", by=me)
    await upload(Owner("filing", code), me, material=BOOKLET)
    with pytest.raises(PledgeNeeded):
        await filing.submit(code=code, pledge_version="2020-01", by=me)
    assert await filing.submit(code=code, pledge_version=pledge.CURRENT, by=me) == "submitted"
    kept = await row(code)
    assert (kept.pledge_version, kept.rounds, kept.promised) == (pledge.CURRENT, 1, [REPORT])
    assert kept.pledged_at is not None
    with pytest.raises(FilingClosed):
        await filing.save(code=code, answers={}, promised=[], hall_code="", by=me)


async def test_a_guide_that_asks_for_something_else_is_taken_over_before_sending_in() -> None:
    _, me = await an_applicant()
    code = await a_draft(me)
    await online_city(WITH_FORM.replace("label: 份数", "label: 需要几份").replace("\nversion: 1", "\nversion: 2"))
    assert (await filing_views.one_of_mine(code=code, by=me)).outdated
    with pytest.raises(GuideMoved):
        await filing.submit(code=code, pledge_version=pledge.CURRENT, by=me)
    await filing.follow_guide(code=code, by=me)
    view = await filing_views.one_of_mine(code=code, by=me)
    assert (view.outdated, view.answers["copies"], view.fields[3].label) == (False, "2", "需要几份")
    await filing.submit(code=code, pledge_version=pledge.CURRENT, by=me)


async def test_sent_in_under_an_older_guide_it_is_judged_by_that_one() -> None:
    _, me = await an_applicant()
    reviewer = await a_reviewer()
    code = await in_review(me, reviewer)
    await online_city(WITH_FORM.replace("label: 份数", "label: 需要几份").replace("\nversion: 1", "\nversion: 2"))
    await review.send_back(
        code=code, missing=[Missing(material="填写内容", why="份数写错了")], within=CITY, by=reviewer
    )
    assert (await filing_views.one_of_mine(code=code, by=me)).fields[3].label == "份数"
    await filing.submit(code=code, pledge_version=pledge.CURRENT, by=me)


async def test_sent_back_once_with_everything_then_taken_on_as_one_case() -> None:
    _, me = await an_applicant(name="李四")
    reviewer = await a_reviewer()
    code = await in_review(me, reviewer)
    asked = [Missing(material=OLD_CARD, why="照片看不清"), Missing(material=EXTRA, why="未满 16 周岁需要")]
    await review.send_back(code=code, missing=asked, within=CITY, by=reviewer)
    view = await filing_views.one_of_mine(code=code, by=me)
    assert [one.material for one in view.notice] == [OLD_CARD, EXTRA]
    with pytest.raises(MaterialsMissing) as caught:  # what was there before is not what was asked for
        await filing.submit(code=code, pledge_version=pledge.CURRENT, by=me)
    assert [one["field"] for one in caught.value.detail] == [OLD_CARD, EXTRA]
    for material in (OLD_CARD, EXTRA):
        await upload(Owner("filing", code), me, material=material)
    await filing.submit(code=code, pledge_version=pledge.CURRENT, by=me)
    await review.claim(code=code, within=CITY, by=reviewer)
    with pytest.raises(AlreadySentBack):
        await review.send_back(code=code, missing=asked, within=CITY, by=reviewer)
    case_no = await review.accept(code=code, within=CITY, by=reviewer)
    assert await review.accept(code=code, within=CITY, by=reviewer) == case_no
    case = await Case.get(case_no=case_no)
    assert (case.stage, case.promised_days, case.citizen_id) == ("accepted", 20, me.number)
    assert await CaseEvent.filter(case=case).order_by("id").values_list("kind", flat=True) == ["received", "accepted"]
    assert (await filing_views.one_of_mine(code=code, by=me)).case_no == case_no


async def test_a_notice_asks_for_nothing_the_guide_does_not_list() -> None:
    _, me = await an_applicant()
    reviewer = await a_reviewer()
    code = await in_review(me, reviewer)
    for asked in ([], [Missing(material="无犯罪证明", why="补一个")], [Missing(material=OLD_CARD, why=" ")]):
        with pytest.raises(NoticeFault):
            await review.send_back(code=code, missing=asked, within=CITY, by=reviewer)


async def test_refused_with_a_reason_and_the_way_of_appeal() -> None:
    _, me = await an_applicant()
    reviewer = await a_reviewer()
    code = await in_review(me, reviewer)
    with pytest.raises(ReasonNeeded):
        await review.refuse(code=code, reason="不", within=CITY, by=reviewer)
    await review.refuse(code=code, reason="不符合受理条件：未满 16 周岁", within=CITY, by=reviewer)
    view = await filing_views.one_of_mine(code=code, by=me)
    assert "行政复议" in view.what_next
    assert "未满 16 周岁" in view.reason
    with pytest.raises(NotInReview):
        await review.accept(code=code, within=CITY, by=reviewer)


async def test_one_reviewer_at_a_time_and_only_of_the_hall() -> None:
    _, me = await an_applicant()
    one, other = await a_reviewer(), await a_reviewer()
    code = await submitted(me)
    with pytest.raises(ClaimFirst):
        await review.accept(code=code, within=CITY, by=one)
    with pytest.raises(NotYourHall):
        await review.claim(code=code, within=("9902/",), by=one)
    await review.claim(code=code, within=("9901/",), by=one)
    await review.claim(code=code, within=CITY, by=one)
    with pytest.raises(ClaimedByAnother):
        await review.claim(code=code, within=CITY, by=other)
    with pytest.raises(ClaimedByAnother):
        await review.refuse(code=code, reason="不是我的", within=CITY, by=other)
    await review.let_go(code=code, within=CITY, by=one)
    await review.claim(code=code, within=CITY, by=other)


async def test_nobody_sees_or_moves_anothers_application() -> None:
    _, me = await an_applicant()
    _, other = await an_applicant()
    code = await a_draft(me)
    for attempt in (
        filing_views.one_of_mine(code=code, by=other),
        filing.submit(code=code, pledge_version=pledge.CURRENT, by=other),
        filing.withdraw(code=code, by=other),
        upload(Owner("filing", code), other),
    ):
        with pytest.raises(FilingNotFound):
            await attempt


async def test_withdrawn_it_takes_its_papers_with_it_and_a_new_one_may_begin() -> None:
    _, me = await an_applicant()
    code = await submitted(me)
    await filing.withdraw(code=code, by=me)
    await filing.withdraw(code=code, by=me)
    assert (await row(code)).answers_sealed == ""
    assert set(await Paper.filter(filing__code=code).values_list("state", flat=True)) == {"gone"}
    assert await filing.begin(slug=SLUG, hall_code=HALL, by=me) != code
    reviewer = await a_reviewer()
    done, _ = await accepted(me, reviewer)
    with pytest.raises(FilingClosed):
        await filing.withdraw(code=done, by=me)


async def test_drafts_and_unanswered_notices_run_out() -> None:
    _, me = await an_applicant()
    _, other = await an_applicant()
    reviewer = await a_reviewer()
    draft = await a_draft(me)
    back = await in_review(other, reviewer)
    await review.send_back(code=back, missing=[Missing(material=OLD_CARD, why="看不清")], within=CITY, by=reviewer)
    await filing_jobs.end_what_ran_out()
    assert [(await row(one)).state for one in (draft, back)] == ["draft", "returned"]
    with clock.shifted(timedelta(days=settings.current().papers.draft_days, minutes=1)):
        await filing_jobs.end_what_ran_out()
    assert [(await row(one)).state for one in (draft, back)] == ["expired", "expired"]


async def test_a_merge_keeps_one_draft_and_all_that_was_sent_in() -> None:
    from identity.events import CitizensMerged

    gone, gone_by = await an_applicant()
    kept, kept_by = await an_applicant()
    sent = await submitted(gone_by)
    lost, stays = await a_draft(gone_by), await a_draft(kept_by)
    await filing_jobs.follow_filings(CitizensMerged(gone=gone.id, kept=kept.id))
    await filing_jobs.follow_filings(CitizensMerged(gone=gone.id, kept=kept.id))
    assert {one.code: one.state for one in await Filing.filter(citizen=kept)} == {
        sent: "submitted", lost: "withdrawn", stays: "draft",
    }  # fmt: skip


async def test_what_a_person_can_take_home_and_what_goes_when_they_leave() -> None:
    citizen, me = await an_applicant()
    code = await a_draft(me)
    told = await filing_jobs.export(citizen.id)
    assert (told[0]["answers"]["phone"], len(told[0]["papers"])) == ("13800000001", 3)
    async with database.transaction():
        await filing_jobs.forget(citizen.id)
    assert ((await row(code)).state, await papers.Paper.filter(state="ready").count()) == ("withdrawn", 0)
