"""放号: when a day's slots open for booking, and how far ahead they must exist."""

from datetime import date, datetime, timedelta

from appointments.models import AppointmentType
from appointments.timetable import clock_time
from appointments.type_rules import Rules
from foundation.workdays import WorkCalendar

# Slots exist this many working days before they are released, so that a night without the job goes unnoticed.
MARGIN_WORKDAYS = 5


def release_at(of: AppointmentType | Rules, day: date, calendar: WorkCalendar) -> datetime:
    """`release_time` on the day that lies `release_workdays` working days before `day`."""
    return clock_time(workdays_before(calendar, day, of.release_workdays), of.release_time)


def batches_of(of: AppointmentType | Rules, first: datetime, intervals: int) -> list[datetime]:
    """When each interval of a day opens, in their order; `first` is the day's `release_at`.

    Staggered (分批), every batch has slots of the morning and of the afternoon: the intervals are dealt out in turn. A
    draw opens at `first` until somebody sets another moment.
    """
    if of.release_mode != "staggered":
        return [first] * intervals
    return [first + timedelta(minutes=of.stagger_minutes * (nth % of.stagger_batches)) for nth in range(intervals)]


def workdays_before(calendar: WorkCalendar, day: date, number: int) -> date:
    """The working day `number` working days before `day`; `day` itself is not counted."""
    while number > 0:
        day -= timedelta(days=1)
        number -= calendar.is_workday(day)
    return day


def horizon(of: AppointmentType, today: date, calendar: WorkCalendar) -> date:
    """The last day whose slots should exist on `today`."""
    return calendar.add_workdays(today, of.release_workdays + MARGIN_WORKDAYS)
