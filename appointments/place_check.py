"""对号: `booked` against the live appointments of each slot. Where they differ people look: nothing is repaired here.

What is found is said three times: an error in the log, a level for the monitor, and a line beside the schedule of the
business, where its staff read what was done; that line once a day as long as it lasts.
"""

import json
from collections.abc import Mapping
from typing import Any

from appointments import seats
from foundation import audit, database, logs, metrics
from foundation.actor import Actor

BY = Actor.system("appointments.place_check")
ACTION = "slot.out_of_step"

log = logs.logger(__name__)

TOLD_TODAY = """
select exists (select from audit_row where subject = $1 and action = $2 and detail = $3::jsonb
                  and at > clock_timestamp() - interval '1 day')
"""


async def compare() -> int:
    """How many slots are out of step."""
    wrong = await seats.out_of_step()
    metrics.level("slots_out_of_step", len(wrong))
    for slot in wrong:
        log.error("slot_out_of_step", **slot)
        await _tell(slot)
    return len(wrong)


async def _tell(slot: Mapping[str, Any]) -> None:
    async with database.transaction() as tx:
        row = await tx.fetchrow("select type_id, starts_at from slot where id = $1", slot["slot_id"])
        if row is None:
            return
        subject, detail = f"appointment_type:{row['type_id']}", {**slot, "starts_at": row["starts_at"].isoformat()}
        if not await tx.fetchval(TOLD_TODAY, subject, ACTION, json.dumps(detail)):
            reason = "号段计数与有效预约不一致，请联系系统管理员核对"
            await audit.record(ACTION, subject=subject, by=BY, reason=reason, detail=detail)
