"""The plan: which slots a type should have, and when each opens and closes for booking. Nothing is read or written."""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import NamedTuple

from appointments.models import AppointmentType
from appointments.opening import Opening
from appointments.release import batches_of, release_at
from appointments.shares import Share
from appointments.timetable import Period, clock_time
from appointments.type_rules import Rules

Key = tuple[datetime, str]  # a slot of a type is known by its start and its share


class Wanted(NamedTuple):
    """A slot as the plan wants it."""

    day: date
    starts_at: datetime
    ends_at: datetime
    share: Share
    capacity: int
    release_at: datetime
    close_at: datetime

    @property
    def key(self) -> Key:
        return self.starts_at, self.share


class _Interval(NamedTuple):
    """A stretch of a day that becomes a slot of each share; times are counted from midnight."""

    starts: timedelta
    ends: timedelta
    period: Period
    places: Mapping[Share, int]


def plan(of: AppointmentType | Rules, days: Opening, *, start: date, end: date) -> dict[Key, Wanted]:
    """The slots that should be there, by their keys. No two of one share overlap; who shares a pool's has none."""
    wanted: dict[Key, Wanted] = {}
    if of.pool_id:  # type: ignore[union-attr]
        return wanted
    close_before = timedelta(minutes=of.close_minutes)
    for day in (start + timedelta(days=n) for n in range((end - start).days + 1)):
        intervals = _intervals(days, day)
        if not intervals:
            continue
        midnight = clock_time(day, "00:00").astimezone(UTC)
        released = _released(of, days, day, [midnight + one.starts for one in intervals])
        for (starts, ends, _, places), released_at in zip(intervals, released, strict=True):
            starts_at = midnight + starts
            for share, capacity in places.items():
                key = starts_at, share
                wanted[key] = Wanted(
                    day, starts_at, midnight + ends, share, capacity, released_at, starts_at - close_before
                )
    return wanted


def _released(of: AppointmentType | Rules, days: Opening, day: date, starts: Sequence[datetime]) -> Sequence[datetime]:
    """When each interval of a day opens; on a day whose draw is not over yet, when it begins, which is never."""
    if day not in days.drawn:
        return batches_of(of, release_at(of, day, days.calendar), len(starts))
    return [days.drawn[day] or at for at in starts]


def _intervals(days: Opening, day: date) -> Sequence[_Interval]:
    """The intervals of a day that have places, in their order."""
    shape, more_windows = _shape(tuple(days.periods_on(day))), days.more_windows(day)
    if more_windows is None:
        return shape
    moved = [one._replace(places=one.period.places(more=more_windows(one.starts))) for one in shape]
    return [one for one in moved if any(one.places.values())]


@lru_cache(1024)
def _shape(periods: Sequence[Period]) -> Sequence[_Interval]:
    """What these periods make of a day: most days of a year look alike."""
    found = [
        _Interval(starts, ends, period, period.places()) for period in periods for starts, ends in period.intervals()
    ]
    return sorted((one for one in _apart(found) if any(one.places.values())), key=lambda one: one.starts)


def _apart(found: Sequence[_Interval]) -> Sequence[_Interval]:
    """Without those that lie in an earlier one's way: hours beside the usual ones fill what is left."""
    kept: list[_Interval] = []
    for one in found:
        if all(one.ends <= other.starts or other.ends <= one.starts for other in kept):
            kept.append(one)
    return kept
