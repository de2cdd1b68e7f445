"""What `appointments` tells. Events of one appointment are delivered in order."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from foundation.events import Event


@dataclass(frozen=True, kw_only=True)
class AppointmentEvent(Event):
    """Something happened to one appointment of one citizen."""

    about: ClassVar[str] = "appointment_id"
    appointment_id: int
    citizen_id: int


@dataclass(frozen=True, kw_only=True)
class BookingConfirmed(AppointmentEvent):
    """预约成功: a place is held."""


@dataclass(frozen=True, kw_only=True)
class BookingCancelled(AppointmentEvent):
    """已取消: by the citizen, or `by_office`, which never counts against the citizen."""

    by_office: bool = False
    reason: str = ""


@dataclass(frozen=True, kw_only=True)
class RebookOffered(AppointmentEvent):
    """停办改约: the office cancelled `appointment_id`; its holder may choose another place before everybody else."""


@dataclass(frozen=True, kw_only=True)
class BookingRescheduled(AppointmentEvent):
    """已改约: the new place of one who gave up `from_id` for it; moved `by_office` it never counts against them."""

    from_id: int
    by_office: bool = False
    reason: str = ""


@dataclass(frozen=True, kw_only=True)
class BookingSoon(AppointmentEvent):
    """即将到时: `kind` is ``day_before`` or ``two_hours``; each is told once."""

    kind: str


@dataclass(frozen=True, kw_only=True)
class CheckedIn(AppointmentEvent):
    """已签到: a ticket was drawn."""

    ticket_id: int


@dataclass(frozen=True, kw_only=True)
class TicketCalled(AppointmentEvent):
    """叫号: the ticket `number` is called to `window`; `calls` counts up from 1."""

    ticket_id: int
    number: str
    window: str
    calls: int


@dataclass(frozen=True, kw_only=True)
class VisitFinished(AppointmentEvent):
    """已办结: the visit is over and may be rated."""

    hall_id: int
    type_id: int


@dataclass(frozen=True, kw_only=True)
class VisitMissed(AppointmentEvent):
    """爽约: the day ended and the citizen had not come."""


@dataclass(frozen=True, kw_only=True)
class WaitlistEvent(Event):
    """Something happened to one waiter's place in a queue."""

    about: ClassVar[str] = "entry_id"
    entry_id: int
    citizen_id: int


@dataclass(frozen=True, kw_only=True)
class WaitlistJoinedFor(WaitlistEvent):
    """代为候补: `agent_id` stands in a queue for the waiter."""

    agent_id: int


@dataclass(frozen=True, kw_only=True)
class WaitlistOffered(WaitlistEvent):
    """候补有号: a place is held for the waiter until `until`."""

    appointment_id: int
    until: datetime


@dataclass(frozen=True, kw_only=True)
class WaitlistClosed(WaitlistEvent):
    """候补结束: without a booking; `why` is a key of `waitlist.WHY`."""

    why: str
