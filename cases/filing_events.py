"""What online filing tells."""

from dataclasses import dataclass

from foundation.events import Event


@dataclass(frozen=True, kw_only=True)
class FilingMoved(Event):
    """An application was sent back, refused or has run out: the applicant is told. Taken on, it is a case and moves."""

    about = "filing_id"
    filing_id: int
    citizen_id: int
    state: str


@dataclass(frozen=True, kw_only=True)
class FilingSentByAgent(Event):
    """Somebody sent an application in for another, who is told; `round` is how often it was sent in by then."""

    about = "filing_id"
    filing_id: int
    round: int


@dataclass(frozen=True, kw_only=True)
class PaperOwedSoon(Event):
    """A material that was promised (容缺) is due in some days, or overdue."""

    about = "filing_id"
    filing_id: int
    citizen_id: int
    owed_id: int


@dataclass(frozen=True, kw_only=True)
class DeliveryMoved(Event):
    """A result is ready to be fetched, was sent, or has arrived."""

    about = "delivery_id"
    delivery_id: int
    citizen_id: int
    state: str
