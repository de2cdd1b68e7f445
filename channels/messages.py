"""How the sending of a message ended, the same for both channels."""

from dataclasses import dataclass
from enum import StrEnum


class Outcome(StrEnum):
    SENT = "sent"
    REFUSED = "refused"  # for good: the person does not want it, or the message is wrong; sending again changes nothing
    TRY_AGAIN = "try_again"


@dataclass(frozen=True)
class MessageOutcome:
    """`vendor_code` says why, in the vendor's words; empty when it was sent or not answered."""

    outcome: Outcome
    vendor_code: str = ""
