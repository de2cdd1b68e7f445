"""Export and deletion of a person's data: each room registers what it keeps; `identity.privacy` asks them all."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

Export = Callable[[int], Awaitable[Any]]
Forget = Callable[[int], Awaitable[None]]


@dataclass(frozen=True)
class Holding:
    """A table with rows of persons. `kept` says, for the person to read, why rows stay when they leave and for how
    long; empty: they go, or keep nothing of the person.
    """

    table: str
    title: str
    kept: str = ""


@dataclass(frozen=True)
class Collector:
    """What one room keeps of a citizen: `export(citizen_id)` gives JSON-able rows, `forget(citizen_id)` blanks them."""

    room: str
    export: Export
    forget: Forget
    title: str = ""
    holds: tuple[Holding, ...] = ()


collectors: dict[str, Collector] = {}


def register(room: str, *, export: Export, forget: Forget, title: str = "", holds: tuple[Holding, ...] = ()) -> None:
    collectors[room] = Collector(room, export, forget, title or room, holds)
