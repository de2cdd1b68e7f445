"""Limits: rules that are rows, asked at the moment of booking.

Limits count a subject's rows, so two reservations of one subject must not count at the same moment: whoever counts
holds the subjects' locks first, and counts in a LATER statement, because a statement sees what was there when it
began, not what was there when it got the lock (see `tests/races/test_limits.py`). The subjects of a booking are the
person, and, where a rule in force asks for them, the person's phone, who books for them, and the organisation.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from appointments import counting, rules
from appointments.errors import LimitInvalid, TooManyBookings
from appointments.rule_errors import Sanctioned, TooOften
from foundation import database
from foundation.actor import Actor
from foundation.errors import Refusal

DEFAULTS: Mapping[str, int] = {code: threshold for code, _, _, threshold in counting.DEFAULTS}

# One lock per person, whatever the channel; two-step locks take them in ascending order.
LOCK_PERSON = "select pg_advisory_xact_lock(hashtextextended('citizen:' || $1::bigint, 1))"


def _keys(citizens: str, booked_by: str = "'{}'::text[]", organisations: str = "'{}'::text[]") -> str:
    """The locks of all subjects of bookings; who books for others (an Actor) and organisations may be empty texts.

    Persons come first by id, then phones, agents and organisations by key: one order for everybody.
    """
    return f"""
select k.place, k.id, k.key from (
  select 1 as place, c.id, 'citizen:' || c.id as key from unnest({citizens}) as c (id)
   union
  select 2, 0, 'phone:' || c.phone_fingerprint from citizen c
   where c.id = any({citizens}) and c.phone_fingerprint is not null
     and exists (select from booking_rule r where r.subject = 'phone' and {counting.IN_FORCE_NOW})
   union
  select 3, 0, 'agent:' || b.by from unnest({booked_by}) as b (by)
   where b.by like 'citizen:%' and exists (
         select from booking_rule r where r.subject = 'agent' and {counting.IN_FORCE_NOW})
   union
  select 4, 0, 'organisation:' || o.key from unnest({organisations}) as o (key)
   where o.key <> '' and exists (
         select from booking_rule r where r.subject = 'organisation' and {counting.IN_FORCE_NOW})
) k order by k.place, k.id, k.key
"""


LOCK = "pg_advisory_xact_lock(hashtextextended(k.key, 1))"

# The locks of bookings: $1 citizens, $2 who books for them, $3 organisations.
LOCK_SUBJECTS = f"select count({LOCK}) from ({_keys('$1::bigint[]', '$2::text[]', '$3::text[]')}) k"

# For who holds a slot already, and must not wait for a person, or who books for them ($2), who may wait for that slot.
TRY_PERSON = f"""
select bool_and(pg_try_advisory_xact_lock(hashtextextended(k.key, 1)))
  from ({_keys("array[$1::bigint]", "$2::text[]")}) k
"""

# The same for many who book for themselves, $1: whose locks are `ours` now. Of those who share a phone that is counted
# only the first is tried: what one statement writes, it does not count.
TRY_PERSONS = f"""
with phones as materialized (
  select exists (select from booking_rule r where r.subject = 'phone' and {counting.IN_FORCE_NOW}) as counted
), asked as materialized (
  select a.id, case when phones.counted then (select c.phone_fingerprint from citizen c where c.id = a.id) end as phone,
         a.n
    from phones cross join unnest($1::bigint[]) with ordinality as a (id, n)
), first as materialized (
  select id, phone, row_number() over (partition by coalesce(phone, 'citizen:' || id) order by n) as nth from asked
)
select id as citizen_id, pg_try_advisory_xact_lock(hashtextextended('citizen:' || id, 1))
       and (phone is null or pg_try_advisory_xact_lock(hashtextextended('phone:' || phone, 1))) as ours
  from first where nth = 1
"""

# The body of a CTE. Given `want (n, citizen_id, slot_id, type_id, day, booked_by, organisation)` it yields `(n, why,
# detail)` for those refused by a rule or a sanction, one row each; `why` is a key of REFUSALS. It belongs into a
# statement after LOCK_SUBJECTS. It counts rows that are there: two wants of one subject need two statements.
BARRED = f"""
with rule as materialized ({counting.RULES}
), reach as materialized ({counting.reach(counting.TODAY)}
), asked as materialized (
  select w.n, w.citizen_id, w.type_id, w.day, w.booked_by, w.organisation, t.department_id, t.hall_id, h.path,
         c.phone_fingerprint, c.id_fingerprint
    from want w join appointment_type t on t.id = w.type_id join hall h on h.id = t.hall_id
    cross join lateral (
         select phone_fingerprint, id_fingerprint from citizen where id = w.citizen_id offset 0) c
), theirs as ({counting.THEIRS}
), no as (
  select k.n, 1 as place, s.code, 'Sanctioned' as why,
         jsonb_build_object('sanction', s.code, 'reason', r.name, 'until', s.until) as detail
    from asked k cross join lateral (values
           ('person', k.citizen_id::text), ('person', 'id:' || k.id_fingerprint), ('phone', k.phone_fingerprint),
           ('agent', k.booked_by), ('organisation', k.organisation)) as who (subject, key)
    join sanction s on s.subject_key = who.key and s.subject = who.subject and s.state = 'active'
     and s.begins_at <= statement_timestamp() and statement_timestamp() < s.until
    join booking_rule r on r.id = s.rule_id
   where (r.type_id is null or r.type_id = k.type_id) and starts_with(k.path, r.hall_path)
   union all
  select k.n, 2, r.code, case when r.event in ('held_now', 'booked') then 'TooManyBookings' else 'TooOften' end,
         jsonb_build_object('limit', r.code, 'most', r.threshold, 'window', r.period, 'rule', r.name)
    from asked k
    join rule r on r.sanction = 'refuse' and (r.type_id is null or r.type_id = k.type_id)
     and starts_with(k.path, r.hall_path)
    join theirs a on a.n = k.n and a.subject = r.subject
   where {counting.EVENT}
     and {counting.WITHIN_SCOPE}
     and {counting.LIKE_IT}
     and {counting.within_period(counting.AROUND)}
   group by k.n, r.code, r.event, r.threshold, r.period, r.name
  having count(*) >= r.threshold
)
select distinct on (n) n, why, detail from no order by n, place, code
"""

REFUSALS: Mapping[str, type[Refusal]] = {
    "Sanctioned": Sanctioned, "TooManyBookings": TooManyBookings, "TooOften": TooOften
}  # fmt: skip


def refusal(why: str, detail: Mapping[str, Any]) -> Refusal:
    """What a row of BARRED says to the person: the sentence, and the name of the rule behind it."""
    kind = REFUSALS[why]
    name = detail.get("rule") or detail.get("reason")
    return kind(f"{kind.sentence()}（规定：{name}）" if name else None, detail=dict(detail))


async def current() -> dict[str, int]:
    """kind → how many live bookings a person may hold."""
    rows = await database.fetch(f"select code, threshold from ({counting.RULES}) r")
    return {row["code"]: row["threshold"] for row in rows if row["code"] in DEFAULTS}


async def change(*, kind: str, most: int, by: Actor) -> None:
    """Set one of the two limits of every city from now on; appointments held already stay. Raises LimitInvalid."""
    if kind not in DEFAULTS or not 1 <= most <= 100:
        raise LimitInvalid(detail={"kinds": sorted(DEFAULTS)})
    await rules.set_threshold(code=kind, threshold=most, by=by)


async def lock_persons(*citizen_ids: int) -> None:
    """Hold the locks of these persons, and of what rules count beside them, until the transaction ends."""
    await lock_subjects(citizen_ids)


async def lock_subjects(
    citizen_ids: Sequence[int], *, booked_by: Sequence[str] = (), organisations: Sequence[str] = ()
) -> None:
    """Hold the locks of all subjects of these bookings until the transaction ends."""
    await database.joined().execute(LOCK_SUBJECTS, list(citizen_ids), list(booked_by), list(organisations))
