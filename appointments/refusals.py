"""Why a place could not be taken, said precisely."""

import json
from collections.abc import Mapping
from typing import Any

from appointments import limits
from appointments.errors import (
    AlreadyBookedThatDay,
    NotYetReleased,
    SlotClosed,
    SlotFull,
    SlotNotFound,
    SlotSuspended,
)
from appointments.share_errors import KeptForPriority, KeptForStaff
from foundation.errors import NotSignedIn
from identity.errors import RealNameNeeded


def explain(seen: Mapping[str, Any] | Any) -> None:
    """Raise what stood in the way in `seen`, a row of `eligibility.SEEN`; return when it shows nothing.

    A slot that nobody can book now says so first; then what the person lacks; that it is full comes last.
    """
    if seen["slot_id"] is None or not seen["offered"]:
        raise SlotNotFound
    if seen["verified"] is None:
        raise NotSignedIn
    _slot_shut(seen)
    _kept_for_others(seen)
    if seen["real_name_needed"] and not seen["verified"]:
        raise RealNameNeeded
    if seen["same"]:
        raise AlreadyBookedThatDay(detail={"day": seen["day"].isoformat()})
    if seen["why"]:
        raise limits.refusal(seen["why"], json.loads(seen["detail"]))
    if seen["booked"] >= seen["capacity"]:
        raise SlotFull(detail={"slot_id": seen["slot_id"]})


def _slot_shut(seen: Mapping[str, Any] | Any) -> None:
    if seen["now"] >= seen["close_at"]:
        raise SlotClosed
    if seen["slot_state"] != "open":
        raise SlotSuspended
    if seen["now"] < seen["release_at"]:
        raise NotYetReleased(detail={"release_at": seen["release_at"].isoformat()})


def _kept_for_others(seen: Mapping[str, Any] | Any) -> None:
    if seen["staff"] or seen["share"] == "public":
        return
    if seen["share"] == "staff":
        raise KeptForStaff
    if not seen["qualifies"]:
        raise KeptForPriority
