"""免计与缺少材料: what staff of the hall say of one visit, for or against counting it."""

from appointments import booking, limits, sanctions
from appointments.booking import Booking
from appointments.errors import ReasonNeeded
from appointments.rule_errors import NotHere, NothingToExempt
from appointments.rule_events import PapersNoted
from foundation import audit, database, events
from foundation.actor import Actor

COUNTED = ("no_show", "cancelled")
CAME = ("checked_in", "serving", "finished", "unserved")


@database.retry_on_deadlock
async def grant(*, code: str, by: Actor, reason: str) -> Booking:
    """免计: no rule counts this missed or cancelled visit any more; sanctions that stood on it fall. Again is harmless.

    Raises BookingNotFound, NothingToExempt, ReasonNeeded.
    """
    if not reason.strip():
        raise ReasonNeeded
    async with database.transaction() as tx:
        held = await booking.find(code=code, for_=by)
        papers = await tx.fetchval("select exists (select from papers_missing where appointment_id = $1)", held.id)
        if held.state not in COUNTED and not papers:
            raise NothingToExempt(detail={"state": held.state})
        await limits.lock_persons(held.citizen_id)
        await sanctions.exempt([held.id], by=by, reason=reason)
    return held


@database.retry_on_deadlock
async def note_missing_papers(*, code: str, what: str, by: Actor) -> Booking:
    """缺少材料: they came and could not be served. Noted once; again is harmless.

    Raises BookingNotFound, NotHere, ReasonNeeded.
    """
    if not what.strip():
        raise ReasonNeeded
    async with database.transaction() as tx:
        held = await booking.find(code=code, for_=by)
        if held.state not in CAME:
            raise NotHere(detail={"state": held.state})
        noted = await tx.fetchval(
            """insert into papers_missing (appointment_id, what, noted_by, noted_at)
               values ($1, $2, $3, clock_timestamp()) on conflict (appointment_id) do nothing returning id""",
            held.id, what.strip()[:200], str(by),
        )  # fmt: skip
        if noted:
            await audit.record("booking.papers_missing", subject=f"appointment:{held.id}", by=by, reason=what.strip())
            await events.tell(PapersNoted(appointment_id=held.id, citizen_id=held.citizen_id))
    return held
