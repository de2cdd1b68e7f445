"""What `cases` tells."""

from dataclasses import dataclass

from foundation.events import Event


@dataclass(frozen=True, kw_only=True)
class CaseMoved(Event):
    """A case entered another stage."""

    about = "case_id"
    case_id: int
    citizen_id: int | None
    stage: str


@dataclass(frozen=True, kw_only=True)
class CaseClosed(Event):
    """A case was closed (办结): the applicant may rate it."""

    about = "case_id"
    case_id: int
    citizen_id: int | None
