"""What runs by the clock for cases: deadlines follow the calendar, rows are compared with logs, usual durations."""

from datetime import timedelta

from cases import rebuilding, usual
from foundation import clock, jobs

DAY = timedelta(hours=26)  # a night's run that failed is caught up by the next one


@jobs.scheduled("*/10 * * * *")
async def count_deadlines_anew() -> None:
    """Staff overruled the calendar, or its publisher did: open cases get the deadlines of the new one."""
    await rebuilding.follow_calendar()


@jobs.scheduled("20 3 * * *")
async def compare_rows_with_logs() -> None:
    await rebuilding.compare(since=clock.now() - DAY)


@jobs.scheduled("40 2 * * *")
async def reckon_usual_durations() -> None:
    await usual.reckon()
