"""摇号的时间: when people register, when the lots are cast, and from when what is left is everybody's.

Registration opens at the type's `release_time` on the day its slots would have been released. A slot of a day that is
drawn is released to nobody before its draw is over: until then it would be released when it begins, which is never. So
a draw that comes late keeps people waiting, and lets nobody past.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from appointments.draw_models import Draw
from appointments.draw_rules import Rule, of_type
from appointments.models import AppointmentType
from appointments.release import release_at
from appointments.timetable import clock_time
from foundation import clock
from foundation.workdays import WorkCalendar


@dataclass(frozen=True)
class Window:
    """登记期 of one day's draw."""

    opens_at: datetime
    closes_at: datetime
    release_at: datetime

    @property
    def to_come(self) -> bool:
        """Whether a draw can still be announced for it."""
        return clock.now() < self.opens_at < self.closes_at


def window(of: AppointmentType, day: date, calendar: WorkCalendar, rule: Rule) -> Window:
    """The window of a draw of `day`, over before that day begins."""
    opens_at = release_at(of, day, calendar)
    settle = timedelta(minutes=rule.settle_minutes)
    released = min(opens_at + timedelta(hours=rule.register_hours) + settle, clock_time(day, "00:00"))
    return Window(opens_at, released - settle, released)


async def releases(
    types: Collection[AppointmentType], *, start: date, end: date, calendar: WorkCalendar
) -> dict[int, dict[date, datetime | None]]:
    """Type id → day that is drawn → when what is left is everybody's; None until its draw is over.

    Days without a draw are not named.
    """
    found: dict[int, dict[date, datetime | None]] = {of.id: {} for of in types}
    rows = Draw.filter(type_id__in=list(found), day__gte=start, day__lte=end)
    for row in await rows.values("type_id", "day", "state", "release_at"):
        over = row["state"] in ("drawn", "cancelled")
        found[row["type_id"]][row["day"]] = row["release_at"] if over else None
    for of in types:
        if of.release_mode == "draw":
            rule = await of_type(of.id)
            for day in (start + timedelta(days=n) for n in range((end - start).days + 1)):
                if day not in found[of.id] and window(of, day, calendar, rule).to_come:
                    found[of.id][day] = None
    return found
