"""Working days (工作日): 法定节假日 and 调休 from a kept-up library, overridden by staff.

Years the State Council has not published yet count weekends only, and `provisional` says so.
"""

import functools
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from importlib.metadata import version as version_of
from typing import NamedTuple

import chinese_calendar
from msgspec import Struct

from foundation import audit, clock, database
from foundation.actor import Actor
from foundation.errors import Invalid
from foundation.models import WorkdayOverride
from foundation.questions import Asking, Question
from foundation.together import Together

CALENDAR = "work_calendar"  # what the audit calls it
FARTHEST = timedelta(days=730)


@functools.cache
def _release() -> str:
    """Which release of the library we run with; to find out means to read its package's files."""
    return version_of("chinesecalendar")


class _Published(NamedTuple):
    workday: bool
    festival: bool


class _Override(Struct, frozen=True):
    day: date
    is_workday: bool | None
    set_at: datetime


@functools.cache
def _published(day: date) -> _Published | None:
    """What the library says of a day, which never changes while we run; None where nothing was published yet."""
    try:
        off, name = chinese_calendar.get_holiday_detail(day)
    except NotImplementedError:
        return None
    return _Published(bool(chinese_calendar.is_workday(day)), bool(off and name))


@dataclass(frozen=True)
class WorkCalendar:
    """One version of the calendar; a deadline remembers `version`."""

    overrides: dict[date, bool] = field(default_factory=dict)
    edition: int = 0

    @classmethod
    async def current(cls) -> "WorkCalendar":
        """As it stands now; inside a transaction, with what that declared."""
        return (await _read([None]))[0] if database.in_a_transaction() else await _together.ask(None)

    @classmethod
    def asked(cls) -> "Asking[WorkCalendar]":
        """As `current`, to be asked with what else a page needs."""
        return OVERRIDES.asking(True, then=_calendar)

    @property
    def version(self) -> str:
        """``chinesecalendar-1.11.0+0``: the library's release and the moment of the last override."""
        return f"chinesecalendar-{_release()}+{self.edition}"

    def is_workday(self, day: date) -> bool:
        if day in self.overrides:
            return self.overrides[day]
        published = _published(day)
        return day.weekday() < 5 if published is None else published.workday

    def provisional(self, day: date) -> bool:
        """True when nothing was published for the year of `day` yet."""
        return _published(day) is None and day not in self.overrides

    def is_festival(self, day: date) -> bool:
        """True on a day off that is more than an ordinary weekend (法定节假日, or declared by staff)."""
        if day in self.overrides:
            return not self.overrides[day]
        published = _published(day)
        return published is not None and published.festival

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


async def _read(asked: Sequence[None]) -> list[WorkCalendar]:
    """One and the same for all who ask at once."""
    rows = await database.fetch(f"select {OVERRIDE} order by set_at")
    return [_calendar([_Override(*row) for row in rows])] * len(asked)


def _calendar(rows: Sequence[_Override]) -> WorkCalendar:
    edition = int(rows[-1].set_at.timestamp() * 1_000_000) if rows else 0  # two within a second are two
    return WorkCalendar({row.day: row.is_workday for row in rows if row.is_workday is not None}, edition)


OVERRIDE = "day, is_workday, set_at from workday_override"
OVERRIDES = Question(_Override, f"select {OVERRIDE} where asked.whole order by set_at", whole="boolean")
_together: Together[None, WorkCalendar] = Together(_read)


class OverrideInvalid(Invalid):
    """工作日历的调整有误，请按提示修改。"""


async def declare(*, day: date, is_workday: bool | None, reason: str, by: Actor) -> None:
    """A day works or is off from now on, whatever is published; with None what is published holds again.

    What was computed before keeps the version it was computed with. Raises OverrideInvalid.
    """
    faults = [] if reason.strip() else ["请填写依据或原因"]
    if not clock.today() <= day <= clock.today() + FARTHEST:
        faults.append("只能调整今天至两年以内的日期")
    if faults:
        raise OverrideInvalid(detail=faults)
    async with database.transaction():
        said = {"is_workday": is_workday, "reason": reason.strip(), "set_by": str(by)}
        await WorkdayOverride.update_or_create(said, day=day)
        detail = {"day": day, "is_workday": is_workday}
        await audit.record("workday.declared", subject=CALENDAR, by=by, reason=reason.strip(), detail=detail)


async def declared(*, since: date) -> list[WorkdayOverride]:
    """The days that staff declared, from `since` on."""
    return await WorkdayOverride.filter(day__gte=since, is_workday__not_isnull=True).order_by("day")
