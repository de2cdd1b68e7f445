"""Hot questions (大家都在问): what people asked lately, for who does not know how to begin."""

from datetime import timedelta

from assistant import quality
from assistant.counted import Counted
from foundation import clock

DAYS = 30
MOST = 8
KEPT_SECONDS = 60.0
"""So long one process shows the same, so that the log is not counted for every visitor."""
_counted = Counted(KEPT_SECONDS)
forget = _counted.forget


async def lately() -> tuple[str, ...]:
    """The hot questions of the last thirty days, those of most people first."""
    return await _counted.get("", _count)


async def _count() -> list[str]:
    today = clock.today()
    return [said for said, _ in await quality.hot(today - timedelta(days=DAYS - 1), today, limit=MOST)]
