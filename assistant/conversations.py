"""Whose conversation it is: who holds its token and, once somebody signed in has used it, is that person."""

from assistant.errors import ConversationNotFound
from assistant.models import Conversation
from foundation.actor import Actor


async def own(token: str, by: Actor | None, *, lock: bool = False) -> Conversation:
    """Their conversation, locked if so asked. Raises ConversationNotFound for one of somebody else."""
    found = Conversation.select_for_update() if lock else Conversation.all()
    talk = await found.get_or_none(token=token)
    if talk is None or talk.citizen_id not in (None, by.number if by else None):  # type: ignore[attr-defined]
        raise ConversationNotFound
    return talk
