"""The report of the week makes itself."""

from assistant import learning, weekly_report
from foundation.jobs import scheduled


@scheduled("20 0 * * *")
async def make_weekly_report() -> None:
    """On Monday that of the week before; on other days only if Monday's was missed."""
    await learning.gather()
    await weekly_report.make(weekly_report.last_monday())
