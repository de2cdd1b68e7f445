"""A question to people: where it goes, by when, who may see it, what is said to it, and what everybody may read."""

import asyncio
from datetime import date, timedelta

import pytest

from catalogue import shelf
from catalogue.errors import HallNotFound, ItemNotFound
from feedback import (
    answering,
    consultation_figures,
    consultation_inbox,
    consultation_lookup,
    consultations,
    jobs,
    lateness,
    moderation,
    right_door,
    routing,
)
from feedback.consultation_errors import (
    AnotherReviews,
    AnswerEmpty,
    AppealedOnce,
    AskedAgainAlready,
    ClaimedAlready,
    ConsultationNotFound,
    DoorUnknown,
    KindUnknown,
    MarkedAlready,
    NotInThisState,
    NotYourConsultation,
    PhoneInvalid,
    QuestionInvalid,
    ReasonUnknown,
    RepeatedIdentical,
    RouteInvalid,
    RouteNotFound,
    RouteTaken,
)
from feedback.consultation_models import Consultation, ConsultationEntry
from feedback.errors import LevelUnknown, NothingWritten
from foundation import clock
from foundation.errors import TooManyRequests
from identity.events import CitizensMerged
from tests.builders import opinions
from tests.builders.appointments import a_hall, told
from tests.builders.opinions import ADDRESS, PHONE, asked, noon

pytestmark = pytest.mark.usefixtures("db", "redis_db")


@pytest.mark.parametrize(
    ("today", "due"),
    [
        (date(2025, 9, 28), date(2025, 10, 11)),  # a Sunday that works; 国庆 and 中秋 off; Saturday the 11th works
        (date(2026, 6, 9), date(2026, 6, 16)),
        (date(2026, 6, 12), date(2026, 6, 22)),  # Friday; 端午 on the 19th
    ],
)
async def test_five_working_days_from_the_day_after(today: date, due: date) -> None:
    with clock.frozen(noon(today)):
        one = await asked()
    assert (one.due_on, one.state, len(one.code)) == (due, "open", 10)
    assert one.calendar.startswith("chinesecalendar-")
    assert len(await told("ConsultationAsked")) == 1


async def test_what_is_not_whole_is_refused() -> None:
    for wrong, refusal in (
        ({"kind": "gossip"}, KindUnknown), ({"title": "问"}, QuestionInvalid), ({"text": "怎么办"}, QuestionInvalid),
        ({"phone": "12345"}, PhoneInvalid), ({"hall_code": "nowhere"}, HallNotFound),
        ({"item_code": "nothing"}, ItemNotFound),
    ):  # fmt: skip
        with pytest.raises(refusal):
            await asked(**wrong)
    assert not await Consultation.exists()


async def test_numbers_of_documents_are_not_kept_and_the_phone_is_sealed() -> None:
    one = await asked(title="11010519900101123X 的居住证", text="我的证件号码 11010519900101123X，怎么续签？")
    entry = await ConsultationEntry.get(consultation=one)
    assert "19900101" not in one.title + entry.text
    assert PHONE not in one.phone_sealed + one.factor_fingerprint + repr(await Consultation.all().values())


async def test_the_same_words_are_not_taken_up_twice_however_they_are_spaced() -> None:
    citizen = await opinions.a_citizen()
    first = await asked(by=citizen)
    with pytest.raises(RepeatedIdentical) as refused:
        await asked(by=citizen, text="我的 居住证快到期了。续签，要带哪些材料?")
    assert refused.value.detail == {"code": first.code}
    await asked(by=await opinions.a_citizen())
    await asked(by=citizen, kind="proposal")
    await consultations.withdraw(one=first, by=citizen)
    again = await asked(by=citizen)
    with clock.shifted(timedelta(days=31)):
        await asked(by=citizen)
    assert again.code != first.code


async def test_nobody_files_more_than_ten_a_day() -> None:
    for n in range(consultations.PER_ASKER[0]):
        await asked(title=f"第 {n} 个问题")
    with pytest.raises(TooManyRequests):
        await asked(title="再来一个")


async def test_the_closest_rule_says_who_answers() -> None:
    top = await a_hall(code="9901", name="市中心")
    shelf.forget()
    by = await opinions.staff(("supervisor", ""))

    async def rule(department: str, **given: str) -> int:
        values = {"kind": "", "hall_path": "", "item_code": "", "desk_path": "", **given}
        return (await routing.add(department=department, by=by, **values)).id

    assert (await asked()).department == routing.CITY_DESK
    of_hall = await asked(hall_code="9901", title="中心几点开门")
    assert (of_hall.department, of_hall.desk_path, of_hall.hall_name) == ("市中心", "9901/", "市中心")
    await rule("投诉科", kind="complaint")
    here = await rule("中心管理科", hall_path=top.path, desk_path=top.path)
    found = await routing.desk_for(kind="complaint", hall_path=top.path)
    assert found == routing.Desk("中心管理科", "9901/")
    assert (await routing.desk_for(kind="complaint")).department == "投诉科"
    assert (await routing.desk_for(kind="question")).department == routing.CITY_DESK
    with pytest.raises(RouteTaken):
        await rule("又一个", kind="complaint")
    for wrong in ({"kind": "gossip"}, {"department": " "}):
        with pytest.raises(RouteInvalid):
            await rule(**{"department": "科", **wrong})
    await routing.retire(route_id=here, by=by)
    with pytest.raises(RouteNotFound):
        await routing.retire(route_id=here, by=by)
    assert (await routing.desk_for(kind="complaint", hall_path=top.path)).department == "投诉科"
    assert [one.department for one in await routing.rules()] == ["投诉科"]


async def test_a_wrong_number_and_a_wrong_factor_look_the_same() -> None:
    one, citizen = await asked(), await opinions.a_citizen()
    theirs = await asked(by=citizen)
    mixed = f"{one.code[:5]} {one.code[5:]}".lower()
    assert (await consultation_lookup.own(code=mixed, by=None, last_four="1234", address=ADDRESS)).id == one.id
    assert (await consultation_lookup.own(code=theirs.code, by=citizen, address=ADDRESS)).id == theirs.id
    for code, last_four, by in (
        (one.code, "9999", None), ("NOSUCHCODE", "1234", None), (one.code, "", None), (theirs.code, "", None),
        (one.code, "", citizen),
    ):  # fmt: skip
        with pytest.raises(ConsultationNotFound) as refused:
            await consultation_lookup.own(code=code, by=by, last_four=last_four, address=ADDRESS)
        assert refused.value.detail is None
    outcomes = [
        await asyncio.gather(
            consultation_lookup.own(code=one.code, by=None, last_four="0000", address="203.0.113.10"),
            return_exceptions=True,
        )
        for _ in range(consultation_lookup.PER_NUMBER[0] + 1)
    ]
    assert isinstance(outcomes[-1][0], TooManyRequests)


async def test_claimed_answered_asked_again_and_marked() -> None:
    citizen = await opinions.a_citizen()
    one = await asked(by=citizen)
    agent, other = await opinions.staff(), await opinions.staff()
    with pytest.raises(NotYourConsultation):
        await answering.answer(consultation_id=one.id, text="好", by=agent)
    await answering.claim(consultation_id=one.id, by=agent)
    with pytest.raises(ClaimedAlready):
        await answering.claim(consultation_id=one.id, by=other)
    await answering.note(consultation_id=one.id, text="已与派出所核实", by=other)
    with pytest.raises(AnswerEmpty):
        await answering.answer(consultation_id=one.id, text=" ", by=agent)
    for verb in (
        consultations.rate(one=one, level=5, by=citizen),
        consultations.ask_again(one=one, text="还有", by=citizen),
    ):
        with pytest.raises(NotInThisState):
            await verb
    await answering.answer(consultation_id=one.id, text="带身份证。", by=agent)
    with pytest.raises(LevelUnknown):
        await consultations.rate(one=one, level=6, by=citizen)
    await consultations.rate(one=one, level=4, by=citizen)
    with pytest.raises(MarkedAlready):
        await consultations.rate(one=one, level=5, by=citizen)
    await consultations.ask_again(one=one, text="家人可以代办吗？", by=citizen)
    assert (await Consultation.get(id=one.id)).state == "open"
    await answering.answer(consultation_id=one.id, text="可以。", by=agent)
    with pytest.raises(AskedAgainAlready):
        await consultations.ask_again(one=one, text="还有一个", by=citizen)
    seen = await consultation_lookup.seen(one)
    assert [(said.label, said.text) for said in seen.said] == [
        ("我的诉求", "我的居住证快到期了，续签要带哪些材料？"), ("答复", "带身份证。"),
        ("我的追问", "家人可以代办吗？"), ("答复", "可以。"),
    ]  # fmt: skip
    assert (seen.can_mark, seen.can_ask_again, seen.mark) == (True, False, None)
    assert len(await told("ConsultationAnswered")) == 2


async def test_an_answer_of_a_reviewed_kind_needs_a_second_pair_of_eyes() -> None:
    one = await asked(kind="complaint")
    agent, reviewer = await opinions.staff(), await opinions.staff()
    await answering.claim(consultation_id=one.id, by=agent)
    await answering.answer(consultation_id=one.id, text="初稿", by=agent)
    assert (await consultation_lookup.seen(one)).state == "open"
    for verb in (answering.approve(consultation_id=one.id, by=agent),
                 answering.send_back(consultation_id=one.id, reason="重写", by=agent)):  # fmt: skip
        with pytest.raises(AnotherReviews):
            await verb
    await answering.send_back(consultation_id=one.id, reason="请写明时限", by=reviewer)
    await answering.answer(consultation_id=one.id, text="三日内处理并告知。", by=agent)
    assert await consultation_inbox.counts(within={""}, staff_id=reviewer.number) == {
        "waiting": 0, "mine": 0, "review": 1, "appeals": 0, "late": 0,
    }  # fmt: skip
    await answering.approve(consultation_id=one.id, by=reviewer)
    assert [said.text for said in (await consultation_lookup.seen(one)).said][1:] == ["三日内处理并告知。"]
    with pytest.raises(NotInThisState):
        await answering.approve(consultation_id=one.id, by=reviewer)


async def test_it_is_passed_on_with_a_reason_and_pointed_to_another_door() -> None:
    hall = await a_hall(code="9902", name="东岸中心")
    one, agent = await asked(), await opinions.staff()
    with pytest.raises(NothingWritten):
        await answering.transfer(consultation_id=one.id, department="人社局", desk_path=hall.path, reason="", by=agent)
    await answering.claim(consultation_id=one.id, by=agent)
    await answering.transfer(
        consultation_id=one.id, department="人社局", desk_path=hall.path, reason="属人社", by=agent
    )
    moved = await Consultation.get(id=one.id)
    assert (moved.department, moved.owner_id, moved.due_on) == ("人社局", None, one.due_on)  # type: ignore[attr-defined]
    [waits] = await consultation_inbox.listed(within={"9902/"}, staff_id=1, box="waiting")
    assert waits.code == moved.code
    assert await consultation_inbox.listed(within={"9901/"}, staff_id=1, box="waiting") == []
    await answering.assign(consultation_id=one.id, owner_id=agent.number, by=agent)
    with pytest.raises(DoorUnknown):
        await answering.point(consultation_id=one.id, door="nowhere", text="", by=agent)
    await answering.point(consultation_id=one.id, door="labour", text="请带劳动合同。", by=agent)
    seen = await consultation_lookup.seen(one)
    assert (seen.state, seen.said[-1].text.endswith("电话 12333。请带劳动合同。")) == ("pointed", True)
    assert "moved" not in [said.label for said in seen.said]


@pytest.mark.parametrize(
    ("text", "first"),
    [("公司拖欠工资三个月", "labour"), ("我要信访", "petition"), ("被骗了两万元", "police"), ("买到假货", "consumer"),
     ("居住证怎么续", None)],
)  # fmt: skip
def test_the_right_door_is_suggested(text: str, first: str | None) -> None:
    assert next((one.code for one in right_door.suggested(text)), None) == first


async def test_a_refusal_explains_itself_and_is_appealed_once_to_somebody_else() -> None:
    citizen = await opinions.a_citizen()
    one = await asked(by=citizen, title="你们都是王八蛋", text="王八蛋，什么都不办！")
    agent, judge = await opinions.staff(), await opinions.staff()
    assert (await consultation_inbox.one(one.id)).suspect == "insult"
    for why, text in (("rude", "不好听"), ("insult", " ")):
        with pytest.raises(ReasonUnknown):
            await moderation.refuse(consultation_id=one.id, why=why, text=text, by=agent)
    with pytest.raises(NotInThisState):
        await moderation.appeal(one=one, text="我没有骂人呀", by=citizen)
    await moderation.refuse(consultation_id=one.id, why="insult", text="请改用平和的表述。", by=agent)
    said = (await consultation_lookup.seen(one)).said[-1].text
    assert "侮辱" in said
    assert moderation.HOW_TO_APPEAL in said
    with pytest.raises(NotInThisState):
        await moderation.decide(consultation_id=one.id, accept=True, reason="成立", by=judge)
    await moderation.appeal(one=one, text="我没有骂人，只是着急", by=citizen)
    with pytest.raises(AppealedOnce):
        await moderation.appeal(one=one, text="我再申诉一次吧", by=citizen)
    with pytest.raises(AnotherReviews):
        await moderation.decide(consultation_id=one.id, accept=False, reason="维持", by=agent)
    with pytest.raises(NothingWritten):
        await moderation.decide(consultation_id=one.id, accept=False, reason="", by=judge)
    with clock.shifted(timedelta(days=20)):
        await moderation.decide(consultation_id=one.id, accept=True, reason="情绪激动但有具体事项", by=judge)
        opened = await Consultation.get(id=one.id)
        assert (opened.state, opened.appeal_state, opened.refused_why) == ("open", "accepted", "")
        assert opened.due_on > clock.today()
        await moderation.refuse(consultation_id=one.id, why="unrelated", text="仍无具体事项。", by=judge)
    seen = await consultation_lookup.seen(one)
    assert (seen.state, seen.can_appeal, moderation.HOW_TO_APPEAL in seen.said[-1].text) == ("refused", False, False)
    with pytest.raises(AppealedOnce):
        await moderation.appeal(one=one, text="我再申诉一次吧", by=citizen)


async def test_days_that_come_near_and_pass_are_told_once_and_counted() -> None:
    with clock.frozen(noon(date(2025, 9, 28))):
        one = await asked()
        heard: list[list[str]] = []
    for day in (date(2025, 9, 30), date(2025, 10, 10), date(2025, 10, 11), date(2025, 10, 13)):
        with clock.frozen(noon(day)):
            before = len(await told("ConsultationLate"))
            for _ in range(2):
                await jobs.remind_and_escalate()
            heard.append([event["what"] for event in (await told("ConsultationLate"))[before:]])
    assert heard == [[], ["soon"], [], ["late"]]
    with clock.frozen(noon(date(2025, 10, 13))):
        [entry] = await consultation_inbox.listed(within={""}, staff_id=1, box="late")
        [line] = await consultation_figures.over(
            within={""}, start=date(2025, 9, 28), end=date(2025, 9, 28), by="kind", today=clock.today()
        )
        assert await lateness.of_consultations() == 0
    assert (entry.code, entry.late) == (one.code, True)
    assert (line.name, line.asked, line.late, line.on_time) == ("咨询", 1, 1, 0.0)


async def test_it_follows_a_merge_is_exported_and_forgotten() -> None:
    citizen, elder = await opinions.a_citizen(), await opinions.a_citizen(name="李四")
    one = await asked(by=citizen)
    await answering.note(consultation_id=one.id, text="内部说明", by=await opinions.staff())
    for _ in range(2):
        await jobs.follow_merge(CitizensMerged(kept=elder.number, gone=citizen.number))
    [told_of] = await jobs.export(elder.number)
    assert told_of["said"] == ["我的居住证快到期了，续签要带哪些材料？"]
    await jobs.forget(elder.number)
    kept = await Consultation.get(id=one.id)
    assert (kept.title, kept.phone_sealed, kept.factor_fingerprint) == ("（已删除）", "", "")
    assert "居住证" not in repr(await ConsultationEntry.all().values("text"))
