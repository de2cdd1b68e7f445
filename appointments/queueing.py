"""叫号次序: who is called next. The published rule of `docs/queue.md`, and nothing else: no clock, no database.

Everyone who waits has a place on one time line, `due_at`: who booked at the start of the slot, who came late at the
moment of arrival, a walk-in a quarter of an hour after arrival. The earliest is called. Priority visitors go before
that line in the order they came, at most two in a row while others wait.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

PREFIXES = {"booked": "A", "walk_in": "W", "priority": "P", "late": "L"}
KIND_NAMES = {"booked": "预约", "walk_in": "现场", "priority": "优先", "late": "迟到"}
PRIORITY_NAMES = {"elderly": "老年人", "disabled": "残疾人", "military": "军人"}
ELDERLY_FROM = 60  # years of age
WALK_IN_YIELDS = timedelta(minutes=15)
PRIORITY_RUN = 2
RANKS = {"booked": 0, "late": 1, "walk_in": 2}  # of those due at the same moment


@dataclass(frozen=True, kw_only=True)
class InLine:
    """A ticket that waits. `window` is the only one that may call it, empty for any that serves its department."""

    ticket_id: int
    kind: str
    due_at: datetime
    department_id: int = 0
    window: str = ""


def due(kind: str, *, drawn_at: datetime, slot_starts_at: datetime | None = None) -> datetime:
    """The place of a new ticket on the time line."""
    if kind == "booked" and slot_starts_at is not None:
        return slot_starts_at
    return drawn_at + WALK_IN_YIELDS if kind == "walk_in" else drawn_at


def order(waiting: Iterable[InLine], *, run: int = 0) -> list[InLine]:
    """Everyone in the order they are called when `run` priority tickets were called last, one after the other."""
    waiting = list(waiting)
    first = sorted((one for one in waiting if one.kind == "priority"), key=_place)
    rest = sorted((one for one in waiting if one.kind != "priority"), key=_place)
    first.reverse()
    rest.reverse()
    called = []
    while first or rest:
        turn = bool(first) and (run < PRIORITY_RUN or not rest)
        run = run + 1 if turn else 0
        called.append((first if turn else rest).pop())
    return called


def for_window(waiting: Sequence[InLine], *, window: str, run: int = 0) -> list[InLine]:
    """What `window` calls, one after the other: who was sent to it first, then the line; never another window's."""
    sent = [one for one in waiting if one.window and one.window == window]
    return [*sorted(sent, key=_place), *order([one for one in waiting if not one.window], run=run)]


def run_of(latest_first: Iterable[str]) -> int:
    """How many priority tickets were called in a row, from the kinds of the calls before, the latest first."""
    run = 0
    for kind in latest_first:
        if kind != "priority":
            break
        run += 1
    return run


def _place(one: InLine) -> tuple[datetime, int, int]:
    return one.due_at, RANKS.get(one.kind, 0), one.ticket_id
