"""Sessions in Redis: found by the hash of a token, listed by whose they are.

An entry is a hash at ``session:{<space>:<sha256>}``; a sorted set at ``sessions:{<space>:<id>}`` lists whose they are.
No command touches two keys, so that a cluster may keep them anywhere. A fact lives here only as long as a sign-in does:
without Redis people sign in again, and nothing else is lost.
"""

import hashlib
import secrets
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import msgspec

from foundation import bus, redis
from foundation.together import Together

AT_ONCE = 20  # sign-ins one person keeps; the oldest goes
TOKEN_LENGTH = 43  # 32 bytes, urlsafe

# Both write into an entry only while it is there, so that neither a touch nor a merge brings a revoked one back.
TOUCH = "if redis.call('EXPIRE', KEYS[1], ARGV[1]) == 1 then redis.call('HSET', KEYS[1], 'seen', ARGV[2]) end"
# An entry as one text, for a client takes a hash apart piece by piece; an empty one when there is none.
FIND = "return cjson.encode(redis.call('HGETALL', KEYS[1]))"
SET = "if redis.call('EXISTS', KEYS[1]) == 1 then return redis.call('HSET', KEYS[1], ARGV[1], ARGV[2]) end return -1"

Entry = dict[str, str]


@dataclass(frozen=True)
class Space:
    """A kind of sessions: ``citizen`` and ``staff`` never see each other's."""

    name: str

    def entry(self, session_id: str) -> str:
        return f"session:{{{self.name}:{session_id}}}"

    @property
    def topic(self) -> str:
        """What the bus calls a session that changed or ended."""
        return f"session-{self.name}"

    def holder(self, holder_id: int) -> str:
        return f"sessions:{{{self.name}:{holder_id}}}"


def id_of(token: str) -> str:
    """SHA-256 of a token: what is stored, listed and revoked. It opens nothing."""
    return hashlib.sha256(token.encode()).hexdigest()


@asynccontextmanager
async def reached() -> AsyncIterator[None]:
    """Redis gone is 503, never "you are not signed in"."""
    try:
        yield
    except redis.LOST as lost:
        raise redis.RedisGone(retry_after=5) from lost


def _server() -> Any:
    """The client, which answers in text (its published types say bytes or text everywhere)."""
    return redis.client()


async def add(space: Space, *, holder_id: int, entry: Entry, seconds: int, at: float) -> str:
    """Keep `entry` for `seconds`; the new token. Raises RedisGone."""
    token = secrets.token_urlsafe(32)
    session_id, listed = id_of(token), space.holder(holder_id)
    async with reached():
        # Listed last: "sign out everywhere" at this moment either ends the entry or leaves one that is on the list.
        async with _server().pipeline(transaction=True) as pipe:
            pipe.hset(space.entry(session_id), mapping=entry)
            pipe.expire(space.entry(session_id), seconds)
            await pipe.execute()
        async with _server().pipeline(transaction=False) as pipe:
            pipe.zadd(listed, {session_id: at})
            pipe.expire(listed, seconds * 2)
            pipe.zrange(listed, 0, -AT_ONCE - 1)
            too_old = (await pipe.execute())[2]
        await drop(space, holder_id, too_old)
    return token


async def find(space: Space, token: str) -> Entry | None:
    """The entry of a token, in one round trip; None when there is none (any more). Raises RedisGone."""
    if len(token) != TOKEN_LENGTH:
        return None
    return await _together.ask(space.entry(id_of(token))) or None


async def _entries(keys: Sequence[str]) -> list[Entry]:
    async with reached():
        if len(keys) == 1:
            return [_entry(await _server().eval(FIND, 1, keys[0]))]
        async with _server().pipeline(transaction=False) as pipe:
            for key in keys:
                pipe.eval(FIND, 1, key)
            return [_entry(found) for found in await pipe.execute()]


def _entry(found: str) -> Entry:
    """Names and values in turn, as a dictionary."""
    each = iter(msgspec.json.decode(found))
    return dict(zip(each, each, strict=True))


async def _entries_of_each(asked: Sequence[list[str]]) -> list[list[Entry]]:
    """For each who asks, the entries at their keys."""
    found = iter(await _entries([key for keys in asked for key in keys]))
    return [[next(found) for _ in keys] for keys in asked]


async def _lists(holders: Sequence[str]) -> list[list[str]]:
    """The session ids on each list, the newest first."""
    async with reached(), _server().pipeline(transaction=False) as pipe:
        for one in holders:
            pipe.zrevrange(one, 0, -1)
        return list(await pipe.execute())


_together, _each, _listed = Together(_entries), Together(_entries_of_each), Together(_lists)


async def touch(space: Space, session_id: str, *, seconds: int, at: float, holder_id: int) -> None:
    async with reached(), _server().pipeline(transaction=False) as pipe:
        pipe.eval(TOUCH, 1, space.entry(session_id), str(seconds), repr(at))
        pipe.expire(space.holder(holder_id), seconds * 2)
        await pipe.execute()


async def listed(space: Space, holder_id: int) -> list[str]:
    """The ids of a holder's sessions, the newest first; some may have expired. Raises RedisGone."""
    return await _listed.ask(space.holder(holder_id))


async def alive(space: Space, holder_id: int, session_ids: list[str]) -> dict[str, Entry]:
    """The entries of those of a holder's sessions that are there; forgets those that have expired. Raises RedisGone."""
    if not session_ids:
        return {}
    found = dict(zip(session_ids, await _each.ask([space.entry(one) for one in session_ids]), strict=True))
    expired = [one for one, entry in found.items() if not entry]
    if expired:
        async with reached():
            await _server().zrem(space.holder(holder_id), *expired)
    return {one: entry for one, entry in found.items() if entry}


async def all_of(space: Space, holder_id: int) -> list[tuple[str, Entry]]:
    """(session id, entry) of each live session, the newest first."""
    return list((await alive(space, holder_id, await listed(space, holder_id))).items())


async def holds(space: Space, holder_id: int, session_id: str) -> bool:
    async with reached():
        return await _server().zscore(space.holder(holder_id), session_id) is not None


async def drop(space: Space, holder_id: int, session_ids: list[str]) -> int:
    """End these sessions; how many were alive.

    The entries go first: a crash in between leaves a dead line in a list, not a live session.
    """
    if not session_ids:
        return 0
    async with reached():
        async with _server().pipeline(transaction=False) as pipe:
            for one in session_ids:
                pipe.delete(space.entry(one))
                pipe.publish(bus.channel(), bus.said(space.topic, one))
            ended = (await pipe.execute())[::2]
        await _server().zrem(space.holder(holder_id), *session_ids)
    return sum(ended)


async def drop_all(space: Space, holder_id: int, *, but: str = "") -> int:
    """End all of a holder's sessions, `but` one when named; how many ended."""
    async with reached():
        ids = await _server().zrange(space.holder(holder_id), 0, -1)
    ended = [one for one in ids if one != but]
    await drop(space, holder_id, ended)
    return len(ended)


async def hand_over(space: Space, *, gone: int, kept: int, field: str) -> None:
    """The sessions of `gone` are those of `kept` from now on."""
    async with reached():
        listed = await _server().zrange(space.holder(gone), 0, -1, withscores=True)
        for session_id, score in listed:
            await _server().zadd(space.holder(kept), {session_id: score})
            await _server().eval(SET, 1, space.entry(session_id), field, str(kept))
            await bus.tell(space.topic, session_id)
            await _server().zrem(space.holder(gone), session_id)


async def note(space: Space, session_ids: list[str], field: str, value: str) -> None:
    """Write `field` into these sessions, as far as they are still there; whoever remembers them asks anew."""
    async with reached():
        for session_id in session_ids:
            await _server().eval(SET, 1, space.entry(session_id), field, value)
            await bus.tell(space.topic, session_id)
