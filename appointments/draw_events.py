"""What a draw tells, beside `BookingConfirmed` for each who won."""

from dataclasses import dataclass
from typing import ClassVar

from foundation.events import Event


@dataclass(frozen=True, kw_only=True)
class DrawEntryEvent(Event):
    """Something happened to one person's entry."""

    about: ClassVar[str] = "entry_id"
    entry_id: int
    citizen_id: int


@dataclass(frozen=True, kw_only=True)
class DrawEnteredFor(DrawEntryEvent):
    """代为登记: `agent_id` entered the draw for the person."""

    agent_id: int


@dataclass(frozen=True, kw_only=True)
class DrawLost(DrawEntryEvent):
    """未中签: no place was left of those wished for, or the person could not have one."""


@dataclass(frozen=True, kw_only=True)
class DrawCancelled(DrawEntryEvent):
    """摇号取消: there will be no draw; the places are released to everybody."""
