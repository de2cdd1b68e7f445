"""What nobody took up in the chat is a consultation, and its answer is in the chat."""

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from assistant import asking, filed_answers, handover, handover_desk, handover_jobs, knowledge, standing
from assistant.answering import Kind
from assistant.handover_models import Handover
from assistant.navigation import CardKind
from feedback import moderation, public_answers
from feedback.consultation_events import ConsultationAnswered, ConsultationRefused
from feedback.consultation_models import Consultation, ConsultationEntry
from foundation import clock
from foundation.actor import Actor
from notifications import feedback_listeners
from notifications.models import Message
from tests.builders import handovers, opinions
from tests.builders.handovers import ADDRESS, NIGHT, OPEN, asked

pytestmark = pytest.mark.usefixtures("db", "redis_db")


@pytest.fixture(autouse=True)
async def nothing_known(db: None) -> AsyncIterator[None]:
    """A city without guides, whatever another test has published; what this one publishes is forgotten."""
    knowledge.forget()
    yield
    knowledge.forget()


async def told_answered(one: Consultation) -> None:
    """The worker tells of the answer, twice as it may."""
    entry = await ConsultationEntry.filter(consultation=one, kind="answered").order_by("-id").first()
    assert entry is not None
    citizen_id: int | None = one.citizen_id  # type: ignore[attr-defined]
    event = ConsultationAnswered(consultation_id=one.id, citizen_id=citizen_id, entry_id=entry.id)
    for _ in range(2):
        await filed_answers.write_answer(event)
        await feedback_listeners.tell_answered(event)


async def test_out_of_hours_it_is_filed_with_its_transcript_and_answered_into_the_chat() -> None:
    citizen, agent = await opinions.a_citizen(), await opinions.staff()
    with handovers.office_hours(NIGHT):
        token, waits = await asked("护照怎么寄到家", by=citizen)
        await handover.ask(conversation=token, question="要多少钱", address=ADDRESS, by=citizen)
        one = await Consultation.get()
    assert (one.title, one.due_on, one.source) == ("护照怎么寄到家", waits.due_on, f"handover:{waits.id}")
    said = await ConsultationEntry.filter(consultation=one).order_by("id").values_list("kind", "text")
    assert said[0] == ("asked", "护照怎么寄到家")
    assert said[-1] == ("asked", "要多少钱")
    assert any(kind == "chat" and text.startswith("市民：护照怎么寄到家") for kind, text in said)
    with handovers.office_hours(OPEN + timedelta(days=1)):
        await opinions.answered(one, by=agent, text="可以选择邮寄。")
        await told_answered(one)
        stands, lines = await standing.of(conversation=token, by=citizen)
    assert (stands.state, stands.outcome) == ("ended", "closed")
    assert [line.text for line in lines if line.said_by == "agent"] == ["可以选择邮寄。"]
    [message] = await Message.all()
    assert (message.title, message.page) == ("您的咨询有答复了", f"pages/consultation/{one.code}")


async def test_answered_in_the_chat_first_it_is_answered_in_the_inbox_too() -> None:
    agent = await opinions.staff()
    with handovers.office_hours(NIGHT):
        token, waits = await asked()
    with handovers.office_hours(OPEN + timedelta(days=1)):
        await handover_desk.take(handover_id=waits.id, by=agent)
        await handover_desk.reply(handover_id=waits.id, text="不会下雨。", by=agent)
        one = await Consultation.get()
        assert one.state == "answered"
        await told_answered(one)
        _, lines = await standing.of(conversation=token, by=None)
    assert [line.text for line in lines if line.said_by == "agent"] == ["不会下雨。"]


async def test_withdrawn_there_is_withdrawn_here_and_a_refusal_is_said_there() -> None:
    agent = await opinions.staff()
    with handovers.office_hours(NIGHT):
        token, _ = await asked()
        await handover.withdraw(conversation=token, by=None)
        assert (await Consultation.get()).state == "withdrawn"
        other, waits = await asked()
        one = await Consultation.get(source=f"handover:{waits.id}")
        await moderation.refuse(consultation_id=one.id, why="unrelated", text="这是天气。", by=agent)
        entry = await ConsultationEntry.get(consultation=one, kind="refused")
        await filed_answers.write_refusal(
            ConsultationRefused(consultation_id=one.id, citizen_id=None, entry_id=entry.id)
        )
        _, lines = await standing.of(conversation=other, by=None)
    assert any("这是天气。" in line.text for line in lines)


async def test_a_wait_that_outlasts_the_hours_is_filed_once() -> None:
    with handovers.office_hours():
        _, waits = await asked()
        assert not await Consultation.exists()
        with clock.shifted(timedelta(hours=1, seconds=1)):
            for _ in range(2):
                await handover_jobs.turn_waits_into_messages()
    assert (await Consultation.get()).source == f"handover:{waits.id}"
    assert (await Handover.get()).state == "message"


async def test_the_bot_offers_what_was_answered_before_where_no_guide_tells() -> None:
    agent = await opinions.staff()
    one = await opinions.answered(await opinions.asked(), by=agent)
    made = await public_answers.publish(
        consultation_id=one.id, question="居住证续签要带什么材料？", answer="带身份证。", by=agent
    )
    answer = (await asking.ask(question="居住证续签要什么材料")).answer
    assert answer.kind is Kind.UNKNOWN
    assert (answer.cards[0].kind, answer.cards[0].target) == (CardKind.ANSWERED, made.code)
    other = (await asking.ask(question="明天会下雨吗")).answer
    assert CardKind.ANSWERED not in [card.kind for card in other.cards]
    await public_answers.take_back(code=made.code, why="政策已变", by=Actor.staff(agent.number))
    gone = (await asking.ask(question="居住证续签要什么材料")).answer
    assert CardKind.ANSWERED not in [card.kind for card in gone.cards]
