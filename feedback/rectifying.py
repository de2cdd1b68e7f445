"""整改办理: somebody takes a rectification, calls the citizen back, mends, and asks whether it is well now.

Every verb locks the rectification's row first, so that of two who do the same the second finds it done.
"""

from feedback import rectification
from feedback.errors import NothingWritten
from feedback.events import RectificationMoved
from feedback.models import Rectification, RectificationNote
from feedback.rectification_errors import (
    ExtendedAlready,
    ExtensionTooLong,
    NotAtThisStage,
    NotYourRectification,
    RectificationNotFound,
    TooLateToExtend,
)
from foundation import audit, clock, database, settings
from foundation.actor import Actor
from foundation.events import tell
from foundation.workdays import WorkCalendar

LONGEST = 400


async def assign(*, rectification_id: int, owner_id: int, by: Actor) -> None:
    """领办, or 指派 by whoever is in charge. Raises RectificationNotFound, NotAtThisStage."""
    async with database.transaction():
        one = await locked(rectification_id, *rectification.GOING)
        await Rectification.filter(id=one.id).update(owner_id=owner_id)
        await audit.record("rectification.assigned", subject=subject(one), by=by, detail={"owner": f"staff:{owner_id}"})


async def note(*, rectification_id: int, text: str, by: Actor) -> None:
    """For colleagues. Raises RectificationNotFound, NotAtThisStage, NothingWritten."""
    async with database.transaction():
        one = await locked(rectification_id, *rectification.GOING)
        await jot(one, "note", text, by)


async def call_back(*, rectification_id: int, text: str, reached: bool, by: Actor) -> None:
    """回访: the owner called; what was said, or that nobody was reached, which counts as called too.

    Raises RectificationNotFound, NotAtThisStage, NotYourRectification, NothingWritten.
    """
    async with database.transaction():
        one = await _owned(rectification_id, by, "open")
        await jot(one, "called" if reached else "unreached", text, by)
        await Rectification.filter(id=one.id).update(state="called_back", called_back_on=clock.today())
        await _moved(one, "called_back", by)


async def extend(*, rectification_id: int, workdays: int, reason: str, by: Actor) -> None:
    """延期: once, with a reason, while the day is not over.

    Raises RectificationNotFound, NotAtThisStage, NotYourRectification, ExtendedAlready, TooLateToExtend,
    ExtensionTooLong, NothingWritten.
    """
    async with database.transaction():
        one = await _owned(rectification_id, by, "open", "called_back")
        if one.extended_by:
            raise ExtendedAlready
        if clock.today() > one.mend_due:
            raise TooLateToExtend
        most = settings.current().feedback.extend_workdays
        if not 1 <= workdays <= most:
            raise ExtensionTooLong(detail={"most": most})
        await jot(one, "extended", reason, by)
        due = (await WorkCalendar.current()).add_workdays(one.mend_due, workdays)
        await Rectification.filter(id=one.id).update(mend_due=due, extended_by=workdays, reminded="")
        await audit.record("rectification.extended", subject=subject(one), by=by, reason=reason, detail={"day": due})


async def mend(*, rectification_id: int, remedy: str, by: Actor) -> None:
    """整改完成: what was done, as the citizen reads it.

    Raises RectificationNotFound, NotAtThisStage, NotYourRectification, NothingWritten.
    """
    async with database.transaction():
        one = await _owned(rectification_id, by, "called_back")
        await jot(one, "mended", remedy, by)
        await Rectification.filter(id=one.id).update(
            state="mended", mended_on=clock.today(), remedy=remedy.strip()[:LONGEST]
        )
        await _moved(one, "mended", by)


async def verify(*, rectification_id: int, found: str, text: str, by: Actor) -> None:
    """核实: satisfied or, tried in vain, unreached end it; unsatisfied sends it back to be mended once more.

    The citizen says so in the app, or staff who called them. Raises RectificationNotFound, NotAtThisStage,
    NothingWritten where staff say nothing.
    """
    async with database.transaction():
        one = await locked(rectification_id, "mended")
        await jot(one, found, text or ("本人确认" if by.kind == "citizen" else ""), by)
        if found == "unsatisfied":
            due = await rectification.mend_anew()
            await Rectification.filter(id=one.id).update(
                state="called_back", mend_due=due, mended_on=None, rounds=one.rounds + 1, reminded="", escalated=""
            )
            await _moved(one, "again", by)
            return
        await Rectification.filter(id=one.id).update(state="verified", found=found)
        await _moved(one, "verified", by)


async def verify_mine(*, rectification_id: int, satisfied: bool, text: str, by: Actor) -> None:
    """The citizen who gave the mark says whether it is well now. Raises RectificationNotFound, NotAtThisStage."""
    if not await Rectification.exists(id=rectification_id, rating__citizen_id=by.number):
        raise RectificationNotFound
    found = "satisfied" if satisfied else "unsatisfied"
    await verify(rectification_id=rectification_id, found=found, text=text, by=by)


async def locked(rectification_id: int, *states: str) -> Rectification:
    """Read under its lock, in one of `states`. Raises RectificationNotFound, NotAtThisStage, NotInTransaction."""
    database.joined()
    one = await Rectification.select_for_update().get_or_none(id=rectification_id)
    if one is None:
        raise RectificationNotFound
    if one.state not in states:
        raise NotAtThisStage
    return one


async def jot(one: Rectification, kind: str, text: str, by: Actor) -> None:
    """Raises NothingWritten."""
    if not text.strip():
        raise NothingWritten
    await RectificationNote.create(
        rectification=one, kind=kind, text=text.strip()[:LONGEST], by=str(by), at=clock.now()
    )


def subject(one: Rectification) -> str:
    return f"rectification:{one.id}"


async def _owned(rectification_id: int, by: Actor, *states: str) -> Rectification:
    one = await locked(rectification_id, *states)
    if one.owner_id != by.number:  # type: ignore[attr-defined]
        raise NotYourRectification
    return one


async def _moved(one: Rectification, state: str, by: Actor) -> None:
    await audit.record(f"rectification.{state}", subject=subject(one), by=by)
    await tell_moved(one, state)


async def tell_moved(one: Rectification, state: str) -> None:
    """Tell that it came to `state`."""
    await one.fetch_related("rating")
    await tell(
        RectificationMoved(
            rating_id=one.rating.id,
            rectification_id=one.id,
            citizen_id=one.rating.citizen_id,  # type: ignore[attr-defined]
            state=state,
        )
    )
