"""A reply of staff becomes a common question: masked, once, decided once, and known to come from there."""

import asyncio
from datetime import timedelta

import pytest

from assistant import handover_desk, jobs, knowledge, reply_faqs
from assistant.handover_models import Handover, HandoverLine
from assistant.learning_errors import NameKnown
from assistant.models import Conversation
from assistant.reply_errors import (
    ReplyFaqDecided,
    ReplyFaqEmpty,
    ReplyFaqNotFound,
    ReplyFaqReasonNeeded,
    ReplyNotFound,
)
from assistant.reply_models import ReplyFaq
from catalogue import drafting
from catalogue.draft_errors import OwnWork
from catalogue.models import GuideSection
from foundation import audit, clock, settings
from foundation.actor import Actor
from tests.builders import catalogue as build
from tests.builders import handovers, identity

pytestmark = pytest.mark.usefixtures("db", "redis_db")

ASKED = "我叫张三，证号 11010519491231002X，换证要本人去吗"
REPLY = "要本人到场，带旧证。\n有事打 13800138000。"


@pytest.fixture
async def agent() -> Actor:
    await build.small_city()
    knowledge.forget()
    return Actor.staff(await identity.staff(("agent", ""), username="kefu"))


@pytest.fixture
async def editor() -> Actor:
    return Actor.staff(await identity.staff(("editor", ""), username="bianji"))


async def replied(agent: Actor, *, asked: str = ASKED) -> HandoverLine:
    """What the agent answered to somebody who asked that."""
    with handovers.office_hours():
        _, one = await handovers.asked(asked)
        await handover_desk.take(handover_id=one.id, by=agent)
        await handover_desk.reply(handover_id=one.id, text=REPLY, by=agent)
    return await HandoverLine.get(handover_id=one.id, said_by="agent")


async def test_one_click_masks_and_knows_where_it_came_from(agent: Actor) -> None:
    line = await replied(agent)
    faq = await reply_faqs.propose(line_id=line.id, by=agent)
    assert (faq.question, faq.answer) == ("我叫张三,证号 ***,换证要本人去吗", "要本人到场，带旧证。\n有事打 ***。")
    assert await reply_faqs.of_lines(line.handover_id) == {line.id: faq.id}  # type: ignore[attr-defined]
    assert (await reply_faqs.propose(line_id=line.id, by=agent)).id == faq.id
    [told] = await audit.latest([f"reply_faq:{faq.id}"])
    assert (told.action, told.actor) == ("reply_faq.proposed", str(agent))


async def test_what_the_citizen_wrote_is_no_reply(agent: Actor) -> None:
    line = await replied(agent)
    said = await HandoverLine.create(handover_id=line.handover_id, said_by="citizen", text="谢谢", at=clock.now())  # type: ignore[attr-defined]
    with pytest.raises(ReplyNotFound):
        await reply_faqs.propose(line_id=said.id, by=agent)


async def test_two_clicks_at_once_propose_once(agent: Actor) -> None:
    line = await replied(agent)
    made = await asyncio.gather(*(reply_faqs.propose(line_id=line.id, by=agent) for _ in range(4)))
    assert {one.id for one in made} == {(await ReplyFaq.get()).id}


async def test_mended_taken_and_published_by_another(agent: Actor, editor: Actor) -> None:
    faq = await reply_faqs.propose(line_id=(await replied(agent)).id, by=agent)
    await reply_faqs.edit(faq_id=faq.id, question="换证要\n本人去吗", answer="要，带旧证。", by=agent)
    mended = await reply_faqs.find(faq.id)
    draft = await reply_faqs.take(
        faq_id=faq.id, slug="id-card", question=mended.question, answer="要本人到场。电话 13800138000", by=editor
    )
    assert draft.sheet["faqs"][-1] == {"question": "换证要 本人去吗", "answer": "要本人到场。电话 ***"}
    assert [one.id for one in await reply_faqs.of_draft(draft.id)] == [faq.id]
    await drafting.submit(draft_id=draft.id, by=editor)
    with pytest.raises(OwnWork):
        await drafting.publish(draft_id=draft.id, by=editor)
    await drafting.publish(draft_id=draft.id, by=Actor.staff(await identity.staff(("editor", ""), username="fuhe")))
    assert await GuideSection.exists(title="换证要 本人去吗", guide__state="published")


async def test_it_is_decided_once(agent: Actor, editor: Actor) -> None:
    faq = await reply_faqs.propose(line_id=(await replied(agent)).id, by=agent)
    with pytest.raises(ReplyFaqReasonNeeded):
        await reply_faqs.decline(faq_id=faq.id, reason=" ", by=editor)
    with pytest.raises(ReplyFaqEmpty):
        await reply_faqs.edit(faq_id=faq.id, question=" ", answer="有", by=agent)
    with pytest.raises(ReplyFaqNotFound):
        await reply_faqs.decline(faq_id=faq.id + 1, reason="没有", by=editor)
    taking = (
        reply_faqs.take(faq_id=faq.id, slug="id-card", question="问", answer="答", by=editor),
        reply_faqs.decline(faq_id=faq.id, reason="只关系到一个人", by=editor),
    )
    outcomes = await asyncio.gather(*taking, return_exceptions=True)
    assert sum(isinstance(one, ReplyFaqDecided) for one in outcomes) == 1
    with pytest.raises(ReplyFaqDecided):
        await reply_faqs.edit(faq_id=faq.id, question="问", answer="答", by=agent)


async def test_a_question_the_guide_has_is_refused_and_stays_open(agent: Actor, editor: Actor) -> None:
    faq = await reply_faqs.propose(line_id=(await replied(agent)).id, by=agent)
    draft = await drafting.begin(slug="id-card", by=editor)
    known = draft.sheet["faqs"][0]["question"]
    with pytest.raises(NameKnown):
        await reply_faqs.take(faq_id=faq.id, slug="id-card", question=known, answer="答", by=editor)
    assert [one.id for one in await reply_faqs.listed()] == [faq.id]


async def test_it_goes_with_its_conversation_unless_a_guide_has_it(agent: Actor, editor: Actor) -> None:
    kept = await reply_faqs.propose(line_id=(await replied(agent)).id, by=agent)
    gone = await reply_faqs.propose(line_id=(await replied(agent, asked="明天会下雪吗")).id, by=agent)
    await reply_faqs.take(faq_id=kept.id, slug="id-card", question="问", answer="答", by=editor)
    await Conversation.all().update(
        changed_at=clock.now() - timedelta(days=settings.current().privacy.keep_conversations_days + 1)
    )
    await jobs.delete_old_conversations(
        clock.now() - timedelta(days=settings.current().privacy.keep_conversations_days)
    )
    assert await Handover.all().count() == 0
    [left] = await ReplyFaq.all()
    assert (left.id, left.handover_id, left.line_id) == (kept.id, None, None)  # type: ignore[attr-defined]
    assert gone.id != kept.id
