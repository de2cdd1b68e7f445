"""Office hours of those who answer in person (人工服务时间): hours by settings, days by the work calendar."""

from datetime import date, time

from foundation import clock, settings
from foundation.workdays import WorkCalendar


def spans() -> list[tuple[time, time]]:
    """From and to, of each part of a working day."""
    parts = [part.strip().split("-") for part in settings.current().handover.hours.split(",") if part.strip()]
    return [(time.fromisoformat(start), time.fromisoformat(end)) for start, end in parts]


def words() -> str:
    """工作日 09:00–12:00、13:00–17:00."""
    return "工作日 " + "、".join(f"{start:%H:%M}–{end:%H:%M}" for start, end in spans())


async def open_now() -> bool:
    """Whether somebody sits there now; working days are those that staff and the State Council declared."""
    at = clock.shanghai(clock.now())
    within = any(start <= at.time() < end for start, end in spans())
    return within and (await WorkCalendar.current()).is_workday(at.date())


async def answered_by() -> date:
    """The working day by which a message left now is answered."""
    days = settings.current().handover.answer_workdays
    return (await WorkCalendar.current()).add_workdays(clock.today(), days)
