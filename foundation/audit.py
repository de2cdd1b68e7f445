"""Who did what, when and why. Written inside the verb, in its transaction."""

import json
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
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


async def record_each(action: str, *, subjects: Collection[str], by: Actor, reason: str = "") -> None:
    """One row for each of `subjects`, in one statement. Raises NotInTransaction."""
    at, actor, _, _, why, detail, request_id = row(action, subject="", by=by, reason=reason)
    await database.joined().execute(
        """insert into audit_row (at, actor, action, subject, reason, detail, request_id)
           select $1, $2, $3, subject, $4, $5::jsonb, $6 from unnest($7::text[]) as subject""",
        at, actor, action, why, detail, request_id, list(subjects),
    )  # fmt: skip


def row(
    action: str, *, subject: str, by: Actor, reason: str = "", detail: dict[str, Any] | None = None
) -> tuple[Any, ...]:
    """The seven arguments of INSERT, for a verb that does all in one statement."""
    values = json.dumps(detail or {}, ensure_ascii=False, default=str)
    return (clock.now(), str(by), action, subject, reason[:400], values, logs.request_id())


@dataclass(frozen=True)
class Deed:
    """One row as it is read: `actor` is the text of an Actor."""

    at: datetime
    actor: str
    action: str
    subject: str
    reason: str
    detail: dict[str, Any]


async def latest(subjects: Collection[str], *, limit: int = 20) -> list[Deed]:
    """What was done to any of `subjects`, the latest first."""
    rows = await database.fetch(
        """select at, actor, action, subject, reason, detail from audit_row
            where subject = any($1) order by at desc, id desc limit $2""",
        list(subjects),
        limit,
    )
    return [Deed(**{**row, "detail": json.loads(row["detail"])}) for row in rows]
