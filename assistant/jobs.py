"""What the assistant listens to, and what it keeps of a person."""

from datetime import timedelta
from typing import Any

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
        await Turn.filter(conversation__changed_at__lt=old).delete()
        await Conversation.filter(changed_at__lt=old).delete()


async def export(citizen_id: int) -> list[dict[str, Any]]:
    turns = await Turn.filter(conversation__citizen_id=citizen_id).order_by("id")
    return [{"at": one.at.isoformat(), "question": one.question, "answer": one.answer} for one in turns]


async def forget(citizen_id: int) -> None:
    async with database.transaction():
        await Turn.filter(conversation__citizen_id=citizen_id).delete()
        await Conversation.filter(citizen_id=citizen_id).delete()


personal_data.register("assistant", export=export, forget=forget)
