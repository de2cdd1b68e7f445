"""Asking: one message of a citizen or a visitor, answered, and kept with its conversation (会话)."""

import secrets
from dataclasses import asdict, dataclass
from typing import Any

import msgspec

from assistant import conversations, dialogue, handover, knowledge, masking, search_engine_use
from assistant.answering import Answer, Kind
from assistant.aspects import Aspect
from assistant.confidence import Band
from assistant.dialogue import Memory
from assistant.errors import TurnNotFound
from assistant.models import Conversation, Turn
from assistant.snapshot import Snapshot
from foundation import clock, database, idempotency, metrics
from foundation.actor import Actor

LONGEST_KEPT = 500
WITH_PERSON = Answer(kind=Kind.WITH_PERSON, band=Band.UNKNOWN, note="已转给工作人员，请留意答复。")


@dataclass(frozen=True, kw_only=True)
class Asked:
    """An answer, the conversation to go on with (known to the asker only) and the turn to rate.

    While a person holds the conversation the bot is silent, and there is no turn to rate: 0.
    """

    conversation: str
    turn_id: int
    answer: Answer


async def ask(
    *, question: str, conversation: str | None = None, place: str = "", key: str = "", by: Actor | None = None
) -> Asked:
    """Answer `question`; `by` is the citizen, or None for a visitor. Without `conversation` a new one begins.

    `place` is where it is asked, if that is known: a hall, or a knowledge base.

    With the same `key`, chosen by the asker, the same answer comes again and nothing is asked twice.
    Raises ConversationNotFound for a conversation of somebody else, KeyReused, StillInFlight.
    """
    snapshot = await search_engine_use.for_message(question, await _spoken_of(conversation, by))
    await knowledge.understand(snapshot, question)
    async with database.transaction():
        if not key:
            return await _turn(snapshot, question, conversation, place, "", by)
        body = {"question": question, "conversation": conversation} | ({"place": place} if place else {})
        async with idempotency.once(f"ask:{by or 'visitor'}", key, body) as memory:
            if memory.answer is None:
                await memory.keep(msgspec.to_builtins(await _turn(snapshot, question, conversation, place, key, by)))
            return msgspec.convert(memory.answer, Asked)


async def _turn(
    snapshot: Snapshot, question: str, conversation: str | None, place: str, key: str, by: Actor | None
) -> Asked:
    """One turn of the bot, or one line for the person who holds the conversation."""
    talk = await _open(conversation, by)
    if await handover.pass_on(talk, question, key=key):
        return Asked(conversation=talk.token, turn_id=0, answer=WITH_PERSON)
    answer, memory = dialogue.reply(snapshot, question, _recall(talk.state), at=place)
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


async def _spoken_of(token: str | None, by: Actor | None) -> tuple[str, ...]:
    """The items that a follow-up may mean, where they have to be fetched: with a search engine."""
    if token is None or not search_engine_use.is_on():
        return ()
    memory = _recall((await conversations.own(token, by)).state)
    return (*memory.items, *memory.offered)


async def _open(token: str | None, by: Actor | None) -> Conversation:
    """The conversation, locked so that its turns follow one another; a visitor who signs in keeps theirs."""
    citizen_id = by.number if by else None
    if token is None:
        return await Conversation.create(token=secrets.token_urlsafe(24), citizen_id=citizen_id)
    talk = await conversations.own(token, by, lock=True)
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
        at=clock.now(),
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
        place=state.get("place", ""),
        ours=state.get("ours", ""),
    )
