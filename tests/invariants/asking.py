"""How an invariant is declared, and how all of them are asked."""

from collections.abc import Awaitable, Callable, Iterable, Sequence
from typing import Any

Fetch = Callable[..., Awaitable[Sequence[Any]]]
Invariant = Callable[[Fetch], Awaitable[list[str]]]

ALWAYS: list[Invariant] = []
QUIET: list[Invariant] = []


def always(one: Invariant) -> Invariant:
    """Holds after every commit."""
    ALWAYS.append(one)
    return one


def when_quiet(one: Invariant) -> Invariant:
    """Holds once the worker has nothing left to do."""
    QUIET.append(one)
    return one


async def broken(fetch: Fetch, also: Iterable[Invariant] = ()) -> list[str]:
    """Each broken invariant by its name and sentence, with what was found; empty when all hold."""
    return await amiss(fetch, (*ALWAYS, *also))


async def amiss(fetch: Fetch, those: Iterable[Invariant]) -> list[str]:
    """As `broken`, of `those` alone."""
    found = [(one, await one(fetch)) for one in those]
    return [f"{one.__name__} ({one.__doc__}) {', '.join(seen[:5])}" for one, seen in found if seen]


def texts(rows: Sequence[Any]) -> list[str]:
    return [str(dict(row)) for row in rows]
