"""The plan: which slots a type should have, and when each opens and closes for booking. Nothing is read or written."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import NamedTuple

from appointments.models import AppointmentType
from appointments.opening import Opening
from appointments.release import batches_of, release_at
from appointments.shares import Share
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
    starts_at: datetime
    ends_at: datetime
    places: dict[Share, int]


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
        released = batches_of(of, release_at(of, day, days.calendar), len(intervals))
        for (starts_at, ends_at, places), released_at in zip(intervals, released, strict=True):
            for share, capacity in places.items():
                one = Wanted(day, starts_at, ends_at, share, capacity, released_at, starts_at - close_before)
                wanted[starts_at, share] = one
    return wanted


def _intervals(days: Opening, day: date) -> list[_Interval]:
    """The intervals of a day that have places, in their order."""
    periods, more_windows = days.periods_on(day), days.more_windows(day)
    found = [
        _Interval(starts_at, ends_at, period.places(more=more_windows(starts_at)))
        for period in periods
        for starts_at, ends_at in period.slots_on(day)
    ]
    return sorted((one for one in _apart(found) if any(one.places.values())), key=lambda one: one.starts_at)


def _apart(found: Sequence[_Interval]) -> Sequence[_Interval]:
    """Without those that lie in an earlier one's way: hours beside the usual ones fill what is left."""
    by_start = sorted(found, key=lambda one: one.starts_at)
    if all(one.ends_at <= other.starts_at for one, other in pairwise(by_start)):
        return found
    kept: list[_Interval] = []
    for one in found:
        if all(one.ends_at <= other.starts_at or other.ends_at <= one.starts_at for other in kept):
            kept.append(one)
    return kept
