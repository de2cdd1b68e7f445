"""How facts travel up: a verb tells an event in its own transaction, rooms above listen to it.

An outbox row is a job. The worker spreads each event into one job per listener, so that a listener that fails is tried
again alone. Delivery is at least once and in order per subject; listeners are idempotent.
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, ClassVar, TypeVar

import msgspec

from foundation import clock, database, jobs

E = TypeVar("E", bound="Event")
Listener = Callable[[Any], Awaitable[None]]

_kinds: dict[str, type["Event"]] = {}
_listeners: dict[str, list[Listener]] = {}


@dataclass(frozen=True, kw_only=True)
class Event:
    """A fact that has happened. Its fields hold ids and small values, never a person's data."""

    about: ClassVar[str] = ""  # the field whose value orders deliveries, e.g. "bill_id"
    at: datetime = field(default_factory=clock.now)

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        _kinds[cls.__name__] = cls

    @property
    def subject(self) -> str:
        """What the event is about, e.g. ``bill_id:12``: events of one subject are delivered in order."""
        return f"{self.about}:{getattr(self, self.about)}"


def on(kind: type[E]) -> Callable[[Callable[[E], Awaitable[None]]], Callable[[E], Awaitable[None]]]:
    """Listen to `kind`. The listener may hear the same event twice."""

    def listen(listener: Callable[[E], Awaitable[None]]) -> Callable[[E], Awaitable[None]]:
        _listeners.setdefault(kind.__name__, []).append(listener)
        return listener

    return listen


async def tell(event: Event) -> None:
    """Append `event` to the outbox of the current transaction. Raises NotInTransaction outside of one."""
    await database.joined().execute(jobs.DEFER, *deferral(event))


async def tell_each(told: Sequence[Event]) -> None:
    """As `tell`, for many events in one statement."""
    if told:
        rows = [deferral(one) for one in told]
        queue, name = rows[0][:2]
        locks, args = [row[2] for row in rows], [row[4] for row in rows]
        await database.joined().execute(jobs.DEFER_EACH, queue, name, locks, args)


def deferral(event: Event) -> tuple[Any, ...]:
    """The six arguments of `jobs.DEFER` that tell `event`, for a verb that does all in one statement."""
    return jobs.deferral(
        spread, lock=event.subject, kind=type(event).__name__, subject=event.subject, event=msgspec.to_builtins(event)
    )


@jobs.job(queue="events")
async def spread(*, kind: str, subject: str, event: dict[str, Any]) -> None:
    async with database.transaction():
        for listener in _listeners.get(kind, []):
            name = jobs.name_of(listener)
            await jobs.enqueue(hear, lock=f"{name}|{subject}", listener=name, kind=kind, event=event)


@jobs.job(queue="events", retries=12)
async def hear(*, listener: str, kind: str, event: dict[str, Any]) -> None:
    for one in _listeners.get(kind, []):
        if jobs.name_of(one) == listener:
            await one(msgspec.convert(event, _kinds[kind]))


def listeners() -> dict[str, list[str]]:
    """Event name → names of those who listen (for the house tests and the documents)."""
    return {kind: [jobs.name_of(one) for one in those] for kind, those in _listeners.items()}


def kinds() -> dict[str, type[Event]]:
    return dict(_kinds)
