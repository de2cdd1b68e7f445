"""Asking: one message of a citizen or a visitor, answered, and kept with its conversation (会话)."""

import secrets
from dataclasses import asdict, dataclass
from typing import Any

from assistant import dialogue, knowledge, masking
from assistant.answering import Answer
from assistant.aspects import Aspect
from assistant.dialogue import Memory
from assistant.errors import ConversationNotFound, TurnNotFound
from assistant.models import Conversation, Turn
from foundation import database, metrics
from foundation.actor import Actor

LONGEST_KEPT = 500


@dataclass(frozen=True, kw_only=True)
class Asked:
    """An answer, the conversation to go on with (known to the asker only) and the turn to rate."""

    conversation: str
    turn_id: int
    answer: Answer


async def ask(*, question: str, conversation: str | None = None, by: Actor | None = None) -> Asked:
    """Answer `question`; `by` is the citizen, or None for a visitor. Without `conversation` a new one begins.

    Raises ConversationNotFound for a conversation of somebody else.
    """
    snapshot = await knowledge.current()
    await knowledge.understand(snapshot, question)
    async with database.transaction():
        talk = await _open(conversation, by)
        answer, memory = dialogue.reply(snapshot, question, _recall(talk.state))
        turn = await _keep(talk, question, answer)
        talk.state = asdict(memory)
        await talk.save(update_fields=["state", "changed_at", "citizen_id"])
    metrics.count("assistant_turns_total", kind=answer.kind)
    return Asked(conversation=talk.token, turn_id=turn.id, answer=answer)


async def rate(*, turn_id: int, conversation: str, helpful: bool) -> None:
    """Say whether an answer helped; only who holds the conversation can. Raises TurnNotFound."""
    changed = await Turn.filter(id=turn_id, conversation__token=conversation).update(helpful=helpful)
    if not changed:
        raise TurnNotFound


async def _open(token: str | None, by: Actor | None) -> Conversation:
    """The conversation, locked so that its turns follow one another; a visitor who signs in keeps theirs."""
    citizen_id = by.number if by else None
    if token is None:
        return await Conversation.create(token=secrets.token_urlsafe(24), citizen_id=citizen_id)
    talk = await Conversation.select_for_update().get_or_none(token=token)
    if talk is None or talk.citizen_id not in (None, citizen_id):  # type: ignore[attr-defined]
        raise ConversationNotFound
    talk.citizen_id = citizen_id
    return talk


async def _keep(talk: Conversation, question: str, answer: Answer) -> Turn:
    first = answer.passages[0].source if answer.passages else None
    return await Turn.create(
        conversation=talk,
        question=masking.masked(question[: LONGEST_KEPT * 2])[:LONGEST_KEPT],
        band=answer.kind,
        answer=_kept(answer),
        item_code=first.item_code if first else "",
        section=first.section_kind if first else "",
        confidence=answer.confidence,
    )


def _kept(answer: Answer) -> dict[str, Any]:
    """Enough to show the turn again and to see why: the note, the sources with their versions, what was offered."""
    sources = [
        asdict(passage.source) | {"effective_date": str(passage.source.effective_date)} for passage in answer.passages
    ]
    return {"note": answer.note, "sources": sources, "choices": [asdict(choice) for choice in answer.choices]}


def _recall(state: dict[str, Any]) -> Memory:
    return Memory(
        items=tuple(state.get("items", ())),
        offered=tuple(state.get("offered", ())),
        asked=tuple(Aspect(asked) for asked in state.get("asked", ())),
        misses=int(state.get("misses", 0)),
    )
