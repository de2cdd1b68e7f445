"""保存期限: each room registers what it deletes when its time is up; `identity.keeping` runs them and reports."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime

Sweep = Callable[[datetime], Awaitable[int]]


@dataclass(frozen=True)
class Retention:
    """One kind of data: `sweep(before)` deletes what is older and says how many rows; `days` is asked at each run."""

    kind: str
    title: str
    days: Callable[[], int]
    sweep: Sweep


kinds: dict[str, Retention] = {}


def register(kind: str, *, title: str, days: Callable[[], int], sweep: Sweep) -> None:
    kinds[kind] = Retention(kind, title, days, sweep)
