"""The access token (stable_token), shared by all processes through Redis.

One process fetches while the others wait a moment. Without Redis each asks for itself, which is safe: in its ordinary
mode stable_token gives everybody the same token.
"""

import asyncio
import secrets
import time
from collections.abc import Awaitable, Callable

from redis.asyncio import Redis

from foundation import redis
from foundation.redis import LOST, RedisGone

Fetch = Callable[[bool], Awaitable[tuple[str, int]]]

EARLY_SECONDS = 300  # the vendor makes a new token that long before the old one ends
LOCK_SECONDS = 15
WAIT_SECONDS = 5.0
POLL_SECONDS = 0.05
REPLACE_EVERY_SECONDS = 30  # forced tokens must be that far apart

RELEASE = "if redis.call('get', KEYS[1]) == ARGV[1] then return redis.call('del', KEYS[1]) end return 0"


class AccessToken:
    """`fetch(force)` asks the vendor and returns (token, seconds it lives)."""

    def __init__(self, app_id: str, fetch: Fetch, *, locked: bool = True) -> None:
        self._fetch, self._locked = fetch, locked
        self._key = f"wechat:token:{{{app_id}}}"
        self._own, self._own_until = "", 0.0
        self._replace_again = 0.0
        self._asking = asyncio.Lock()

    async def get(self, *, instead_of: str = "") -> str:
        """A token to use. `instead_of` is one that the vendor has just called invalid: a new one, if there is any."""
        try:
            server = redis.client()
            token = await server.get(self._key)
            if token and token != instead_of:
                return str(token)
            async with self._asking:  # one task of this process waits at Redis, the others behind it
                return await self._shared(server, instead_of)
        except (RedisGone, *LOST):
            async with self._asking:
                return await self._alone(instead_of)

    async def _shared(self, server: Redis, bad: str) -> str:
        waited_until = time.monotonic() + WAIT_SECONDS
        while True:
            token = await server.get(self._key)
            if token and token != bad:
                return str(token)
            mark = secrets.token_hex(8)
            if not self._locked or await server.set(f"{self._key}:lock", mark, nx=True, ex=LOCK_SECONDS):
                return await self._fetch_for_all(server, bad, mark)
            if time.monotonic() > waited_until:
                return await self._alone(bad)
            await asyncio.sleep(POLL_SECONDS)

    async def _fetch_for_all(self, server: Redis, bad: str, mark: str) -> str:
        try:
            token = await server.get(self._key) if self._locked else None  # another may have put it there meanwhile
            if token and token != bad:
                return str(token)
            if bad and not await server.set(f"{self._key}:replaced", "1", nx=True, ex=REPLACE_EVERY_SECONDS):
                return bad  # replaced a moment ago, and still invalid: asking more often helps nobody
            token, seconds = await self._ask(bad)
            await server.set(self._key, token, ex=seconds)
            return token
        finally:
            await server.eval(RELEASE, 1, f"{self._key}:lock", mark)

    async def _alone(self, bad: str) -> str:
        now = time.monotonic()
        if self._own and self._own != bad and now < self._own_until:
            return self._own
        if bad and now < self._replace_again:
            return bad
        self._replace_again = now + REPLACE_EVERY_SECONDS if bad else self._replace_again
        self._own, seconds = await self._ask(bad)
        self._own_until = now + seconds
        return self._own

    async def _ask(self, bad: str) -> tuple[str, int]:
        """A token and the seconds we use it; forced only if the vendor still hands out the bad one.

        Forcing ends the token that other systems of the same app hold, and the vendor rations it.
        """
        token, seconds = await self._fetch(False)
        if token == bad:
            token, seconds = await self._fetch(True)
        return token, max(seconds - EARLY_SECONDS, 1)
