"""What `feedback` tells."""

from dataclasses import dataclass

from foundation.events import Event


@dataclass(frozen=True, kw_only=True)
class ServiceRated(Event):
    """A visit or a case was rated; `bad` marks open a rectification."""

    about = "rating_id"
    rating_id: int
    citizen_id: int
    level: int
    bad: bool
