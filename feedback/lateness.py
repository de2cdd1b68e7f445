"""Days that come near or have passed: whoever oversees is told once of each, by compare and set."""

from feedback.consultation_events import ConsultationLate
from feedback.consultation_models import Consultation
from feedback.events import RectificationLate
from feedback.models import Rectification
from foundation import audit, clock, database
from foundation.actor import Actor
from foundation.events import tell
from foundation.workdays import WorkCalendar

BY = Actor.system("feedback.lateness")
SOON_MEND, SOON_ANSWER = 3, 1  # working days before the day


async def of_rectifications() -> int:
    """Remind and escalate; how many were told of. Nothing happens twice."""
    calendar, today, told = await WorkCalendar.current(), clock.today(), 0
    soon = calendar.add_workdays(today, SOON_MEND)
    told += await _rectifications("escalated", "call_back", state="open", call_back_due__lt=today, escalated="")
    going = {"state__in": ("open", "called_back")}
    told += await _rectifications("escalated", "mend", mend_due__lt=today, escalated__in=("", "call_back"), **going)
    told += await _rectifications("reminded", "soon", mend_due__gte=today, mend_due__lte=soon, reminded="", **going)
    return told


async def of_consultations() -> int:
    """As `of_rectifications`, for questions that wait for an answer."""
    calendar, today = await WorkCalendar.current(), clock.today()
    soon = calendar.add_workdays(today, SOON_ANSWER)
    waiting = {"state__in": ("open", "drafted")}
    late = await _consultations("escalated", "late", due_on__lt=today, escalated=False, **waiting)
    return late + await _consultations(
        "reminded", "soon", due_on__gte=today, due_on__lte=soon, reminded=False, **waiting
    )


async def _rectifications(field: str, what: str, **which: object) -> int:
    told = 0
    for one in await Rectification.filter(**which):
        async with database.transaction():
            if not await Rectification.filter(id=one.id, **which).update(**{field: what}):
                continue
            await audit.record(f"rectification.late_{what}", subject=f"rectification:{one.id}", by=BY)
            rating_id: int = one.rating_id  # type: ignore[attr-defined]
            await tell(RectificationLate(rating_id=rating_id, rectification_id=one.id, what=what))
            told += 1
    return told


async def _consultations(field: str, what: str, **which: object) -> int:
    told = 0
    for one in await Consultation.filter(**which):
        async with database.transaction():
            if not await Consultation.filter(id=one.id, **which).update(**{field: True}):
                continue
            await audit.record(f"consultation.{what}", subject=f"consultation:{one.id}", by=BY)
            citizen_id: int | None = one.citizen_id  # type: ignore[attr-defined]
            await tell(ConsultationLate(consultation_id=one.id, citizen_id=citizen_id, what=what))
            told += 1
    return told
