"""Asking: one message of a citizen or a visitor, answered, and kept with its conversation (会话)."""

import asyncio
import secrets
from dataclasses import dataclass
from datetime import datetime
from functools import partial

import msgspec

from assistant import (
    answered_before,
    around,
    bookable,
    conversations,
    dialogue,
    handover,
    knowledge,
    logging_turns,
    search_engine_use,
    signposts,
    thread,
)
from assistant.answering import Answer, Kind
from assistant.around import Around
from assistant.confidence import Band
from assistant.errors import TurnNotFound
from assistant.models import Turn
from assistant.remembering import Memory
from assistant.snapshot import Snapshot
from foundation import clock, database, idempotency, metrics
from foundation.actor import Actor

WITH_PERSON = Answer(kind=Kind.WITH_PERSON, band=Band.UNKNOWN, note="已转给工作人员，请留意答复。")

_in_turn = asyncio.Lock()


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
    if not key and conversation is None:
        return await _first(snapshot, about, said)  # one statement, which is a transaction of its own
    async with database.transaction():
        if not key:
            return await _turn(snapshot, about, said, "")
        body = {"question": question, "conversation": conversation} | ({"place": place} if place else {})
        async with idempotency.once(f"ask:{by or 'visitor'}", key, body) as memory:
            if memory.answer is None:
                await memory.keep(msgspec.to_builtins(await _turn(snapshot, about, said, key)))
            return msgspec.convert(memory.answer, Asked)


async def _turn(snapshot: Snapshot, about: Around, said: _Said, key: str) -> Asked:
    """One turn of the bot, or one line for the person who holds the conversation.

    It is locked, so that its turns follow one another. A visitor who signs in keeps theirs.
    """
    if said.conversation is None:
        return await _first(snapshot, about, said)
    talk = await conversations.own(said.conversation, said.by, lock=True)
    if await handover.pass_on(talk, said.question, key=key):
        return Asked(conversation=talk.token, turn_id=0, answer=WITH_PERSON)
    talk.citizen_id = said.by.number if said.by else None
    answer, memory = await _replied(snapshot, about, said, await thread.of(talk, said.before))
    at = clock.now()
    turn_id = await logging_turns.next_of(talk, said.question, answer, memory, at)
    return await _told(talk.token, turn_id, at, answer, memory)


async def _first(snapshot: Snapshot, about: Around, said: _Said) -> Asked:
    """The turn with which a conversation begins."""
    answer, memory = await _replied(snapshot, about, said, Memory())
    token, at, citizen_id = secrets.token_urlsafe(24), clock.now(), said.by.number if said.by else None
    turn_id = await logging_turns.first(token, citizen_id, said.question, answer, memory, at)
    return await _told(token, turn_id, at, answer, memory)


async def _replied(snapshot: Snapshot, about: Around, said: _Said, before: Memory) -> tuple[Answer, Memory]:
    async with _in_turn:
        await asyncio.sleep(0)  # what else is ready comes before the next answer, however many ask at once
        answer, memory = dialogue.reply(snapshot, said.question, before, about, at=said.place)
    answer = await answered_before.beside(answer, said.question)
    return await bookable.only(await signposts.beside(answer, said.question)), memory


async def _told(token: str, turn_id: int, at: datetime, answer: Answer, memory: Memory) -> Asked:
    await database.after_commit(partial(thread.keep, token, thread.Kept(turn_id, at, memory.as_json())))
    metrics.count("assistant_turns_total", kind=answer.kind)
    return Asked(conversation=token, turn_id=turn_id, answer=answer)


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
