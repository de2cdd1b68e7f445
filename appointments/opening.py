"""Which timetable holds on a day: the schedule's version, the work calendar (法定节假日 调休), the exceptional days."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from appointments import draw_timing
from appointments.models import AppointmentType, Schedule, ScheduleException, SchedulePeriod
from appointments.timetable import Period
from foundation.workdays import WorkCalendar


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
class Opening:
    """Everything that decides which periods a type has on a day."""

    versions: Sequence[Version]
    calendar: WorkCalendar
    exceptions: Mapping[date, str] = field(default_factory=dict)
    drawn: Mapping[date, datetime | None] = field(default_factory=dict)  # see `draw_timing.releases`

    def periods_on(self, day: date) -> list[Period]:
        """An exception speaks first, then festivals, then working days; on an ordinary weekend only its own periods."""
        exception = self.exceptions.get(day)
        if exception == "closed" or (exception is None and self.calendar.is_festival(day)):
            return []
        version = next((one for one in self.versions if one.covers(day)), None)
        if version is None:
            return []
        own = [one for one in version.periods if one.weekday == day.isoweekday()]
        if own or not (exception == "open" or self.calendar.is_workday(day)):
            return own
        return _borrowed(version.periods, day.isoweekday())


def _borrowed(periods: Sequence[Period], weekday: int) -> list[Period]:
    """A weekend that works (调休, 假日办) without periods of its own follows the last weekday that has some."""
    if weekday < 6:
        return []
    for before in range(weekday - 1, 0, -1):
        found = [one for one in periods if one.weekday == before]
        if found:
            return found
    return []


async def opening(of: AppointmentType, *, start: date, end: date) -> Opening:
    """What decides between `start` and `end`."""
    schedules = await Schedule.filter(type_id=of.id, effective_from__lte=end).order_by("-version")
    periods = await SchedulePeriod.filter(schedule_id__in=[one.id for one in schedules]).order_by("weekday", "starts")
    exceptions = await ScheduleException.filter(hall_id=of.hall_id, day__gte=start, day__lte=end)  # type: ignore[attr-defined]
    versions = [
        Version(
            one.version,
            one.effective_from,
            one.effective_until,
            [_period(row) for row in periods if row.schedule_id == one.id],  # type: ignore[attr-defined]
        )
        for one in schedules
    ]
    calendar = await WorkCalendar.current()
    drawn = await draw_timing.releases(of, start=start, end=end, calendar=calendar)
    return Opening(versions, calendar, {one.day: one.kind for one in exceptions}, drawn)


def _period(row: SchedulePeriod) -> Period:
    return Period(
        weekday=row.weekday, starts=row.starts, ends=row.ends, slot_minutes=row.slot_minutes,
        windows=row.windows, online_percent=row.online_percent,
    )  # fmt: skip
