"""What `feedback` tells of consultations, in order for each."""

from dataclasses import dataclass
from typing import ClassVar

from foundation.events import Event


@dataclass(frozen=True, kw_only=True)
class ConsultationEvent(Event):
    """Something happened to one consultation; `citizen_id` is None for a visitor's."""

    about: ClassVar[str] = "consultation_id"
    consultation_id: int
    citizen_id: int | None


@dataclass(frozen=True, kw_only=True)
class ConsultationAsked(ConsultationEvent):
    """登记: it has a number and a day by which it is answered."""


@dataclass(frozen=True, kw_only=True)
class ConsultationAnswered(ConsultationEvent):
    """答复: `entry_id` says what."""

    entry_id: int


@dataclass(frozen=True, kw_only=True)
class ConsultationRefused(ConsultationEvent):
    """不予受理, with the reason in `entry_id`."""

    entry_id: int


@dataclass(frozen=True, kw_only=True)
class ConsultationPointed(ConsultationEvent):
    """指引到其他渠道: `entry_id` says where to."""

    entry_id: int


@dataclass(frozen=True, kw_only=True)
class AppealDecided(ConsultationEvent):
    """申诉处理: `accepted` opens it again."""

    entry_id: int
    accepted: bool


@dataclass(frozen=True, kw_only=True)
class ConsultationLate(ConsultationEvent):
    """Its day comes near (soon) or has passed (late). Told once each."""

    what: str


@dataclass(frozen=True, kw_only=True)
class AnswerPublished(ConsultationEvent):
    """公开答复: everybody may read it."""

    code: str
