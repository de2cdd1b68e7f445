"""Time, in one place, so that a test can set it. Rooms never call ``datetime.now()``.

Times are stored with zone (UTC); the rules of the business read them in Asia/Shanghai.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

SHANGHAI = ZoneInfo("Asia/Shanghai")
AHEAD = timedelta(hours=8)  # of UTC, all year round since 1992

_frozen_at: datetime | None = None
_shift = timedelta()


def now() -> datetime:
    """The present moment, aware, in UTC."""
    if _frozen_at is not None:
        return _frozen_at
    return datetime.now(UTC) + _shift


def shanghai(moment: datetime) -> datetime:
    return moment.astimezone(SHANGHAI)


def today() -> date:
    """The business day: today's date in Asia/Shanghai."""
    return (now() + AHEAD).date()


@contextmanager
def frozen(at: datetime) -> Iterator[None]:
    """Stop the clock of this process at `at` (aware)."""
    global _frozen_at
    before, _frozen_at = _frozen_at, at.astimezone(UTC)
    try:
        yield
    finally:
        _frozen_at = before


@contextmanager
def shifted(by: timedelta) -> Iterator[None]:
    """Let the clock of this process run on, `by` ahead."""
    global _shift
    before, _shift = _shift, _shift + by
    try:
        yield
    finally:
        _shift = before
