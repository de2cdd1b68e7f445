"""What is sealed outside columns: a room above that keeps content in a store says here how it follows a new key."""

from collections.abc import Awaitable, Callable

# How many were sealed anew, and how many cannot be opened.
Reseal = Callable[[], Awaitable[tuple[int, int]]]
known: dict[str, Reseal] = {}


def register(name: str, reseal: Reseal) -> None:
    """`name` is what the command prints."""
    known[name] = reseal
