"""差评整改: a bad mark is called back within one working day and mended within fifteen (both by settings).

open 待回访 → called_back 整改中 → mended 待核实 → verified 已办结; not satisfied goes back to called_back, with as
many working days again. `rectifying` works on one, `rectification_appeals` decides whose it is.
"""

from datetime import date

from feedback.models import Rating, Rectification
from foundation import clock, settings
from foundation.workdays import WorkCalendar

NAMES = {
    "open": "待回访",
    "called_back": "整改中",
    "mended": "待核实",
    "verified": "已办结",
    "dismissed": "不属实，已撤销",
}
GOING = ("open", "called_back", "mended")


async def open_for(rating: Rating) -> Rectification:
    """Open the rectification of a bad mark, with its deadlines in working days."""
    calendar, today, ours = await WorkCalendar.current(), clock.today(), settings.current().feedback
    return await Rectification.create(
        rating=rating,
        call_back_due=calendar.add_workdays(today, ours.call_back_workdays),
        mend_due=calendar.add_workdays(today, max(ours.mend_workdays, ours.call_back_workdays)),
        calendar=calendar.version,
        created_at=clock.now(),
    )


async def of_rating(rating_id: int) -> Rectification | None:
    """What a bad mark opened."""
    return await Rectification.get_or_none(rating_id=rating_id)


async def mend_anew() -> date:
    """By when it is mended once more, counted from today."""
    return (await WorkCalendar.current()).add_workdays(clock.today(), settings.current().feedback.mend_workdays)
