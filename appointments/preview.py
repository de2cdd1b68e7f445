"""试排: what a timetable would make of the coming days, before anybody decides."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from appointments import planning, timetable, types
from appointments.errors import ScheduleInvalid
from appointments.opening import Opening, Version, opening
from appointments.shares import SHARES, Share
from appointments.timetable import Period

DAYS = 14


@dataclass(frozen=True, kw_only=True)
class PlannedDay:
    """What would be there on a day: `places` in `slots`, from `opens` to `closes`; nothing on a day that is closed.

    `shares` says how many places are whose; a slot counts once, however many shares it has.
    """

    day: date
    slots: int
    places: int
    shares: Mapping[Share, int]
    opens: datetime | None
    closes: datetime | None


async def coming_days(*, type_id: int, periods: Sequence[Period], start: date, days: int = DAYS) -> list[PlannedDay]:
    """Each day from `start` on, with festivals, 调休 and the hall's exceptional days as they are known now.

    Raises TypeNotFound, ScheduleInvalid with every fault.
    """
    of, end = await types.find(type_id=type_id), start + timedelta(days=days - 1)
    faults = timetable.faults(periods)
    if faults:
        raise ScheduleInvalid(detail=faults)
    known = await opening(of, start=start, end=end)
    tried = Opening([Version(0, start, None, periods)], known.calendar, known.exceptions)
    wanted = list(planning.plan(of, tried, start=start, end=end).values())
    return [_planned(start + timedelta(days=n), wanted) for n in range(days)]


def _planned(day: date, wanted: Sequence[planning.Wanted]) -> PlannedDay:
    here = [one for one in wanted if one.day == day]
    return PlannedDay(
        day=day,
        slots=len({one.starts_at for one in here}),
        places=sum(one.capacity for one in here),
        shares={share: sum(one.capacity for one in here if one.share == share) for share in SHARES},
        opens=min((one.starts_at for one in here), default=None),
        closes=max((one.ends_at for one in here), default=None),
    )
