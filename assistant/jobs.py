"""What the assistant listens to, and what it keeps of a person."""

from datetime import datetime
from typing import Any

from tortoise.queryset import QuerySet

from assistant import handover_jobs
from assistant.handover_models import HandoverLine
from assistant.models import Conversation, Turn
from foundation import database, personal_data, retention, settings
from foundation.events import on
from identity.events import CitizensMerged


@on(CitizensMerged)
async def follow_merge(event: CitizensMerged) -> None:
    """Conversations of both accounts belong to the one that stays."""
    await Conversation.filter(citizen_id=event.gone).update(citizen_id=event.kept)


async def delete_old_conversations(before: datetime) -> int:
    """Questions are kept to learn from, not for ever; how many conversations went."""
    async with database.transaction():
        return await _delete(Conversation.filter(changed_at__lt=before))


async def export(citizen_id: int) -> list[dict[str, Any]]:
    turns = await Turn.filter(conversation__citizen_id=citizen_id).order_by("id")
    lines = await HandoverLine.filter(handover__conversation__citizen_id=citizen_id).order_by("id")
    asked = [{"at": one.at.isoformat(), "question": one.question, "answer": one.answer} for one in turns]
    return asked + [{"at": one.at.isoformat(), "said_by": one.said_by, "text": one.text} for one in lines]


async def forget(citizen_id: int) -> None:
    async with database.transaction():
        await _delete(Conversation.filter(citizen_id=citizen_id))


async def _delete(conversations: QuerySet[Conversation]) -> int:
    """Locked, so that nobody adds to one while it goes."""
    ids = [one.id for one in await conversations.order_by("id").select_for_update()]
    await handover_jobs.delete_with(ids)
    await Turn.filter(conversation_id__in=ids).delete()
    return await Conversation.filter(id__in=ids).delete()


retention.register(
    "assistant.conversations",
    title="咨询对话",
    days=lambda: settings.current().privacy.keep_conversations_days,
    sweep=delete_old_conversations,
)
personal_data.register(
    "assistant", export=export, forget=forget,
    title="咨询对话",
    holds=(personal_data.Holding("conversation", "咨询对话"),),
)  # fmt: skip
