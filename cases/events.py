"""What `cases` tells."""

from dataclasses import dataclass
from datetime import date

from foundation.events import Event


@dataclass(frozen=True, kw_only=True)
class CaseMoved(Event):
    """A case entered another stage. `due` is the day that matters now: until when it is promised, or papers are due."""

    about = "case_id"
    case_id: int
    citizen_id: int | None
    stage: str
    due: date | None = None


@dataclass(frozen=True, kw_only=True)
class CaseClosed(Event):
    """A case was closed (办结): the applicant may rate it."""

    about = "case_id"
    case_id: int
    citizen_id: int | None


@dataclass(frozen=True, kw_only=True)
class CaseNoticeGiven(Event):
    """一次性告知: a notice with its number and the day on which the papers are due."""

    about = "case_id"
    case_id: int
    citizen_id: int | None
    notice_id: int
    due: date


@dataclass(frozen=True, kw_only=True)
class CaseDueMoved(Event):
    """The deadlines of an open case are other days than before, for the calendar changed: the promised ones."""

    about = "case_id"
    case_id: int
    citizen_id: int | None
    before: date | None
    after: date | None
