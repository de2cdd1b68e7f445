"""限制预约: what rules lead to. A sanction is made once, tells what it stands on, ends by the clock, and can be lifted.

An event is counted for one sanction of a rule only: who was blocked for two missed visits begins anew.
"""

from collections.abc import Collection, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any

from appointments import counting, limits
from appointments.errors import ReasonNeeded
from appointments.rule_errors import SanctionNotFound, SanctionOver
from appointments.rule_events import Sanctioned, SanctionLifted
from foundation import audit, clock, crypto, database, events, metrics
from foundation.actor import Actor

BY = Actor.system("appointments.rules")
CODE_LENGTH = 10

# When it happened is the day of the visit, or the day of the cancellation. Nights that catch up weigh in any order, so
# rolling days are looked at on both sides of it; `_together` says which of them lie close enough.
AROUND = "case when k.state = 'cancelled' then (k.changed_at at time zone 'Asia/Shanghai')::date else k.day end"
SPENT = """exists (select from sanction_cause sc join sanction s on s.id = sc.sanction_id and s.state = 'active'
                     join booking_rule sr on sr.id = s.rule_id and sr.code = r.code where sc.appointment_id = a.id)"""
REACHED = f"""
with rule as materialized (select * from ({counting.RULES}) r where r.sanction <> 'refuse'
), asked as materialized (
  select 0 as n, a.id as trigger_id, a.citizen_id, a.booked_by, a.organisation, a.day, a.state, a.changed_at,
         c.phone_fingerprint
    from appointment a join citizen c on c.id = a.citizen_id where a.id = $1
), reach as materialized ({counting.reach(f"(select {AROUND} from asked k)")}
), theirs as ({counting.THEIRS}
)
select r.id as rule_id, r.code, r.subject, r.sanction, r.sanction_days,
       case r.subject when 'agent' then split_part(k.booked_by, ':', 2)::bigint else k.citizen_id end as citizen_id,
       case r.subject when 'person' then k.citizen_id::text when 'phone' then k.phone_fingerprint
            when 'agent' then k.booked_by else k.organisation end as subject_key,
       r.threshold, case r.period when 'rolling' then r.period_days end as days, {AROUND} as around,
       array_agg(a.id order by {counting.HAPPENED}, a.id) as events,
       array_agg({counting.HAPPENED} order by {counting.HAPPENED}, a.id) as happened
  from asked k cross join rule r join theirs a on a.subject = r.subject
 where {counting.EVENT}
   and {counting.WITHIN_SCOPE}
   and {counting.within_period(AROUND)} and (r.period <> 'rolling' or {counting.HAPPENED} < {AROUND} + r.period_days)
   and not {SPENT}
 group by r.id, r.code, r.subject, r.sanction, r.sanction_days, r.threshold, r.period, r.period_days, k.citizen_id,
          k.phone_fingerprint, k.booked_by, k.organisation, k.state, k.changed_at, k.day
having count(*) >= r.threshold and bool_or(a.id = k.trigger_id)
 order by r.code
"""
IMPOSE = """
insert into sanction (code, rule_id, subject, subject_key, citizen_id, trigger_id, begins_at, until)
values ($1, $2, $3, $4, $5, $6, $7, $8) on conflict (rule_id, subject_key, trigger_id) do nothing returning id
"""
LIFT = """
update sanction set state = 'lifted', lifted_by = $2, lifted_why = $3, lifted_at = clock_timestamp()
 where id = $1 and state = 'active' returning citizen_id
"""
# Sanctions in force that stand on one of these events and have not enough left to stand on.
FALLEN = """
select s.id from sanction s join booking_rule r on r.id = s.rule_id
 where s.state = 'active' and s.until > clock_timestamp()
   and exists (select from sanction_cause c where c.sanction_id = s.id and c.appointment_id = any($1))
   and r.threshold > (select count(*) from sanction_cause c where c.sanction_id = s.id and not exists (
                         select from exemption e where e.appointment_id = c.appointment_id))
 order by s.id
"""


@database.retry_on_deadlock
async def weigh(appointment_id: int) -> list[int]:
    """Make the sanctions to which this missed, cancelled or unprepared visit leads; their ids. Again makes none.

    The subjects are locked and counted in a later statement, so that of two events at once one sees the other.
    """
    async with database.transaction() as tx:
        of = await tx.fetchrow("select citizen_id, booked_by, organisation from appointment where id = $1",
                               appointment_id)  # fmt: skip
        if of is None:
            return []
        await limits.lock_subjects([of["citizen_id"]], booked_by=[of["booked_by"]], organisations=[of["organisation"]])
        made = [await _impose(one, appointment_id) for one in await tx.fetch(REACHED, appointment_id)]
        return [one for one in made if one is not None]


def _together(reached: Any) -> list[int]:
    """The most events that lie within the rule's period and have the one that is weighed among them."""
    ids, days = list(reached["events"]), reached["days"]
    if days is None:
        return ids
    found = list(zip(ids, reached["happened"], strict=True))
    spans = [
        [one for one, day in found if first <= day < first + timedelta(days=days)]
        for _, first in found
        if first <= reached["around"] < first + timedelta(days=days)
    ]
    return max(spans, key=len)


async def _impose(reached: Any, appointment_id: int) -> int | None:
    counted = _together(reached)
    if len(counted) < reached["threshold"]:
        return None
    tx = database.joined()
    now: datetime = await tx.fetchval("select clock_timestamp()")
    until = end(reached["sanction"], reached["sanction_days"], clock.shanghai(now).date())
    made: int | None = await tx.fetchval(
        IMPOSE, crypto.random_code(CODE_LENGTH), reached["rule_id"], reached["subject"], reached["subject_key"],
        reached["citizen_id"], appointment_id, now, until,
    )  # fmt: skip
    if made is None:
        return None
    await tx.execute(
        "insert into sanction_cause (sanction_id, appointment_id) select $1, unnest($2::bigint[])",
        made,
        counted,
    )
    detail = {"rule": reached["code"], "until": until, "appointments": counted}
    await audit.record("sanction.made", subject=f"sanction:{made}", by=BY, detail=detail)
    await events.tell(Sanctioned(sanction_id=made, citizen_id=reached["citizen_id"]))
    metrics.count("sanctions_made_total")
    return made


def end(sanction: str, days: int, today: date) -> datetime:
    """When a block made `today` ends: as many whole days, today the first of them, or with the month."""
    if sanction == "days":
        last = today + timedelta(days=days)
    else:
        last = (today.replace(day=1) + timedelta(days=32)).replace(day=1)
    return datetime.combine(last, time(), clock.SHANGHAI)


@database.retry_on_deadlock
async def lift(*, code: str, by: Actor, reason: str) -> None:
    """解除: who was blocked may book again, and what it stood on counts no more.

    Raises SanctionNotFound, SanctionOver, ReasonNeeded.
    """
    if not reason.strip():
        raise ReasonNeeded
    async with database.transaction():
        held = await locked("code = $1", crypto.read_code(code))
        if held["state"] != "active" or not held["running"]:
            raise SanctionOver
        await undo(held["id"], by=by, reason=reason)


async def locked(where: str, value: Any) -> Any:
    """Within a transaction: a sanction that nobody else changes meanwhile, nor weighs what it stands on.

    The persons first, as everywhere; then the row. Raises SanctionNotFound.
    """
    tx = database.joined()
    rows = await tx.fetch(
        f"""select s.id, unnest(array[s.citizen_id, a.citizen_id]) as person
              from (select * from sanction where {where}) s join sanction_cause c on c.sanction_id = s.id
              join appointment a on a.id = c.appointment_id""",
        value,
    )
    if not rows:
        raise SanctionNotFound
    await limits.lock_persons(*(row["person"] for row in rows))
    return await tx.fetchrow(
        "select id, citizen_id, state, until > clock_timestamp() as running from sanction where id = $1 for update",
        rows[0]["id"],
    )


async def undo(sanction_id: int, *, by: Actor, reason: str) -> None:
    """Within a transaction that holds it: lifted, and with it every other that stood on the same events."""
    causes = await database.joined().fetch(
        "select appointment_id from sanction_cause where sanction_id = $1 order by appointment_id", sanction_id
    )
    await _lifted(sanction_id, by=by, reason=reason)
    await exempt([row["appointment_id"] for row in causes], by=by, reason=reason)


async def exempt(appointment_ids: Sequence[int], *, by: Actor, reason: str) -> None:
    """Within a transaction: no rule counts these any more; sanctions that stood on them fall."""
    tx = database.joined()
    new = await tx.fetch(
        """insert into exemption (appointment_id, granted_by, why, granted_at)
           select unnest($1::bigint[]), $2, $3, clock_timestamp() on conflict (appointment_id) do nothing
           returning appointment_id""",
        list(appointment_ids),
        str(by),
        reason,
    )
    for row in new:
        await audit.record("booking.exempted", subject=f"appointment:{row['appointment_id']}", by=by, reason=reason)
    for row in await tx.fetch(FALLEN, list(appointment_ids)):
        await _lifted(row["id"], by=by, reason=reason)


async def _lifted(sanction_id: int, *, by: Actor, reason: str) -> None:
    tx = database.joined()
    citizen_id = await tx.fetchval(LIFT, sanction_id, str(by), reason)
    if citizen_id is None:
        return
    appealed = await tx.fetchval(
        """update appeal set state = 'accepted', decided_by = $2, decided_at = clock_timestamp(), reason = $3
            where sanction_id = $1 and state = 'open' returning id""",
        sanction_id,
        str(by),
        reason,
    )
    await audit.record(
        "sanction.lifted", subject=f"sanction:{sanction_id}", by=by, reason=reason, detail={"appeal": appealed}
    )
    await events.tell(SanctionLifted(sanction_id=sanction_id, citizen_id=citizen_id))


def within(paths: Collection[str], halls: Collection[str]) -> bool:
    """Whether all of these halls lie under one of the hall paths `paths`: whose sanction it is to lift."""
    return bool(halls) and all(any(hall.startswith(path) for path in paths) for hall in halls)
