"""What nobody looks after any more: conversations fallen silent, and waits that outlast the office hours."""

from datetime import timedelta

from assistant import filed, handover, live, office_hours, reply_faqs
from assistant.handover_models import Follower, Handover, HandoverLine
from assistant.models import Conversation
from foundation import audit, clock, database
from foundation.actor import Actor
from foundation.jobs import scheduled

SILENT = timedelta(minutes=30)
LONGEST_WAIT = timedelta(hours=1)
BY = Actor.system("handover")
ABANDONED = "较长时间没有新的消息，本次人工咨询已结束。还有问题可以再点“找人工”。"


@scheduled("*/5 * * * *")
async def let_go_of_the_silent() -> None:
    """What was answered ends; what was taken and not answered goes back to where it waited."""
    silent = await Handover.filter(state="held", said_at__lt=clock.now() - SILENT).values_list("id", flat=True)
    for handover_id in silent:
        await _let_go(int(handover_id))  # type: ignore[call-overload]


@scheduled("*/5 * * * *")
async def turn_waits_into_messages() -> None:
    """When the office closes, or nobody came for an hour, the question waits as a message (留言) and is not lost."""
    waiting = Handover.filter(state="waiting")
    if await office_hours.open_now():
        waiting = waiting.filter(asked_at__lt=clock.now() - LONGEST_WAIT)
    for one in await waiting.prefetch_related("conversation"):
        async with database.transaction():
            due = await office_hours.answered_by()
            if await Handover.filter(id=one.id, state="waiting").update(state="message", due_on=due):
                await audit.record("handover.became_message", subject=f"handover:{one.id}", by=BY)
                one.due_on = due
                await filed.file(one, citizen_id=one.conversation.citizen_id, by=BY)  # type: ignore[attr-defined]
                await live.changed(one.conversation_id, queue=True)  # type: ignore[attr-defined]


@database.retry_on_deadlock
async def _let_go(handover_id: int) -> None:
    async with database.transaction():
        found = await Handover.get(id=handover_id)
        talk = await Conversation.select_for_update().get(id=found.conversation_id)  # type: ignore[attr-defined]
        one = await Handover.select_for_update().get(id=handover_id)
        if one.state != "held" or one.said_at >= clock.now() - SILENT:
            return
        if one.answered:
            await handover.end(one, talk, outcome="abandoned", saying=ABANDONED)
            await audit.record("handover.abandoned", subject=f"handover:{one.id}", by=BY)
            return
        state = "message" if one.due_on else "waiting"
        await Handover.filter(id=one.id).update(state=state, agent_id=None, taken_at=None)
        await audit.record("handover.released", subject=f"handover:{one.id}", by=BY)
        await live.changed(talk.id, queue=True)


async def delete_with(conversations: list[int]) -> None:
    """What people said in these conversations, and whose they were, goes before them. Raises NotInTransaction."""
    database.joined()
    await reply_faqs.forget_with(conversations)
    await HandoverLine.filter(handover__conversation_id__in=conversations).delete()
    await Handover.filter(conversation_id__in=conversations).delete()
    await Follower.filter(conversation_id__in=conversations).delete()
