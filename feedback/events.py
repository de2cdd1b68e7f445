"""What `feedback` tells of ratings and what became of bad ones. Deliveries about one rating keep their order."""

from dataclasses import dataclass

from foundation.events import Event


@dataclass(frozen=True, kw_only=True)
class ServiceRated(Event):
    """A visit or a case was rated; `bad` marks open a rectification. At a kiosk `citizen_id` may be None."""

    about = "rating_id"
    rating_id: int
    citizen_id: int | None
    level: int
    bad: bool


@dataclass(frozen=True, kw_only=True)
class RatingWithdrawn(Event):
    """Whoever gave a mark took it back."""

    about = "rating_id"
    rating_id: int


@dataclass(frozen=True, kw_only=True)
class RectificationMoved(Event):
    """整改 came to another `state`: called_back, mended, verified, dismissed, or mended once more (again)."""

    about = "rating_id"
    rating_id: int
    rectification_id: int
    citizen_id: int | None
    state: str


@dataclass(frozen=True, kw_only=True)
class RectificationLate(Event):
    """A day has passed: `what` is call_back or mend; or comes near: soon. Told once each."""

    about = "rating_id"
    rating_id: int
    rectification_id: int
    what: str
