"""How the sending of a message ended, the same for every channel."""

from dataclasses import dataclass
from enum import StrEnum


class Outcome(StrEnum):
    SENT = "sent"
    REFUSED = "refused"  # for good: the person does not want it, or the message is wrong; sending again changes nothing
    TRY_AGAIN = "try_again"  # it was not taken: not sent at all, or the channel says it is busy
    LIMITED = "limited"  # a quota of ours is used up: all that waits for this channel waits `retry_after`
    UNKNOWN = "unknown"  # sent and not answered: it may have arrived, and the channel cannot be asked


@dataclass(frozen=True)
class MessageOutcome:
    """`vendor_code` says why, in the vendor's words; empty when it was sent or not answered."""

    outcome: Outcome
    vendor_code: str = ""
    retry_after: int | None = None
    vendor_no: str = ""  # the channel's own number of what it took
