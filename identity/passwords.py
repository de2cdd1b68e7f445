"""Passwords of staff: hashed with argon2id, never on the event loop, never two many at once."""

import asyncio
import functools
import re

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from identity.errors import PasswordTooWeak

SHORTEST = 10
LONGEST = 200
DIFFERENT = 5

_hasher = PasswordHasher()  # RFC 9106, low-memory profile: 64 MiB and some tens of milliseconds each
_at_once = asyncio.Semaphore(2)  # each takes a core and its memory; a flood of sign-ins waits here


async def hashed(password: str) -> str:
    """The hash to store."""
    async with _at_once:
        return await asyncio.to_thread(_hasher.hash, password)


async def fits(password: str, password_hash: str | None) -> bool:
    """Whether `password` is the one. Without a hash it takes as long and is not."""
    async with _at_once:
        right = await asyncio.to_thread(_fits, password_hash or _nobodys(), password)
    return right and password_hash is not None


def must_be_strong(password: str, *, username: str) -> None:
    """Raises PasswordTooWeak."""
    mixed = re.search(r"[A-Za-z]", password) and re.search(r"\d", password)
    varied = len(set(password)) >= DIFFERENT
    if not (mixed and varied) or not SHORTEST <= len(password) <= LONGEST or username.lower() in password.lower():
        raise PasswordTooWeak


def _fits(password_hash: str, password: str) -> bool:
    try:
        return _hasher.verify(password_hash, password[: LONGEST + 1])
    except (VerificationError, InvalidHashError):
        return False


@functools.cache
def _nobodys() -> str:
    return _hasher.hash("nobody's password")
