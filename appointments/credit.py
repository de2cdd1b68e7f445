"""预约信用: what is read of sanctions, by the person they concern and by the staff of the halls where it happened."""

import json
from collections.abc import Collection
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

from appointments.rule_errors import SanctionNotFound
from appointments.states import NAMES
from foundation import crypto, database
from foundation.actor import Actor
from identity.idnumber import Identity

STATE_NAMES = {"active": "限制中", "lifted": "已解除", "expired": "已到期"}
APPEAL_NAMES = {"open": "待处理", "accepted": "已通过", "rejected": "未通过"}


@dataclass(frozen=True, kw_only=True)
class Cause:
    """One event that was counted. `exempt` once it counts no more."""

    code: str
    business: str
    hall: str
    hall_path: str
    starts_at: datetime
    state: str
    papers: str | None
    exempt: bool

    @property
    def what(self) -> str:
        return f"缺少材料：{self.papers}" if self.papers else NAMES[self.state]


@dataclass(frozen=True, kw_only=True)
class Held:
    """A sanction as it is now; `state` is active, expired by the clock, or lifted. `reason` is the rule's name."""

    id: int
    code: str
    citizen_id: int
    subject: str
    rule_code: str
    rule_version: int
    reason: str
    where: str
    begins_at: datetime
    until: datetime
    state: str
    lifted_why: str
    lifted_at: datetime | None
    appeal_id: int | None
    appeal_state: str | None
    appeal_text: str | None
    appeal_reason: str | None
    filed_at: datetime | None
    causes: tuple[Cause, ...]

    @property
    def halls(self) -> set[str]:
        return {one.hall_path for one in self.causes}

    @property
    def can_appeal(self) -> bool:
        return self.state == "active" and self.appeal_id is None


READ = """
select s.id, s.code, s.citizen_id, s.subject, r.code as rule_code, r.version as rule_version, r.name as reason,
       coalesce(t.name, h.name, '全市') as where, s.begins_at, s.until,
       case when s.state = 'active' and s.until <= clock_timestamp() then 'expired' else s.state end as state,
       s.lifted_why, s.lifted_at, p.id as appeal_id, p.state as appeal_state, p.text as appeal_text,
       p.reason as appeal_reason, p.filed_at, c.causes
  from sanction s join booking_rule r on r.id = s.rule_id
  left join appointment_type t on t.id = r.type_id
  left join hall h on h.path = r.hall_path and r.hall_path <> '' left join appeal p on p.sanction_id = s.id
  cross join lateral (
    select jsonb_agg(jsonb_build_object(
             'code', a.code, 'business', at.name, 'hall', ah.name, 'hall_path', ah.path, 'starts_at', sl.starts_at,
             'state', a.state, 'papers', m.what, 'exempt', e.id is not null) order by sl.starts_at, a.id) as causes
      from sanction_cause sc join appointment a on a.id = sc.appointment_id join slot sl on sl.id = a.slot_id
      join appointment_type at on at.id = a.type_id join hall ah on ah.id = at.hall_id
      left join papers_missing m on m.appointment_id = a.id left join exemption e on e.appointment_id = a.id
     where sc.sanction_id = s.id) c
"""
COLUMNS = tuple(one.name for one in fields(Held) if one.name != "causes")

# A person is concerned by what is theirs, and by what is their phone's or stands against them as an agent.
CONCERNS = """(s.citizen_id = $1 or (s.subject, s.subject_key) in (
     select 'person', $1::text union all select 'person', 'id:' || id_fingerprint from citizen where id = $1
      union all select 'agent', 'citizen:' || $1::text
      union all select 'phone', phone_fingerprint from citizen where id = $1))"""

# All causes lie in halls under one of these paths, a piece of SQL over the parameter of that number.
UNDER = """not exists (
  select from sanction_cause sc join appointment a on a.id = sc.appointment_id
    join appointment_type at on at.id = a.type_id join hall ah on ah.id = at.hall_id
   where sc.sanction_id = s.id and not exists (select from unnest($1::text[]) as p (path)
                                                where starts_with(ah.path, p.path)))"""


async def of(citizen: Actor) -> list[Held]:
    """我的限制记录: those in force first, then the latest."""
    rows = await database.fetch(
        f"""{READ} where {CONCERNS}
             order by s.state = 'active' and s.until > clock_timestamp() desc, s.begins_at desc, s.id desc""",
        citizen.number,
    )
    return [_held(row) for row in rows]


async def mine(*, code: str, for_: Actor) -> Held:
    """One that concerns the citizen. Raises SanctionNotFound, also for another's."""
    row = await database.fetchrow(f"{READ} where {CONCERNS} and s.code = $2", for_.number, crypto.read_code(code))
    if row is None:
        raise SanctionNotFound
    return _held(row)


async def find(*, code: str) -> Held:
    """For staff. Raises SanctionNotFound."""
    row = await database.fetchrow(f"{READ} where s.code = $1", crypto.read_code(code))
    if row is None:
        raise SanctionNotFound
    return _held(row)


async def by_id(sanction_id: int) -> Held:
    """For listeners to an event, who were given the id. Raises SanctionNotFound."""
    row = await database.fetchrow(f"{READ} where s.id = $1", sanction_id)
    if row is None:
        raise SanctionNotFound
    return _held(row)


async def listed(
    *, within: Collection[str], search: str = "", identity: Identity | None = None, limit: int = 100
) -> list[Held]:
    """限制名单 of the halls under `within`, those in force first; found by a booking's or its own code, or a number."""
    rows = await database.fetch(
        f"""{READ} where {UNDER}
              and ($2 = '' or s.code = $2 or exists (
                     select from sanction_cause sc join appointment a on a.id = sc.appointment_id
                      where sc.sanction_id = s.id and a.code = $2))
              and ($3::text[] is null or s.citizen_id in (select id from citizen where id_fingerprint = any($3)))
            order by s.state = 'active' and s.until > clock_timestamp() desc, s.begins_at desc, s.id desc limit $4""",
        list(within),
        crypto.read_code(search),
        identity.fingerprints if identity else None,
        limit,
    )
    return [_held(row) for row in rows]


async def appealed(*, within: Collection[str], open_: bool = True, limit: int = 100) -> list[Held]:
    """申诉 of the halls under `within`: the open ones, the oldest first; or those decided, the latest first."""
    which, order = ("=", "p.filed_at, p.id") if open_ else ("<>", "p.decided_at desc, p.id desc")
    rows = await database.fetch(
        f"{READ} where p.state {which} 'open' and {UNDER} order by {order} limit $2", list(within), limit
    )
    return [_held(row) for row in rows]


def _held(row: Any) -> Held:
    causes = tuple(
        Cause(**{**one, "starts_at": datetime.fromisoformat(one["starts_at"])}) for one in json.loads(row["causes"])
    )
    return Held(**{name: row[name] for name in COLUMNS}, causes=causes)
