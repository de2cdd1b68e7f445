"""A bad mark followed up: owner, call, extension, mending, verification, appeal, and what is told when it is late."""

from datetime import date, timedelta

import pytest

from feedback import lateness, mark_figures, mark_list, rectification_appeals, rectifying
from feedback.errors import NothingWritten
from feedback.models import Rating, Rectification, RectificationNote
from feedback.rectification_errors import (
    AnotherDecides,
    AppealedAlready,
    ExtendedAlready,
    ExtensionTooLong,
    NoAppealOpen,
    NotAtThisStage,
    NotYourRectification,
    RectificationNotFound,
    TooLateToExtend,
)
from foundation import audit, clock
from foundation.actor import Actor
from tests.builders import opinions
from tests.builders.appointments import told
from tests.builders.opinions import a_bad_mark, noon

pytestmark = pytest.mark.usefixtures("db")

BEFORE_HOLIDAY = date(2025, 9, 30)  # 国庆 and 中秋 until 8 October, Saturday the 11th worked


async def owned(one: Rectification, *, name: str = "王五") -> Actor:
    by = await opinions.staff(("hall_manager", ""), name=name)
    await rectifying.assign(rectification_id=one.id, owner_id=by.number, by=by)
    return by


async def test_from_the_call_to_the_citizen_s_word() -> None:
    with clock.frozen(noon(BEFORE_HOLIDAY)):
        one, citizen = await a_bad_mark()
        assert (one.call_back_due, one.mend_due) == (date(2025, 10, 9), date(2025, 10, 28))
        assert one.calendar.startswith("chinesecalendar-")
    with clock.frozen(noon(date(2025, 10, 9))):
        by = await owned(one)
        with pytest.raises(NotAtThisStage):
            await rectifying.mend(rectification_id=one.id, remedy="加开窗口", by=by)
        await rectifying.call_back(rectification_id=one.id, text="已致歉并了解情况", reached=True, by=by)
        with pytest.raises(NothingWritten):
            await rectifying.mend(rectification_id=one.id, remedy=" ", by=by)
        await rectifying.mend(rectification_id=one.id, remedy="加开两个窗口", by=by)
        stranger = await opinions.a_citizen()
        with pytest.raises(RectificationNotFound):
            await rectifying.verify_mine(rectification_id=one.id, satisfied=True, text="", by=stranger)
        await rectifying.verify_mine(rectification_id=one.id, satisfied=False, text="还是要等", by=citizen)
        again = await Rectification.get(id=one.id)
        assert (again.state, again.rounds, again.mended_on, again.mend_due) == (
            "called_back",
            2,
            None,
            date(2025, 10, 29),
        )
        await rectifying.mend(rectification_id=one.id, remedy="再加开两个窗口", by=by)
        await rectifying.verify_mine(rectification_id=one.id, satisfied=True, text="", by=citizen)
        done = await Rectification.get(id=one.id)
        assert (done.state, done.found) == ("verified", "satisfied")
        [line] = await mark_figures.over(
            within={""}, start=BEFORE_HOLIDAY, end=BEFORE_HOLIDAY, by="department", today=clock.today()
        )
    assert [event["state"] for event in await told("RectificationMoved")] == [
        "called_back", "mended", "again", "mended", "verified",
    ]  # fmt: skip
    assert (line.rectifications, line.called_on_time, line.mended_on_time, line.satisfied) == (1, 100.0, 100.0, 100.0)
    kinds = await RectificationNote.all().order_by("id").values_list("kind", flat=True)
    assert kinds == ["called", "mended", "unsatisfied", "mended", "satisfied"]


async def test_only_its_owner_works_on_it_and_reads_whom_to_call() -> None:
    one, citizen = await a_bad_mark(name="李四")
    with pytest.raises(NotYourRectification):
        await mark_list.whom_to_call(rectification_id=one.id, by=await opinions.staff())
    by, other = await owned(one), await opinions.staff()
    for verb in (
        rectifying.call_back(rectification_id=one.id, text="打了", reached=True, by=other),
        rectifying.extend(rectification_id=one.id, workdays=1, reason="忙", by=other),
    ):
        with pytest.raises(NotYourRectification):
            await verb
    person = await mark_list.whom_to_call(rectification_id=one.id, by=by)
    assert person is not None
    assert (person.name, person.phone) == ("李四", opinions.PHONE)
    [read, *_] = await audit.latest([f"citizen:{citizen.number}"])
    assert (read.action, read.actor) == ("citizen.read", str(by))
    [card] = await mark_list.board(within={""})
    assert "李四" not in repr(card)
    assert "李四" not in repr(await mark_list.ratings(within={""}, start=card.done_on, end=card.done_on))
    with pytest.raises(RectificationNotFound):
        await mark_list.one(one.id + 1)


async def test_the_time_is_extended_once_with_a_reason_and_in_time() -> None:
    with clock.frozen(noon(BEFORE_HOLIDAY)):
        one, _ = await a_bad_mark()
        by = await owned(one)
        for workdays in (0, 11):
            with pytest.raises(ExtensionTooLong):
                await rectifying.extend(rectification_id=one.id, workdays=workdays, reason="要施工", by=by)
        with pytest.raises(NothingWritten):
            await rectifying.extend(rectification_id=one.id, workdays=5, reason="", by=by)
        await rectifying.extend(rectification_id=one.id, workdays=5, reason="要施工", by=by)
        assert (await Rectification.get(id=one.id)).mend_due == date(2025, 11, 4)
        with pytest.raises(ExtendedAlready):
            await rectifying.extend(rectification_id=one.id, workdays=5, reason="再来", by=by)
        late, _ = await a_bad_mark()
        other = await owned(late)
    with clock.frozen(noon(late.mend_due + timedelta(days=1))), pytest.raises(TooLateToExtend):
        await rectifying.extend(rectification_id=late.id, workdays=5, reason="晚了", by=other)


async def test_an_appeal_is_decided_by_another_and_takes_the_mark_off_the_department() -> None:
    one, _ = await a_bad_mark()
    by, judge = await owned(one), await opinions.staff(("supervisor", ""))
    with pytest.raises(NoAppealOpen):
        await rectification_appeals.decide(rectification_id=one.id, accept=True, reason="是", by=judge)
    filer = await opinions.staff(("window", ""))
    await rectification_appeals.file(rectification_id=one.id, text="说的是另一个部门", by=filer)
    with pytest.raises(AppealedAlready):
        await rectification_appeals.file(rectification_id=one.id, text="再说一次", by=filer)
    for party in (filer, by):
        with pytest.raises(AnotherDecides):
            await rectification_appeals.decide(rectification_id=one.id, accept=True, reason="属实", by=party)
    with pytest.raises(NothingWritten):
        await rectification_appeals.decide(rectification_id=one.id, accept=True, reason="", by=judge)
    await rectification_appeals.decide(rectification_id=one.id, accept=True, reason="属实", by=judge)
    rating = await Rating.get(id=one.rating_id)  # type: ignore[attr-defined]
    assert (rating.department, rating.level) == ("", 1)
    assert (await Rectification.get(id=one.id)).state == "dismissed"
    with pytest.raises(NotAtThisStage):
        await rectifying.call_back(rectification_id=one.id, text="打了", reached=True, by=by)
    assert [(card.id, card.appeal_state) for card in await mark_list.board(within={""}, finished=True)] == [
        (one.id, "accepted")
    ]


async def test_an_appeal_in_vain_changes_nothing() -> None:
    one, _ = await a_bad_mark()
    by, judge = await owned(one), await opinions.staff(("supervisor", ""))
    await rectification_appeals.file(rectification_id=one.id, text="不是我们", by=by)
    await rectification_appeals.decide(rectification_id=one.id, accept=False, reason="窗口属你单位", by=judge)
    assert (await Rectification.get(id=one.id)).state == "open"
    assert (await Rating.get()).department == "人力资源社会保障局"


async def test_who_is_not_reached_was_called_and_what_stays_unverified_ends_too() -> None:
    one, _ = await a_bad_mark()
    by = await owned(one)
    await rectifying.call_back(rectification_id=one.id, text="三次未接", reached=False, by=by)
    await rectifying.mend(rectification_id=one.id, remedy="已整改", by=by)
    await rectifying.verify(rectification_id=one.id, found="unreached", text="两次未接", by=by)
    assert (await Rectification.get(id=one.id)).found == "unreached"


async def test_days_that_come_near_and_pass_are_told_once_each() -> None:
    with clock.frozen(noon(BEFORE_HOLIDAY)):
        one, _ = await a_bad_mark()
        by = await owned(one)
    heard: list[list[str]] = []
    for day in (date(2025, 10, 9), date(2025, 10, 10), date(2025, 10, 22), date(2025, 10, 23), date(2025, 10, 29)):
        with clock.frozen(noon(day)):
            before = len(await told("RectificationLate"))
            for _ in range(2):
                await lateness.of_rectifications()
            heard.append([event["what"] for event in (await told("RectificationLate"))[before:]])
    assert heard == [[], ["call_back"], [], ["soon"], ["mend"]]
    with clock.frozen(noon(date(2025, 10, 29))):
        [card] = await mark_list.board(within={""})
        assert (card.late, card.escalated) == ("call_back", "mend")
        assert (await mark_list.late(within={""}), await mark_list.late(within={"9901/"})) == (1, 0)
        await rectifying.call_back(rectification_id=one.id, text="迟到的回访", reached=True, by=by)
        [line] = await mark_figures.over(
            within={""}, start=BEFORE_HOLIDAY, end=BEFORE_HOLIDAY, by="hall", today=clock.today()
        )
    assert (line.called_on_time, line.mended_on_time) == (0.0, 0.0)
