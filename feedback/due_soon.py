"""临期和超期: rectifications and consultations whose day comes near or has passed, by number and kind alone."""

from feedback import routing
from feedback.consultation_models import Consultation
from feedback.lateness import SOON_ANSWER, SOON_MEND
from feedback.models import Rectification
from foundation import clock
from foundation.duties import MOST, Duty
from foundation.workdays import WorkCalendar


async def rectifications() -> list[Duty]:
    """The call back first; once that was made, the mending."""
    near = (await WorkCalendar.current()).add_workdays(clock.today(), SOON_MEND)
    going = Rectification.filter(state__in=("open", "called_back")).prefetch_related("rating__hall")
    found = [_rectification(one) for one in await going.order_by("call_back_due", "id").limit(MOST)]
    return [one for one in found if one.due_on <= near]


def _rectification(row: Rectification) -> Duty:
    to_call, rating, owner = row.state == "open", row.rating, row.owner_id  # type: ignore[attr-defined]
    return Duty(
        kind="rectification", subject=str(row.id),
        name=f"{rating.place or rating.department}的差评{'回访' if to_call else '整改'}（第 {row.id} 号）",
        hall_path=rating.hall.path if rating.hall else "", owner_id=owner,
        due_on=row.call_back_due if to_call else row.mend_due,
    )  # fmt: skip


async def consultations() -> list[Duty]:
    return await _consultations("consultation", source="web")


async def messages() -> list[Duty]:
    """留言: what began as a conversation that nobody could take up, and waits for an answer as a consultation does."""
    return await _consultations("message", source__not="web")


async def _consultations(kind: str, **which: str) -> list[Duty]:
    near = (await WorkCalendar.current()).add_workdays(clock.today(), SOON_ANSWER)
    waiting = Consultation.filter(state__in=("open", "drafted"), due_on__lte=near, **which).order_by("due_on", "id")
    return [
        Duty(
            kind=kind, subject=str(one.id), name=f"{routing.KINDS[one.kind]}（{one.code}）",
            hall_path=one.desk_path, owner_id=one.owner_id, due_on=one.due_on,  # type: ignore[attr-defined]
        )
        for one in await waiting.limit(MOST)
    ]  # fmt: skip
