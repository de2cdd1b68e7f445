"""时限: working days from acceptance, not counting those on which the clock stood still, and the light.

Working days stop while the applicant supplements (补正), while the case is suspended (暂停) and during special
procedures (特别程序: 听证、检验、专家评审 are not counted, 行政许可法 第四十五条). A pause that has a limit stops the
clock up to its limit; what takes longer counts again. An extension (第四十二条) lengthens the legal period; a promise
stays a promise.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property

from cases.timeline import Kind
from foundation import clock
from foundation.workdays import WorkCalendar

ONE_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Pause:
    """From the day `began` up to the day before it `ended`, at most up to and including the day `until`."""

    kind: Kind
    began: date
    ended: date | None
    until: date | None
    procedure: str = ""

    @property
    def last(self) -> date | None:
        """The last day that is not counted; None while nobody knows."""
        known = [one for one in (self.ended and self.ended - ONE_DAY, self.until) if one is not None]
        return min(known, default=None)


def longest(pause: Pause) -> tuple[date, date, str]:
    """Of several pauses at once that one holds up the case which lasts longest."""
    return (pause.until or date.max, pause.began, pause.kind)


@dataclass(frozen=True, kw_only=True)
class Counting:
    """What the deadlines of a case are counted from."""

    accepted_at: datetime | None
    closed_at: datetime | None
    pauses: tuple[Pause, ...]
    promised_days: int | None
    legal_days: int | None
    yellow_percent: int
    calendar: WorkCalendar

    @cached_property
    def promised_due(self) -> date | None:
        return self._day(self.promised_days)

    @cached_property
    def legal_due(self) -> date | None:
        return self._day(self.legal_days)

    @cached_property
    def warn_from(self) -> date | None:
        """The first day on which most of the period is used up; the promised one counts, where there is one."""
        days = self.legal_days if self.promised_days is None else self.promised_days
        if days is None:
            return None
        return self._day(-(-days * self.yellow_percent // 100))

    @cached_property
    def used_days(self) -> int | None:
        """Working days from acceptance to the end."""
        if self.accepted_at is None or self.closed_at is None:
            return None
        day, last, used = self._start, clock.shanghai(self.closed_at).date(), 0
        while day < last:
            day += ONE_DAY
            used += self._counts(day)
        return used

    def _day(self, days: int | None) -> date | None:
        """The day on which so many working days are used up; None before acceptance and in a pause without an end."""
        if self.accepted_at is None or days is None or any(one.last is None for one in self.pauses):
            return None
        day = self._start
        while days > 0:
            day += ONE_DAY
            days -= self._counts(day)
        return day

    @property
    def _start(self) -> date:
        assert self.accepted_at is not None
        return clock.shanghai(self.accepted_at).date()

    def _counts(self, day: date) -> bool:
        return self.calendar.is_workday(day) and day not in self._still

    @cached_property
    def _still(self) -> frozenset[date]:
        days: set[date] = set()
        for one in self.pauses:
            if one.last is not None:
                days.update(one.began + ONE_DAY * n for n in range((one.last - one.began).days + 1))
        return frozenset(days)


LIGHTS = ("green", "yellow", "red", "grey")


def light(*, due: date | None, warn_from: date | None, still: bool, ended: date | None, today: date) -> str:
    """``green``, ``yellow`` (most of the period is used up), ``red`` (overdue), ``grey`` (not counting).

    `due` is the promised day, or the legal one where nothing was promised.
    """
    if due is None or still:
        return "grey"
    if (ended or today) > due:
        return "red"
    if ended is not None:
        return "green"
    return "yellow" if warn_from is not None and today >= warn_from else "green"
