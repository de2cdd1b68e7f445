"""到窗签到: staff take what a visitor shows: the code on the phone, the booking code, the number of an ID."""

import re

from appointments import checkin
from appointments.checkin import Drawn
from foundation.actor import Actor
from identity.idnumber import BEYOND, Identity, IdType, normalised

EIGHTEEN = re.compile(r"[0-9]{17}[0-9X]")


async def check_in(*, shown: str, hall_code: str, by: Actor, late: bool = False, priority: str = "") -> Drawn:
    """Raises as `checkin.scan`, `checkin.by_identity` or `checkin.admit`, and NumberFault for a mistyped number."""
    if checkin.is_scanned(shown):
        return await checkin.scan(scanned=shown, hall_code=hall_code, by=by, late=late, priority=priority)
    if document := _document(shown):
        return await checkin.by_identity(identity=document, hall_code=hall_code, by=by, late=late, priority=priority)
    return await checkin.admit(code=shown, hall_code=hall_code, by=by, late=late, priority=priority)


def _document(shown: str) -> Identity | None:
    """A document, if it looks like the number of one: booking codes are shorter. Raises NumberFault."""
    number = normalised(shown)
    if not EIGHTEEN.fullmatch(number):
        return None
    kind = IdType.HMT_PERMIT if number[:2] in BEYOND else IdType.RESIDENCE if number[0] == "9" else IdType.ID_CARD
    return Identity(kind, number)
