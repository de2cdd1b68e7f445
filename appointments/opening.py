"""Which timetable holds on a day: the schedule's version, the work calendar (法定节假日 调休), the exceptional days.

A closure closes, whoever else says what. Then hours of their own (延时服务) and 假日办 open a day; else festivals are
off, working days are on, and an ordinary weekend has only its own periods. More or fewer windows add up.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from operator import attrgetter

from appointments import draw_timing
from appointments.models import AppointmentType, Schedule, ScheduleException, SchedulePeriod
from appointments.timetable import EVERY_WEEK, Period, minute_of
from foundation.workdays import WorkCalendar

PERIOD = attrgetter(*Period.__dataclass_fields__)


@dataclass(frozen=True)
class Version:
    """One version of a schedule; the youngest that covers a day holds."""

    number: int
    since: date
    until: date | None
    periods: Sequence[Period]

    def covers(self, day: date) -> bool:
        return self.since <= day and (self.until is None or day <= self.until)


@dataclass(frozen=True)
class Exceptional:
    """What an exceptional day says; `of_type` is said of one type, not of the whole hall."""

    kind: str
    starts: str = ""
    ends: str = ""
    windows: int | None = None
    instead: bool = False
    of_type: bool = False


@dataclass(frozen=True)
class Opening:
    """Everything that decides which periods a type has on a day."""

    versions: Sequence[Version]
    calendar: WorkCalendar
    exceptions: Mapping[date, Sequence[Exceptional]] = field(default_factory=dict)
    drawn: Mapping[date, datetime | None] = field(default_factory=dict)  # see `draw_timing.releases`

    def periods_on(self, day: date) -> list[Period]:
        """The periods held on `day`, in the order of their starts where nothing lies in another's way."""
        said = self.exceptions.get(day, ())
        version = next((one for one in self.versions if one.covers(day)), None)
        if version is None or any(one.kind == "closed" for one in said):
            return []
        hours = _hours(said)
        opened = any(one.kind == "open" for one in said)
        usual = self._usual(version, day, opened=opened)
        if not hours:
            return usual
        like = (usual or self._usual(version, day, opened=True) or list(version.periods))[-1]
        own = [_as_hours(one, like, day) for one in hours]
        return own if any(one.instead for one in hours) else [*usual, *own]

    def _usual(self, version: Version, day: date, *, opened: bool) -> list[Period]:
        if not opened and self.calendar.is_festival(day):
            return []
        own = [one for one in version.periods if one.falls_on(day)]
        return own if own or not (opened or self.calendar.is_workday(day)) else _borrowed(version.periods, day)

    def more_windows(self, day: date) -> Callable[[timedelta], int] | None:
        """Time since midnight → how many windows more (or fewer) than usual there are; None on a day as usual."""
        spans = [_span(one) for one in self.exceptions.get(day, ()) if one.kind == "capacity"]
        if not spans:
            return None
        return lambda at: sum(more for starts, ends, more in spans if starts <= at < ends)


def _span(one: Exceptional) -> tuple[timedelta, timedelta, int]:
    starts, ends = minute_of(one.starts or "00:00"), minute_of(one.ends or "24:00")
    return timedelta(minutes=starts), timedelta(minutes=ends), one.windows or 0


def _hours(said: Sequence[Exceptional]) -> list[Exceptional]:
    """Hours of the type itself stand for those of the hall."""
    hours = sorted((one for one in said if one.kind == "hours"), key=lambda one: one.starts)
    return [one for one in hours if one.of_type] or hours


def _as_hours(one: Exceptional, like: Period, day: date) -> Period:
    """Minutes, windows and shares as usual; the time, and the windows if they are said, by the exception."""
    return replace(
        like, weekday=day.isoweekday(), week_of_month=EVERY_WEEK, starts=one.starts, ends=one.ends,
        windows=one.windows or like.windows,
    )  # fmt: skip


def _borrowed(periods: Sequence[Period], day: date) -> list[Period]:
    """A weekend that works (调休, 假日办) without periods of its own follows the last weekday that has some."""
    for before in range(day.isoweekday() - 1, 0, -1) if day.isoweekday() > 5 else ():
        found = [one for one in periods if one.weekday == before and one.week_of_month == EVERY_WEEK]
        if found:
            return found
    return []


async def opening(of: AppointmentType, *, start: date, end: date) -> Opening:
    """What decides between `start` and `end`."""
    return (await openings([of], start=start, end=end))[of.id]


async def openings(types: Collection[AppointmentType], *, start: date, end: date) -> dict[int, Opening]:
    """Type id → what decides between `start` and `end`, for many types in as many statements as for one."""
    calendar, versions = await WorkCalendar.current(), await _versions([one.id for one in types], end)
    exceptions = await ScheduleException.filter(
        hall_id__in={of.hall_id for of in types},  # type: ignore[attr-defined]
        day__gte=start,
        day__lte=end,
    ).order_by("id")
    of_hall: dict[int, list[ScheduleException]] = defaultdict(list)
    for one in exceptions:
        of_hall[one.hall_id].append(one)  # type: ignore[attr-defined]
    drawn = await draw_timing.releases(types, start=start, end=end, calendar=calendar)
    return {
        of.id: Opening(versions[of.id], calendar, _said(of_hall[of.hall_id], of), drawn[of.id])  # type: ignore[attr-defined]
        for of in types
    }


def _said(rows: Sequence[ScheduleException], of: AppointmentType) -> dict[date, list[Exceptional]]:
    """Day → what is said of this type or of the whole hall."""
    said: dict[date, list[Exceptional]] = defaultdict(list)
    for row in rows:
        type_id: int | None = row.type_id  # type: ignore[attr-defined]
        if type_id in (None, of.id):
            one = Exceptional(row.kind, row.starts, row.ends, row.windows, row.instead, of_type=type_id is not None)
            said[row.day].append(one)
    return said


async def _versions(type_ids: Sequence[int], end: date) -> dict[int, list[Version]]:
    schedules = await Schedule.filter(type_id__in=type_ids, effective_from__lte=end).order_by("-version").values(
        "id", "type_id", "version", "effective_from", "effective_until"
    )  # fmt: skip
    periods: dict[int, list[Period]] = defaultdict(list)
    rows = SchedulePeriod.filter(schedule_id__in=[one["id"] for one in schedules]).order_by("weekday", "starts")
    for row in await rows:
        periods[row.schedule_id].append(Period(**dict(zip(Period.__dataclass_fields__, PERIOD(row), strict=True))))  # type: ignore[attr-defined]
    found: dict[int, list[Version]] = defaultdict(list)
    for one in schedules:
        version = Version(one["version"], one["effective_from"], one["effective_until"], periods[one["id"]])
        found[one["type_id"]].append(version)
    return found
