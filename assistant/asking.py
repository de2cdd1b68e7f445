"""Asking: one message of a citizen or a visitor, answered, and kept with its conversation (会话)."""

import secrets
from dataclasses import dataclass
from functools import partial

import msgspec

from assistant import (
    answered_before,
    around,
    conversations,
    dialogue,
    handover,
    knowledge,
    masking,
    search_engine_use,
    thread,
    turns,
)
from assistant.answering import Answer, Kind
from assistant.around import Around
from assistant.confidence import Band
from assistant.errors import TurnNotFound
from assistant.models import Conversation, Turn
from assistant.remembering import Memory
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


@dataclass(frozen=True, slots=True)
class _Said:
    """A message, from where, and what Redis knew of the conversation before."""

    question: str
    place: str
    conversation: str | None
    before: thread.Kept | None
    by: Actor | None


async def ask(
    *, question: str, conversation: str | None = None, place: str = "", key: str = "", by: Actor | None = None
) -> Asked:
    """Answer `question`; `by` is the citizen, or None for a visitor. Without `conversation` a new one begins.

    `place` is where it is asked, if that is known: a hall, or a knowledge base.

    With the same `key`, chosen by the asker, the same answer comes again and nothing is asked twice.
    Raises ConversationNotFound for a conversation of somebody else, KeyReused, StillInFlight.
    """
    about, before = await around.now(), await thread.recall(conversation) if conversation else None
    said = _Said(question, place, conversation, before, by)
    snapshot = await search_engine_use.for_message(question, await _spoken_of(said))
    await knowledge.understand(snapshot, question)
    async with database.transaction():
        if not key:
            return await _turn(snapshot, about, said, "")
        body = {"question": question, "conversation": conversation} | ({"place": place} if place else {})
        async with idempotency.once(f"ask:{by or 'visitor'}", key, body) as memory:
            if memory.answer is None:
                await memory.keep(msgspec.to_builtins(await _turn(snapshot, about, said, key)))
            return msgspec.convert(memory.answer, Asked)


async def _turn(snapshot: Snapshot, about: Around, said: _Said, key: str) -> Asked:
    """One turn of the bot, or one line for the person who holds the conversation."""
    talk = await _open(said.conversation, said.by)
    if await handover.pass_on(talk, said.question, key=key):
        return Asked(conversation=talk.token, turn_id=0, answer=WITH_PERSON)
    before = await thread.of(talk, said.before)
    answer, memory = dialogue.reply(snapshot, said.question, before, about, at=said.place)
    answer = await answered_before.beside(answer, said.question)
    turn = await _keep(talk, said.question, answer, memory)
    talk.state = {"turn": turn.id, "misses": memory.misses}
    await talk.save(update_fields=["state", "changed_at", "citizen_id"])
    await database.after_commit(partial(thread.keep, talk.token, thread.Kept(turn.id, turn.at, memory.as_json())))
    metrics.count("assistant_turns_total", kind=answer.kind)
    return Asked(conversation=talk.token, turn_id=turn.id, answer=answer)


async def rate(*, turn_id: int, conversation: str, helpful: bool) -> None:
    """Say whether an answer helped; only who holds the conversation can. Raises TurnNotFound."""
    changed = await Turn.filter(id=turn_id, conversation__token=conversation).update(helpful=helpful)
    if not changed:
        raise TurnNotFound


async def _spoken_of(said: _Said) -> tuple[str, ...]:
    """The items that a follow-up may mean, where they have to be fetched: with a search engine."""
    if said.conversation is None or not search_engine_use.is_on():
        return ()
    memory = await thread.of(await conversations.own(said.conversation, said.by), said.before)
    return (*memory.items, *memory.offered)


async def _open(token: str | None, by: Actor | None) -> Conversation:
    """The conversation, locked so that its turns follow one another; a visitor who signs in keeps theirs."""
    citizen_id = by.number if by else None
    if token is None:
        return await Conversation.create(token=secrets.token_urlsafe(24), citizen_id=citizen_id)
    talk = await conversations.own(token, by, lock=True)
    talk.citizen_id = citizen_id
    return talk


async def _keep(talk: Conversation, question: str, answer: Answer, memory: Memory) -> Turn:
    first = answer.passages[0].source if answer.passages else None
    return await Turn.create(
        conversation=talk,
        question=masking.masked(question[: LONGEST_KEPT * 2])[:LONGEST_KEPT],
        band=answer.kind,
        answer={**turns.kept(answer), "thread": memory.as_json()},
        item_code=first.item_code if first else "",
        section=first.section_kind if first else "",
        confidence=answer.confidence,
        at=clock.now(),
    )
