"""A person instead of the bot: asked for, waited for, answered, given back; out of hours a message."""

from collections.abc import AsyncIterator
from datetime import date, timedelta

import pytest

from assistant import asking, handover, handover_desk, handover_jobs, inbox, jobs, knowledge, office_hours, standing
from assistant.answering import Kind
from assistant.errors import ConversationNotFound
from assistant.handover_errors import (
    AlreadyTaken,
    HandoverNotFound,
    HandoverOver,
    NothingSaid,
    NotYours,
    TooManyHandovers,
)
from assistant.handover_models import Handover, HandoverLine
from assistant.models import Conversation, Turn
from foundation import audit, clock, database, personal_data, workdays
from foundation.actor import Actor
from foundation.idempotency import KeyReused
from notifications.handover_listeners import tell_message_answered
from notifications.models import Message
from tests.builders import handovers, identity
from tests.builders.handovers import ADDRESS, LUNCH, NIGHT, OPEN, SATURDAY, asked

pytestmark = pytest.mark.usefixtures("db", "redis_db")


@pytest.fixture(autouse=True)
async def nothing_known(db: None) -> AsyncIterator[None]:
    """A city without guides, whatever another test has published; what this one publishes is forgotten."""
    knowledge.forget()
    yield
    knowledge.forget()


@pytest.fixture
async def agent() -> Actor:
    return Actor.staff(await identity.staff(("agent", "")))


async def test_a_place_in_the_queue_and_a_wait_that_is_measured(agent: Actor) -> None:
    with handovers.office_hours():
        first, _ = await asked()
        second, later = await asked("股票行情")
        place, _ = await standing.of(conversation=second, by=None)
        assert (place.state, place.ahead, place.minutes) == ("waiting", 1, 10)  # no pace yet: the usual 5 minutes each
        assert place.hours == "工作日 09:00–12:00、13:00–17:00"
        one = await Handover.get(conversation__token=first)
        await handover_desk.take(handover_id=one.id, by=agent)
        with clock.shifted(timedelta(minutes=8)):
            await handover_desk.close(handover_id=one.id, by=agent)
        place, _ = await standing.of(conversation=second, by=None)
        assert (place.ahead, place.minutes) == (0, 9)  # eight minutes and the moment the test took
        assert later.question == "股票行情"


async def test_asking_again_keeps_the_place_and_adds_the_question() -> None:
    with handovers.office_hours():
        token, one = await asked()
        for _ in range(2):
            await handover.ask(conversation=token, question="电话 13812345678 能改吗", address=ADDRESS, by=None)
        assert (await Handover.get(conversation__token=token)).id == one.id
        _, lines = await standing.of(conversation=token, by=None)
        assert [line.text for line in lines] == ["电话 *** 能改吗"]


@pytest.mark.parametrize(
    ("at", "due"),
    [(LUNCH, date(2026, 6, 11)), (NIGHT, date(2026, 6, 11)), (SATURDAY, date(2026, 6, 16))],
    ids=["lunch", "night", "saturday"],
)
async def test_out_of_hours_it_is_a_message_with_a_day(at: object, due: date) -> None:
    with handovers.office_hours(at):  # type: ignore[arg-type]
        assert not await office_hours.open_now()
        token, one = await asked()
        assert (one.state, one.due_on) == ("message", due)
        assert (await asking.ask(question="谢谢", conversation=token)).answer.kind is Kind.GREETING


async def test_a_day_that_staff_declared_off_is_no_day_of_answers() -> None:
    with handovers.office_hours():
        assert await office_hours.open_now()
        by = Actor.system("test")
        await workdays.declare(day=OPEN.date(), is_workday=False, reason="停电", by=by)
        await workdays.declare(day=SATURDAY.date(), is_workday=True, reason="补班", by=by)
        assert not await office_hours.open_now()
    with handovers.office_hours(SATURDAY):
        assert await office_hours.open_now()


async def test_while_a_person_holds_it_the_bot_is_silent_and_afterwards_it_is_not(agent: Actor) -> None:
    with handovers.office_hours():
        token, one = await asked()
        assert (await asking.ask(question="谢谢", conversation=token)).answer.kind is Kind.GREETING  # while waiting
        await handover_desk.take(handover_id=one.id, by=agent)
        silent = await asking.ask(question="我的号 110105199001011234 对吗", conversation=token)
        assert (silent.answer.kind, silent.turn_id) == (Kind.WITH_PERSON, 0)
        await handover_desk.reply(handover_id=one.id, text="  请带身份证原件。 ", by=agent)
        await handover_desk.hand_back(handover_id=one.id, by=agent)
        stands, lines = await standing.of(conversation=token, by=None)
        assert (stands.state, stands.outcome) == ("ended", "returned")
        assert [(line.said_by, line.text) for line in lines] == [
            ("citizen", "我的号 *** 对吗"), ("agent", "请带身份证原件。"), ("system", handover_desk.RETURNED),
        ]  # fmt: skip
        assert [line.id for line in (await standing.of(conversation=token, by=None, after=lines[0].id))[1]] == [
            line.id for line in lines[1:]
        ]
        assert (
            await asking.ask(question="明天会下雨吗", conversation=token)
        ).answer.kind is Kind.UNKNOWN  # misses anew


async def test_a_turn_with_a_key_is_asked_once_by_bot_and_person(agent: Actor) -> None:
    key = "5f0c1a6e-8a54-4a0e-9d2b-000000000001"
    with handovers.office_hours():
        first, again = [await asking.ask(question="明天会下雨吗", key=key) for _ in range(2)]
        assert first == again
        assert await Turn.all().count() == 1
        with pytest.raises(KeyReused):
            await asking.ask(question="后天呢", key=key)
        await handover.ask(conversation=first.conversation, address=ADDRESS, by=None)
        one = await Handover.get()
        await handover_desk.take(handover_id=one.id, by=agent)
        for _ in range(2):
            await asking.ask(question="在吗", conversation=first.conversation, key=key.replace("1", "2"))
        assert await HandoverLine.filter(said_by="citizen").count() == 1


async def test_only_its_holder_answers(agent: Actor) -> None:
    other = Actor.staff(await identity.staff(("agent", "")))
    with handovers.office_hours():
        _, one = await asked()
        for verb in (handover_desk.close, handover_desk.hand_back, handover_desk.typing):
            with pytest.raises(NotYours):
                await verb(handover_id=one.id, by=agent)
        await handover_desk.take(handover_id=one.id, by=agent)
        with pytest.raises(AlreadyTaken):
            await handover_desk.take(handover_id=one.id, by=other)
        with pytest.raises(NotYours):
            await handover_desk.reply(handover_id=one.id, text="您好", by=other)
        with pytest.raises(NothingSaid):
            await handover_desk.reply(handover_id=one.id, text=" \n", by=agent)
        await handover_desk.close(handover_id=one.id, by=agent)
        with pytest.raises(NotYours):
            await handover_desk.reply(handover_id=one.id, text="还有", by=agent)
    with pytest.raises(HandoverNotFound):
        await handover_desk.take(handover_id=one.id + 1, by=agent)


async def test_only_the_asker_sees_and_ends_it() -> None:
    citizen, stranger = [Actor.citizen((await identity.citizen()).id) for _ in range(2)]
    with handovers.office_hours():
        token, one = await asked(by=citizen)
        for by in (stranger, None):
            for refused in (
                standing.of(conversation=token, by=by),
                handover.ask(conversation=token, address=ADDRESS, by=by),
                handover.withdraw(conversation=token, by=by),
                handover.typing(conversation=token, by=by),
            ):
                with pytest.raises(ConversationNotFound):
                    await refused
        await handover.withdraw(conversation=token, by=citizen)
        with pytest.raises(HandoverOver):
            await handover.withdraw(conversation=token, by=citizen)
    deeds = await audit.latest([f"handover:{one.id}"])
    assert [(deed.action, deed.actor) for deed in deeds] == [
        ("handover.withdrawn", str(citizen)), ("handover.asked", str(citizen)),
    ]  # fmt: skip


async def test_a_person_has_two_open_and_an_address_ten() -> None:
    citizen = Actor.citizen((await identity.citizen()).id)
    with handovers.office_hours():
        mine = [(await asked(by=citizen))[0] for _ in range(2)]
        with pytest.raises(TooManyHandovers):
            await asked(by=citizen)
        await handover.withdraw(conversation=mine[0], by=citizen)
        await asked(by=citizen)
        for _ in range(10):
            await asked()
        with pytest.raises(TooManyHandovers):
            await asked()
        await asked(address="203.0.113.8")


async def test_the_answer_to_a_message_is_a_notice_once(agent: Actor) -> None:
    citizen = await identity.citizen()
    with handovers.office_hours(NIGHT):
        token, one = await asked("护照怎么寄到家", by=Actor.citizen(citizen.id))
        _, visitors = await asked()
    with handovers.office_hours(OPEN + timedelta(days=1)):
        for taken in (one, visitors):
            await handover_desk.take(handover_id=taken.id, by=agent)
            await handover_desk.reply(handover_id=taken.id, text="可以选择邮寄。", by=agent)
        told = await database.fetch(
            "select args->'event' as event from procrastinate_jobs where args->>'kind' = 'MessageAnswered'"
        )
        assert len(told) == 2
        for line in await HandoverLine.filter(said_by="agent"):
            for _ in range(2):
                await tell_message_answered(handover_desk.MessageAnswered(handover_id=1, line_id=line.id))
        [notice] = await Message.all()
        assert notice.text == "您问的“护照怎么寄到家”，工作人员答复：可以选择邮寄。"
        assert [line.text for line in (await standing.of(conversation=token, by=Actor.citizen(citizen.id)))[1]] == [
            "可以选择邮寄。"
        ]


async def test_the_inbox_shows_the_queue_before_messages_and_the_transcript_masked(agent: Actor) -> None:
    with handovers.office_hours(NIGHT):
        await asked("留的话")
    with handovers.office_hours(OPEN + timedelta(days=3)):
        token, one = await asked("我的手机 13812345678 收不到短信")
        waiting = await inbox.waiting()
        assert [(entry.state, entry.late) for entry in waiting] == [("waiting", False), ("message", True)]
        await handover_desk.take(handover_id=one.id, by=agent)
        await handover_desk.reply(handover_id=one.id, text="请到窗口更换。", by=agent)
        record = await inbox.record(one.id, agent)
        assert [(said.by, said.text) for said in record.said if said.by != "bot"] == [
            ("citizen", "我的手机 *** 收不到短信"), ("agent", "请到窗口更换。"),
        ]  # fmt: skip
        assert record.mine
        assert [entry.id for entry in await inbox.mine(agent)] == [one.id]
        await handover_desk.close(handover_id=one.id, by=agent)
        assert [entry.outcome for entry in await inbox.finished(agent)] == ["closed"]
    with pytest.raises(HandoverNotFound):
        await inbox.record(one.id + 100, agent)
    assert token


async def test_what_falls_silent_ends_when_answered_and_goes_back_when_not(agent: Actor) -> None:
    with handovers.office_hours():
        _, answered = await asked()
        _, forgotten = await asked()
        for one in (answered, forgotten):
            await handover_desk.take(handover_id=one.id, by=agent)
        await handover_desk.reply(handover_id=answered.id, text="您好", by=agent)
        await handover_jobs.let_go_of_the_silent()
        assert await Handover.filter(state="held").count() == 2
        with clock.shifted(handover_jobs.SILENT + timedelta(seconds=1)):
            await handover_jobs.let_go_of_the_silent()
        assert (await Handover.get(id=answered.id)).outcome == "abandoned"
        back = await Handover.get(id=forgotten.id)
        assert (back.state, back.agent_id, back.asked_at) == ("waiting", None, forgotten.asked_at)  # type: ignore[attr-defined]


async def test_who_still_waits_when_the_office_closes_has_left_a_message() -> None:
    with handovers.office_hours():
        _, one = await asked()
        await handover_jobs.turn_waits_into_messages()
        assert (await Handover.get(id=one.id)).state == "waiting"
        with clock.shifted(timedelta(hours=1, seconds=1)):
            await handover_jobs.turn_waits_into_messages()
        assert (await Handover.get(id=one.id)).state == "message"
        _, late = await asked()
    with handovers.office_hours(LUNCH):
        await handover_jobs.turn_waits_into_messages()
    kept = await Handover.get(id=late.id)
    assert (kept.state, kept.due_on) == ("message", date(2026, 6, 11))


async def test_what_was_said_is_exported_forgotten_and_goes_with_the_conversation(agent: Actor) -> None:
    citizen = await identity.citizen()
    _, one = await asked(by=Actor.citizen(citizen.id))
    await handover_desk.take(handover_id=one.id, by=agent)
    await handover_desk.reply(handover_id=one.id, text="您好", by=agent)
    collector = personal_data.collectors["assistant"]
    assert [line["text"] for line in await collector.export(citizen.id) if "text" in line] == ["您好"]
    await collector.forget(citizen.id)
    assert await Handover.all().count() == await Conversation.all().count() == 0
    await asked()
    await jobs.delete_old_conversations(clock.now() + timedelta(days=1))
    assert await Handover.all().count() == await Conversation.all().count() == 0
