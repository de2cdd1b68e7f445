"""差评申诉: a department says that a mark is not about it; somebody else decides. Meanwhile the clock runs on."""

from tortoise.exceptions import IntegrityError

from feedback import rectification
from feedback.errors import NothingWritten
from feedback.models import Rating, Rectification, RectificationAppeal
from feedback.rectification_errors import AnotherDecides, AppealedAlready, NoAppealOpen
from feedback.rectifying import LONGEST, jot, locked, subject, tell_moved
from foundation import audit, clock, database
from foundation.actor import Actor


async def file(*, rectification_id: int, text: str, by: Actor) -> None:
    """Once for each rectification. Raises RectificationNotFound, NotAtThisStage, NothingWritten, AppealedAlready."""
    if not text.strip():
        raise NothingWritten
    try:
        async with database.transaction():
            one = await locked(rectification_id, "open", "called_back")
            await RectificationAppeal.create(
                rectification=one, text=text.strip()[:LONGEST], filed_by_id=by.number, filed_at=clock.now()
            )
            await audit.record("rectification.appealed", subject=subject(one), by=by)
    except IntegrityError:
        raise AppealedAlready from None


async def decide(*, rectification_id: int, accept: bool, reason: str, by: Actor) -> None:
    """Accepted, the mark is not counted for the department any more and nothing is mended; its hall keeps it.

    Raises RectificationNotFound, NotAtThisStage, NothingWritten, NoAppealOpen; AnotherDecides for whoever filed it or
    owns the rectification.
    """
    async with database.transaction():
        one = await locked(rectification_id, *rectification.GOING)
        appeal = await RectificationAppeal.get_or_none(rectification=one, state="open")
        if appeal is None:
            raise NoAppealOpen
        if by.number in (appeal.filed_by_id, one.owner_id):  # type: ignore[attr-defined]
            raise AnotherDecides
        await jot(one, "accepted" if accept else "rejected", reason, by)
        await _decided(appeal, accept, reason, by)
        what = "appeal_accepted" if accept else "appeal_rejected"
        await audit.record(f"rectification.{what}", subject=subject(one), by=by, reason=reason)
        if accept:
            await Rectification.filter(id=one.id).update(state="dismissed")
            await Rating.filter(id=one.rating_id).update(department="")  # type: ignore[attr-defined]
            await tell_moved(one, "dismissed")


async def _decided(appeal: RectificationAppeal, accept: bool, reason: str, by: Actor) -> None:
    await RectificationAppeal.filter(id=appeal.id).update(
        state="accepted" if accept else "rejected",
        decided_by_id=by.number,
        decided_at=clock.now(),
        reason=reason.strip()[:LONGEST],
    )
