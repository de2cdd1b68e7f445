"""What `appointments` tells of sanctions and appeals, beside `appointments.events`."""

from dataclasses import dataclass
from typing import ClassVar

from foundation.events import Event


@dataclass(frozen=True, kw_only=True)
class PapersNoted(Event):
    """缺少材料: the citizen came to an appointment without the papers it needs."""

    about: ClassVar[str] = "appointment_id"
    appointment_id: int
    citizen_id: int


@dataclass(frozen=True, kw_only=True)
class SanctionEvent(Event):
    """Something happened to one sanction of one citizen."""

    about: ClassVar[str] = "sanction_id"
    sanction_id: int
    citizen_id: int


@dataclass(frozen=True, kw_only=True)
class Sanctioned(SanctionEvent):
    """限制预约: a rule's threshold was reached."""


@dataclass(frozen=True, kw_only=True)
class SanctionLifted(SanctionEvent):
    """解除限制: by staff, by an accepted appeal, or because what it stood on does not count any more."""


@dataclass(frozen=True, kw_only=True)
class AppealRejected(SanctionEvent):
    """申诉未通过; an accepted one is told as SanctionLifted."""
