"""Who did what, when and why. Written inside the verb, in its transaction."""

import json
from typing import Any

from foundation import clock, database, logs
from foundation.actor import Actor

INSERT = """insert into audit_row (at, actor, action, subject, reason, detail, request_id)
            values ($1, $2, $3, $4, $5, $6::jsonb, $7)"""


async def record(
    action: str, *, subject: str, by: Actor, reason: str = "", detail: dict[str, Any] | None = None
) -> None:
    """One row: `action` (``booking.cancelled``) on `subject` (``appointment:5``) by `by`. Raises NotInTransaction."""
    await database.joined().execute(INSERT, *row(action, subject=subject, by=by, reason=reason, detail=detail))


def row(
    action: str, *, subject: str, by: Actor, reason: str = "", detail: dict[str, Any] | None = None
) -> tuple[Any, ...]:
    """The seven arguments of INSERT, for a verb that does all in one statement."""
    values = json.dumps(detail or {}, ensure_ascii=False, default=str)
    return (clock.now(), str(by), action, subject, reason[:400], values, logs.request_id())
