"""Keeping the thread of a conversation: in Redis for half an hour, and with the turn itself for when Redis has lost it.

What is read from Redis counts only if it was kept after the very turn that came last; else the log says what was spoken
of. So messages at once, an emptied Redis and one that is gone cost a look into the log, and never a wrong thread.
"""

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import msgspec

from assistant.models import Conversation, Turn
from assistant.remembering import Memory
from foundation import clock, logs, redis

log = logs.logger(__name__)

LASTS = timedelta(minutes=30)
KEY = "assistant:thread:{}"


@dataclass(frozen=True, slots=True)
class Kept:
    """The thread after the turn with this id, at that moment."""

    turn: int
    at: datetime
    memory: dict[str, Any]


async def recall(token: str) -> Kept | None:
    """What Redis knows of the conversation. Call it outside a transaction."""
    try:
        found = await redis.client().get(_key(token))
    except (*redis.LOST, redis.RedisGone) as lost:
        log.warning("thread_not_read", error=repr(lost))
        return None
    return msgspec.json.decode(found, type=Kept) if found else None


async def keep(token: str, kept: Kept) -> None:
    """Let Redis know of it for half an hour. Call it outside a transaction."""
    try:
        await redis.client().set(_key(token), msgspec.json.encode(kept), ex=LASTS)
    except (*redis.LOST, redis.RedisGone) as lost:
        log.warning("thread_not_kept", error=repr(lost))


async def of(talk: Conversation, kept: Kept | None) -> Memory:
    """The thread of a conversation: what Redis had `kept`, if nothing was said since; else what the log says.

    It stays the latest only while the conversation is locked. After half an hour without a turn there is none.
    """
    latest = int(talk.state.get("turn", 0))
    if not latest:
        return Memory()
    if kept is None or kept.turn != latest:
        kept = await _from_log(latest)
    if kept is None or clock.now() - kept.at >= LASTS:
        return Memory()
    return Memory.from_json({**kept.memory, "misses": talk.state.get("misses", 0)})


async def _from_log(turn_id: int) -> Kept | None:
    turn = await Turn.get_or_none(id=turn_id)
    return Kept(turn.id, turn.at, turn.answer.get("thread", {})) if turn else None


def _key(token: str) -> str:
    """The token opens the conversation, so it is not to be read off the key."""
    return KEY.format(hashlib.sha256(token.encode()).hexdigest())
