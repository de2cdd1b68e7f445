"""差评整改: a bad mark is called back within one working day and mended within fifteen."""

from feedback.models import Rating, Rectification
from foundation import clock
from foundation.workdays import WorkCalendar

CALL_BACK_WORKDAYS = 1
MEND_WORKDAYS = 15


async def open_for(rating: Rating) -> Rectification:
    """Open the rectification of a bad mark, with its deadlines in working days."""
    calendar, today = await WorkCalendar.current(), clock.today()
    return await Rectification.create(
        rating=rating,
        call_back_due=calendar.add_workdays(today, CALL_BACK_WORKDAYS),
        mend_due=calendar.add_workdays(today, MEND_WORKDAYS),
    )
