"""Passwords of staff cost a test next to nothing: argon2id still, with the least it takes.

Two hashes stand before nearly everything at the console, and as they are shipped they take a third of a second.
"""

from collections.abc import Iterator

import pytest
from argon2 import PasswordHasher

LEAST = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)


@pytest.fixture(scope="session", autouse=True)
def shipped_hasher() -> Iterator[PasswordHasher]:
    """The hasher that production uses; for whoever asks how strong it is."""
    from identity import passwords

    shipped, passwords._hasher = passwords._hasher, LEAST
    yield shipped
    passwords._hasher = shipped
