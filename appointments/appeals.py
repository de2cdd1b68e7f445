"""申诉: the citizen's word against a sanction, once; staff decide it with a reason, and it stays decided."""

import asyncpg

from appointments import credit, sanctions
from appointments.credit import Held
from appointments.errors import ReasonNeeded
from appointments.rule_errors import AlreadyAppealed, AppealDecided, AppealInvalid, AppealNotFound, SanctionOver
from appointments.rule_events import AppealRejected
from foundation import audit, database, events
from foundation.actor import Actor
from foundation.errors import Forbidden

LEAST, MOST = 5, 500


@database.retry_on_deadlock
async def file(*, code: str, text: str, by: Actor) -> Held:
    """Appeal against a sanction in force that concerns the citizen. The block holds until it is decided.

    Raises SanctionNotFound, SanctionOver, AppealInvalid, AlreadyAppealed.
    """
    if by.kind != "citizen":
        raise Forbidden
    if not LEAST <= len(text.strip()) <= MOST:
        raise AppealInvalid
    async with database.transaction() as tx:
        held = await credit.mine(code=code, for_=by)
        seen = await sanctions.locked("id = $1", held.id)
        if seen["state"] != "active" or not seen["running"]:
            raise SanctionOver
        try:
            made = await tx.fetchval(
                """insert into appeal (sanction_id, citizen_id, text, filed_at)
                   values ($1, $2, $3, clock_timestamp()) returning id""",
                held.id, by.number, text.strip(),
            )  # fmt: skip
        except asyncpg.UniqueViolationError:
            raise AlreadyAppealed from None
        await audit.record("appeal.filed", subject=f"sanction:{held.id}", by=by, detail={"appeal": made})
    return await credit.mine(code=code, for_=by)


@database.retry_on_deadlock
async def decide(*, appeal_id: int, accept: bool, reason: str, by: Actor) -> None:
    """通过: the sanction is lifted and what it stood on counts no more; 不通过: it runs on. Either way with a reason.

    Raises AppealNotFound, AppealDecided, ReasonNeeded.
    """
    if not reason.strip():
        raise ReasonNeeded
    async with database.transaction() as tx:
        sanction_id = await tx.fetchval("select sanction_id from appeal where id = $1", appeal_id)
        if sanction_id is None:
            raise AppealNotFound
        held = await sanctions.locked("id = $1", sanction_id)
        decided = await tx.fetchval(
            """update appeal set state = $2, decided_by = $3, decided_at = clock_timestamp(), reason = $4
                where id = $1 and state = 'open' returning id""",
            appeal_id, "accepted" if accept else "rejected", str(by), reason,
        )  # fmt: skip
        if decided is None:
            raise AppealDecided
        what = "accepted" if accept else "rejected"
        await audit.record(f"appeal.{what}", subject=f"sanction:{sanction_id}", by=by, reason=reason)
        if accept:
            await sanctions.undo(sanction_id, by=by, reason=reason)
        else:
            await events.tell(AppealRejected(sanction_id=sanction_id, citizen_id=held["citizen_id"]))
