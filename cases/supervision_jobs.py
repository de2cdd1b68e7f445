"""What runs by the clock for supervision. Cron times are read in Asia/Shanghai."""

from cases import supervision_reports
from foundation import jobs


@jobs.scheduled("10 6 * * *")
async def make_weekly_report() -> None:
    """On Monday; every day, so that a Monday on which nobody ran is caught up."""
    await supervision_reports.make(supervision_reports.last_week())
