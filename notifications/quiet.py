"""免打扰: hours in which only what cannot wait leaves for a telephone. The city sets them, a person may set others."""

import re
from datetime import datetime, time, timedelta

from foundation import clock, settings
from notifications.errors import QuietHoursFault

HOURS = re.compile(r"([01]\d|2[0-3]):([0-5]\d)-([01]\d|2[0-3]):([0-5]\d)")
NONE = "none"


def checked(hours: str) -> str:
    """`hours` if it is a span, ``none``, or empty for the city's. Raises QuietHoursFault."""
    if hours not in ("", NONE) and (not HOURS.fullmatch(hours) or hours[:5] == hours[6:]):
        raise QuietHoursFault
    return hours


def ends(hours: str, at: datetime) -> datetime | None:
    """When the quiet hours that hold at `at` are over; None when none hold. `hours` are a person's own or empty."""
    span = HOURS.fullmatch(hours or settings.current().messages.quiet_hours)
    if hours == NONE or not span:
        return None
    first, last = time(int(span[1]), int(span[2])), time(int(span[3]), int(span[4]))
    local = clock.shanghai(at)
    now = local.time()
    if first <= last:
        inside, tomorrow = first <= now < last, False
    else:
        inside, tomorrow = now >= first or now < last, now >= first
    if not inside:
        return None
    return datetime.combine(local.date() + timedelta(days=tomorrow), last, clock.SHANGHAI)
