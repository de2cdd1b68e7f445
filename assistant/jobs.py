"""What the assistant listens to, and what it keeps of a person."""

from datetime import timedelta
from typing import Any

from tortoise.queryset import QuerySet

from assistant import handover_jobs
from assistant.handover_models import HandoverLine
from assistant.models import Conversation, Turn
from foundation import clock, database, personal_data
from foundation.events import on
from foundation.jobs import scheduled
from identity.events import CitizensMerged

KEPT_DAYS = 180
"""Days after its last turn until a conversation is deleted."""


@on(CitizensMerged)
async def follow_merge(event: CitizensMerged) -> None:
    """Conversations of both accounts belong to the one that stays."""
    await Conversation.filter(citizen_id=event.gone).update(citizen_id=event.kept)


@scheduled("40 3 * * *")
async def delete_old_conversations() -> None:
    """Questions are kept to learn from, not for ever."""
    old = clock.now() - timedelta(days=KEPT_DAYS)
    async with database.transaction():
        await _delete(Conversation.filter(changed_at__lt=old))


async def export(citizen_id: int) -> list[dict[str, Any]]:
    turns = await Turn.filter(conversation__citizen_id=citizen_id).order_by("id")
    lines = await HandoverLine.filter(handover__conversation__citizen_id=citizen_id).order_by("id")
    asked = [{"at": one.at.isoformat(), "question": one.question, "answer": one.answer} for one in turns]
    return asked + [{"at": one.at.isoformat(), "said_by": one.said_by, "text": one.text} for one in lines]


async def forget(citizen_id: int) -> None:
    async with database.transaction():
        await _delete(Conversation.filter(citizen_id=citizen_id))


async def _delete(conversations: QuerySet[Conversation]) -> None:
    """Locked, so that nobody adds to one while it goes."""
    ids = [one.id for one in await conversations.order_by("id").select_for_update()]
    await handover_jobs.delete_with(ids)
    await Turn.filter(conversation_id__in=ids).delete()
    await Conversation.filter(id__in=ids).delete()


personal_data.register("assistant", export=export, forget=forget)
