"""How long people have to bring what they are asked for: to the end of a working day, in Asia/Shanghai."""

from datetime import date, datetime, time, timedelta

from foundation import clock, settings
from foundation.workdays import WorkCalendar


async def supplement_until() -> datetime:
    """The end of the last day after a notice (一次性告知) of today."""
    return end_of(await _workdays_on(settings.current().papers.notice_workdays))


async def follow_until() -> date:
    """The last day for what was promised (容缺后补) today."""
    return await _workdays_on(settings.current().papers.follow_workdays)


async def _workdays_on(number: int) -> date:
    return (await WorkCalendar.current()).add_workdays(clock.today(), number)


def end_of(day: date) -> datetime:
    return datetime.combine(day + timedelta(days=1), time(), tzinfo=clock.SHANGHAI)
