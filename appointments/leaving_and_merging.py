"""What becomes of sanctions and appeals when a person leaves (注销), asks for their data, or had two accounts."""

from typing import Any

from appointments import credit, limits
from appointments.credit import APPEAL_NAMES, STATE_NAMES
from foundation import clock, database
from foundation.actor import Actor

GONE = "（已注销）"


async def export(citizen_id: int) -> list[dict[str, Any]]:
    """What is kept of a person's sanctions, as rows of JSON."""
    return [
        {
            "sanction": one.code, "reason": one.reason, "state": STATE_NAMES[one.state],
            "begins_at": one.begins_at.isoformat(), "until": one.until.isoformat(), "lifted_why": one.lifted_why,
            "events": [f"{clock.shanghai(cause.starts_at):%Y-%m-%d %H:%M} {cause.business}：{cause.what}"
                       for cause in one.causes],
            "appeal": one.appeal_text, "appeal_state": APPEAL_NAMES.get(one.appeal_state or "", ""),
            "appeal_reason": one.appeal_reason,
        }
        for one in await credit.of(Actor.citizen(citizen_id))
    ]  # fmt: skip


# Who leaves and comes again is the same person: until the block is over it stands against the number's fingerprint.
KEPT_UNTIL_OVER = """
update sanction s set subject_key = 'id:' || c.id_fingerprint from citizen c
 where c.id = $1 and c.id_fingerprint is not null and s.subject = 'person' and s.subject_key = $1::text
   and s.state = 'active' and s.until > clock_timestamp()
"""


async def forget(citizen_id: int, *, by: Actor) -> None:
    """Within a transaction: what a person wrote, and what was written of their papers, is blanked."""
    tx = database.joined()
    await tx.execute(KEPT_UNTIL_OVER, citizen_id)
    await tx.execute(
        """update appeal set state = 'rejected', decided_by = $2, decided_at = clock_timestamp(), reason = '用户注销'
            where citizen_id = $1 and state = 'open'""",
        citizen_id,
        str(by),
    )
    await tx.execute("update appeal set text = $2 where citizen_id = $1", citizen_id, GONE)
    await tx.execute(
        """update papers_missing set what = $2
            where appointment_id in (select id from appointment where citizen_id = $1)""",
        citizen_id,
        GONE,
    )


async def forget_over() -> int:
    """Fingerprints kept of those who have left go when their block is over; how many."""
    rows = await database.fetch(
        """update sanction s set subject_key = s.citizen_id::text from citizen c
            where c.id = s.citizen_id and (s.state = 'lifted' or s.until <= clock_timestamp())
              and (s.subject_key like 'id:%' or (s.subject = 'phone' and c.state = 'deleted'
                                                and s.subject_key <> s.citizen_id::text)) returning s.id"""
    )
    return len(rows)


async def merge(*, kept: int, gone: int) -> None:
    """Two accounts, one person: sanctions, appeals and what was booked for others count together. Again is harmless."""
    agent, agent_gone = str(Actor.citizen(kept)), str(Actor.citizen(gone))
    async with database.transaction() as tx:
        await limits.lock_persons(kept, gone)
        await tx.execute(
            """update sanction set citizen_id = $1,
                      subject_key = case when subject = 'person' and subject_key = $3 then $4
                                         when subject = 'agent' and subject_key = $5 then $6 else subject_key end
                where citizen_id = $2""",
            kept, gone, str(gone), str(kept), agent_gone, agent,
        )  # fmt: skip
        await tx.execute("update appeal set citizen_id = $1 where citizen_id = $2", kept, gone)
