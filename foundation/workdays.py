"""Working days (工作日): 法定节假日 and 调休 from a kept-up library, overridden by staff.

Years the State Council has not published yet count weekends only, and `provisional` says so.
"""

from dataclasses import dataclass, field
from datetime import date, timedelta
from importlib.metadata import version as version_of

import chinese_calendar

from foundation.models import WorkdayOverride


@dataclass(frozen=True)
class WorkCalendar:
    """One version of the calendar; a deadline remembers `version`."""

    overrides: dict[date, bool] = field(default_factory=dict)
    edition: int = 0

    @classmethod
    async def current(cls) -> "WorkCalendar":
        rows = await WorkdayOverride.all().order_by("set_at")
        edition = int(rows[-1].set_at.timestamp()) if rows else 0
        return cls({row.day: row.is_workday for row in rows}, edition)

    @property
    def version(self) -> str:
        """``chinesecalendar-1.11.0+0``: the library's release and the moment of the last override."""
        return f"chinesecalendar-{version_of('chinesecalendar')}+{self.edition}"

    def is_workday(self, day: date) -> bool:
        if day in self.overrides:
            return self.overrides[day]
        try:
            return bool(chinese_calendar.is_workday(day))
        except NotImplementedError:
            return day.weekday() < 5

    def provisional(self, day: date) -> bool:
        """True when nothing was published for the year of `day` yet."""
        try:
            chinese_calendar.is_workday(day)
        except NotImplementedError:
            return day not in self.overrides
        return False

    def is_festival(self, day: date) -> bool:
        """True on a day off that is more than an ordinary weekend (法定节假日, or declared by staff)."""
        if day in self.overrides:
            return not self.overrides[day]
        try:
            off, name = chinese_calendar.get_holiday_detail(day)
        except NotImplementedError:
            return False
        return bool(off and name)

    def add_workdays(self, day: date, number: int) -> date:
        """The day `number` working days after `day`; `day` itself is not counted (行政许可法 第八十二条)."""
        while number > 0:
            day += timedelta(days=1)
            number -= self.is_workday(day)
        return day

    def workdays_between(self, start: date, end: date) -> int:
        """Working days after `start` up to and including `end`; negative when `end` lies before."""
        if end < start:
            return -self.workdays_between(end, start)
        return sum(self.is_workday(start + timedelta(days=n + 1)) for n in range((end - start).days))
