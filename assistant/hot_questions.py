"""Hot questions (大家都在问): what people asked lately, for who does not know how to begin."""

import time
from datetime import timedelta

from assistant import quality
from foundation import clock

DAYS = 30
MOST = 8
KEPT_SECONDS = 60.0
"""So long one process shows the same, so that the log is not counted for every visitor."""


class _Kept:
    questions: tuple[str, ...] = ()
    until: float = 0.0


async def lately() -> tuple[str, ...]:
    """The hot questions of the last thirty days, those of most people first."""
    if time.monotonic() >= _Kept.until:
        today = clock.today()
        found = await quality.hot(today - timedelta(days=DAYS - 1), today, limit=MOST)
        _Kept.questions, _Kept.until = tuple(said for said, _ in found), time.monotonic() + KEPT_SECONDS
    return _Kept.questions


def forget() -> None:
    """Let the next look count anew."""
    _Kept.until = 0.0
