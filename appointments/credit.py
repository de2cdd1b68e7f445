"""预约信用: what is read of sanctions, by the person they concern and by the staff of the halls where it happened."""

from collections.abc import Collection
from datetime import datetime

from msgspec import Struct
from msgspec.structs import replace

from appointments.rule_errors import SanctionNotFound
from appointments.states import NAMES
from foundation import crypto
from foundation.actor import Actor
from foundation.questions import Asking, Question
from identity.idnumber import Identity

STATE_NAMES = {"active": "限制中", "lifted": "已解除", "expired": "已到期"}
OF_ANOTHER = "同一手机号的其他预约"
APPEAL_NAMES = {"open": "待处理", "accepted": "已通过", "rejected": "未通过"}


class Cause(Struct, frozen=True, array_like=True):
    """One event that was counted, as CAUSES has it. `exempt` once it counts no more."""

    code: str
    business: str
    hall: str
    hall_path: str
    starts_at: datetime
    state: str
    papers: str | None
    exempt: bool
    citizen_id: int
    booked_by: str

    @property
    def what(self) -> str:
        if self.papers is None:
            return NAMES[self.state]
        return f"缺少材料：{self.papers}" if self.papers else "缺少材料"


class Held(Struct, frozen=True, kw_only=True):
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


CAUSES = """(
    select json_agg(json_build_array(a.code, at.name, ah.name, ah.path, sl.starts_at, a.state, m.what, e.id is not null,
                                     a.citizen_id, a.booked_by) order by sl.starts_at, a.id)
      from sanction_cause sc join appointment a on a.id = sc.appointment_id join slot sl on sl.id = a.slot_id
      join appointment_type at on at.id = a.type_id join hall ah on ah.id = at.hall_id
      left join papers_missing m on m.appointment_id = a.id left join exemption e on e.appointment_id = a.id
     where sc.sanction_id = s.id)"""
READ = f"""
select s.id, s.code, s.citizen_id, s.subject, r.code as rule_code, r.version as rule_version, r.name as reason,
       coalesce(t.name, h.name, '全市') as where, s.begins_at, s.until,
       case when s.state = 'active' and s.until <= clock_timestamp() then 'expired' else s.state end as state,
       s.lifted_why, s.lifted_at, p.id as appeal_id, p.state as appeal_state, p.text as appeal_text,
       p.reason as appeal_reason, p.filed_at, {CAUSES} as causes
  from sanction s join booking_rule r on r.id = s.rule_id
  left join appointment_type t on t.id = r.type_id
  left join hall h on h.path = r.hall_path and r.hall_path <> '' left join appeal p on p.sanction_id = s.id"""
IN_FORCE_FIRST = "s.state = 'active' and s.until > clock_timestamp() desc, s.begins_at desc, s.id desc"

# A person is concerned by what is theirs, and by what is their phone's or stands against them as an agent.
CONCERNS = """s.id in (
  select id from sanction where citizen_id = asked.who union
  select k.id from citizen c join sanction k on (k.subject, k.subject_key) in (
      ('person', c.id::text), ('person', 'id:' || c.id_fingerprint), ('agent', 'citizen:' || c.id),
      ('phone', c.phone_fingerprint))
   where c.id = asked.who)"""

# All causes lie in halls under one of these paths.
UNDER = """not exists (
  select from sanction_cause sc join appointment a on a.id = sc.appointment_id
    join appointment_type at on at.id = a.type_id join hall ah on ah.id = at.hall_id
   where sc.sanction_id = s.id and not exists (select from unnest(asked.within) as p (path)
                                                where starts_with(ah.path, p.path)))"""

THEIRS = Question(Held, f"{READ} where {CONCERNS} order by {IN_FORCE_FIRST}", who="bigint")
ONE_OF_THEIRS = Question(Held, f"{READ} where {CONCERNS} and s.code = asked.code", who="bigint", code="text")
BY_CODE = Question(Held, f"{READ} where s.code = asked.code", code="text")
BY_ID = Question(Held, f"{READ} where s.id = asked.id", id="bigint")
BY_APPEAL = Question(Held, f"{READ} where p.id = asked.appeal", appeal="bigint")
LISTED = Question(
    Held,
    f"""{READ} where {UNDER}
   and (asked.search = '' or s.code = asked.search or exists (
          select from sanction_cause sc join appointment a on a.id = sc.appointment_id
           where sc.sanction_id = s.id and a.code = asked.search))
   and (asked.prints is null or s.citizen_id in (select id from citizen where id_fingerprint = any(asked.prints)))
 order by {IN_FORCE_FIRST} limit asked.most""",
    within="text[]",
    search="text",
    prints="text[]",
    most="int",
)
TO_DECIDE = Question(
    Held,
    f"{READ} where p.state = 'open' and {UNDER} order by p.filed_at, p.id limit asked.most",
    within="text[]",
    most="int",
)
DECIDED = Question(
    Held,
    f"{READ} where p.state <> 'open' and {UNDER} order by p.decided_at desc, p.id desc limit asked.most",
    within="text[]",
    most="int",
)


def of(citizen: Actor) -> Asking[list[Held]]:
    """我的限制记录: those in force first, then the latest."""
    return THEIRS.asking(citizen.number, then=lambda found: [_for(citizen, one) for one in found])


async def mine(*, code: str, for_: Actor) -> Held:
    """One that concerns the citizen. Raises SanctionNotFound, also for another's."""
    return _for(for_, _found(await ONE_OF_THEIRS.row(for_.number, crypto.read_code(code))))


async def find(*, code: str) -> Held:
    """For staff. Raises SanctionNotFound."""
    return _found(await BY_CODE.row(crypto.read_code(code)))


async def of_appeal(appeal_id: int) -> Held | None:
    """The sanction an appeal is about; None when there is no such appeal."""
    return await BY_APPEAL.row(appeal_id)


async def by_id(sanction_id: int) -> Held:
    """For listeners to an event, who were given the id. Raises SanctionNotFound."""
    return _found(await BY_ID.row(sanction_id))


async def listed(
    *, within: Collection[str], search: str = "", identity: Identity | None = None, limit: int = 100
) -> list[Held]:
    """限制名单 of the halls under `within`, those in force first; found by a booking's or its own code, or a number."""
    prints = identity.fingerprints if identity else None
    return await LISTED.rows(list(within), crypto.read_code(search), prints, limit)


async def appealed(*, within: Collection[str], open_: bool = True, limit: int = 100) -> list[Held]:
    """申诉 of the halls under `within`: the open ones, the oldest first; or those decided, the latest first."""
    return await (TO_DECIDE if open_ else DECIDED).rows(list(within), limit)


def _found(held: Held | None) -> Held:
    if held is None:
        raise SanctionNotFound
    return held


def _for(reader: Actor, held: Held) -> Held:
    """Of others on the same phone one reads that they were counted, not what for."""
    known = [one.citizen_id == reader.number or one.booked_by == str(reader) for one in held.causes]
    shown = [
        one if mine else replace(one, code="", business=OF_ANOTHER, papers="" if one.papers else None)
        for one, mine in zip(held.causes, known, strict=True)
    ]
    return replace(held, causes=tuple(shown))
