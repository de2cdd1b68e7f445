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
FORCE_EVERY_SECONDS = 30

RELEASE = "if redis.call('get', KEYS[1]) == ARGV[1] then return redis.call('del', KEYS[1]) end return 0"


class AccessToken:
    """`fetch(force)` asks the vendor and returns (token, seconds it lives)."""

    def __init__(self, app_id: str, fetch: Fetch, *, locked: bool = True) -> None:
        self._fetch, self._locked = fetch, locked
        self._key = f"wechat:token:{{{app_id}}}"
        self._own, self._own_until = "", 0.0
        self._force_again = 0.0
        self._asking = asyncio.Lock()

    async def get(self, *, instead_of: str = "") -> str:
        """A token to use; `instead_of` is one that the vendor has just called invalid, and is not returned."""
        try:
            return await self._shared(redis.client(), instead_of)
        except (RedisGone, *LOST):
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
            # forcing is rationed by the vendor (a few times a day, never twice in half a minute)
            force = bool(bad) and bool(await server.set(f"{self._key}:forced", "1", nx=True, ex=FORCE_EVERY_SECONDS))
            token, seconds = await self._fetch(force)
            await server.set(self._key, token, ex=max(seconds - EARLY_SECONDS, 1))
            return token
        finally:
            await server.eval(RELEASE, 1, f"{self._key}:lock", mark)

    async def _alone(self, bad: str) -> str:
        async with self._asking:
            if self._own and self._own != bad and time.monotonic() < self._own_until:
                return self._own
            force = bool(bad) and time.monotonic() >= self._force_again
            if force:
                self._force_again = time.monotonic() + FORCE_EVERY_SECONDS
            token, seconds = await self._fetch(force)
            self._own, self._own_until = token, time.monotonic() + max(seconds - EARLY_SECONDS, 1)
            return token
