"""Past turns (对话轮次), to be shown again to who lost the connection and comes back for the rest."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec

from assistant import conversations
from assistant.answering import Answer
from assistant.confidence import Band
from assistant.models import Turn
from foundation.actor import Actor

AT_ONCE = 50


@dataclass(frozen=True, kw_only=True)
class Past:
    """A turn as it was: the question as it is kept, masked, and the answer that was given."""

    id: int
    question: str
    answer: Answer
    helpful: bool | None
    at: datetime


async def since(*, conversation: str, after: int = 0, by: Actor | None) -> list[Past]:
    """The first turns after the one with id `after`, in order. Raises ConversationNotFound."""
    talk = await conversations.own(conversation, by)
    rows = await Turn.filter(conversation=talk, id__gt=after).order_by("id").limit(AT_ONCE)
    return [Past(id=one.id, question=one.question, answer=_answer(one), helpful=one.helpful, at=one.at) for one in rows]


def kept(answer: Answer) -> dict[str, Any]:
    """All of an answer but what is looked up beside it: that is of the moment, and perhaps of a person."""
    sources = [
        msgspec.to_builtins(one.source) | {"text": one.text, "shortened": one.shortened} for one in answer.passages
    ]
    return {
        "band": answer.band,
        "note": answer.note,
        "sources": sources,
        "choices": answer.choices,
        "cards": answer.cards,
    }


def _answer(turn: Turn) -> Answer:
    said = {"band": Band.UNKNOWN, **turn.answer}
    passages = [{"text": one["text"], "shortened": one["shortened"], "source": one} for one in said.get("sources", ())]
    return msgspec.convert(
        {**said, "kind": turn.band, "confidence": turn.confidence, "passages": passages},
        Answer,
    )
