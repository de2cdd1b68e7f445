"""停办台账: who has been told, who could not be reached, who rebooked. What the outside made of a message is told here.

`notifications` stands above and says what became of a message by calling `record`; staff who telephone say so by
`mark_called`. A person's number is shown on demand only, one by one or as the call list, and every look is audited.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from appointments import agenda
from appointments.closure_errors import ClosureNotFound, NoticeSettled
from appointments.states import NOTICE_NAMES, OFFER_NAMES
from foundation import audit, clock, crypto, database
from foundation.actor import Actor
from identity import access
from identity.looks import Look, record_access

# A message that is still on its way after so long had better be a call.
SLOW = timedelta(minutes=30)
# Whom staff should telephone: nothing reached them, and they have not answered by themselves.
TO_CALL = """(n.state in ('failed', 'unreachable') or (n.state = 'pending' and n.handled_at < $2))
         and n.offer not in ('accepted', 'declined')"""
WITHIN = "exists (select from unnest($3::text[]) as prefix where starts_with(h.path, prefix))"

PEOPLE = f"""(closure_notice n join appointment a on a.id = n.appointment_id
       join appointment_type t on t.id = a.type_id join hall h on h.id = t.hall_id and {WITHIN})"""

PROBLEMS = {
    "no_account": "没有绑定微信或支付宝",
    "gone": "账号已注销",
    "43101": "未订阅消息",
    "USER_REFUSE_RECEIVE": "未订阅消息",
    "no_consent": "未订阅消息",
    "worker_died": "发送中断，结果不明",
    "too_late": "未能及时发出",
    "sms_limit": "当天短信已达上限",
    "UNDELIV": "短信未能送达",
    "no_phone": "没有手机号码",
    "PHONE_INVALID": "手机号码不存在",
    "stopped": "群发已停止",
    "no_answer": "平台没有应答",
}


@dataclass(frozen=True, kw_only=True)
class Progress:
    """How far a closure has come, counted from its notices."""

    total: int
    waiting: int  # to be cancelled, or their message is on its way
    told: int
    called: int
    unreached: int
    moot: int
    undecided: int
    rebooked: int
    declined: int
    lapsed: int

    @property
    def finished(self) -> bool:
        return not self.waiting and not self.undecided


@dataclass(frozen=True, kw_only=True)
class Unreached:
    """One person to telephone. `name` is masked."""

    notice_id: int
    code: str
    name: str
    state_name: str
    problem: str
    booking_code: str
    type_name: str
    hall_name: str
    starts_at: datetime
    offer_name: str
    held_starts_at: datetime | None
    held_hall_name: str | None


@dataclass(frozen=True, kw_only=True)
class Made:
    """A closure in the list of a hall."""

    id: int
    hall_name: str
    subtree: bool
    type_name: str | None
    starts_at: datetime
    ends_at: datetime
    reason: str
    state: str
    total: int
    unreached: int


async def record(*, notice_id: int, state: str, problem: str = "") -> None:
    """What became of the messages to one person: told, failed or unreachable. Who was called by hand stays so."""
    await database.execute(
        """update closure_notice set state = $2, problem = $3, changed_at = clock_timestamp()
            where id = $1 and state in ('pending', 'failed', 'unreachable')""",
        notice_id,
        state,
        problem[:40],
    )


async def progress(closure_id: int, *, within: Collection[str] = ("",)) -> Progress:
    """Of the people booked at halls under `within`. Raises ClosureNotFound."""
    row = await database.fetchrow(
        f"""select count(n.id) as total, count(n.id) filter (where n.state = 'pending') as waiting,
                   count(n.id) filter (where n.state = 'told') as told,
                   count(n.id) filter (where n.state = 'called') as called,
                   count(n.id) filter (where {TO_CALL}) as unreached,
                   count(n.id) filter (where n.state = 'moot') as moot,
                   count(n.id) filter (where n.offer = 'open') as undecided,
                   count(n.id) filter (where n.offer = 'accepted') as rebooked,
                   count(n.id) filter (where n.offer = 'declined') as declined,
                   count(n.id) filter (where n.offer = 'lapsed') as lapsed
              from closure c left join {PEOPLE} on n.closure_id = c.id where c.id = $1 group by c.id""",
        closure_id, clock.now() - SLOW, list(within),
    )  # fmt: skip
    if row is None:
        raise ClosureNotFound
    return Progress(**row)


UNREACHED = f"""
select n.id as notice_id, n.code, n.state, n.problem, n.offer, a.code as booking_code, a.citizen_id,
       t.name as type_name, h.name as hall_name, s.starts_at, c.real_name_sealed, ns.starts_at as held_starts_at,
       nh.name as held_hall_name
  from closure_notice n join appointment a on a.id = n.appointment_id join slot s on s.id = a.slot_id
  join appointment_type t on t.id = a.type_id join hall h on h.id = t.hall_id join citizen c on c.id = a.citizen_id
  left join appointment na on na.id = n.new_appointment_id and na.state = 'held' and n.offer = 'open'
  left join slot ns on ns.id = na.slot_id left join appointment_type nt on nt.id = na.type_id
  left join hall nh on nh.id = nt.hall_id
 where n.closure_id = $1 and {TO_CALL} and {WITHIN} order by s.starts_at, n.id
"""


async def unreached(closure_id: int, *, by: Actor, within: Collection[str] = ("",)) -> list[Unreached]:
    """Whom to telephone, who comes first first. Staff who read the list are shown to those on it."""
    rows = await database.fetch(UNREACHED, closure_id, clock.now() - SLOW, list(within))
    await record_access({row["citizen_id"] for row in rows}, what=Look.CALL_LIST, why="停办电话通知", by=by)
    return [
        Unreached(
            **{name: row[name] for name in Unreached.__dataclass_fields__ if name in row},
            name=_masked(row["real_name_sealed"]), state_name=NOTICE_NAMES[row["state"]],
            offer_name=OFFER_NAMES[row["offer"]],
        )
        for row in rows
    ]  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Reached:
    """A notice as the desk handles it: whose, of which closure, at which hall."""

    closure_id: int
    appointment_id: int
    citizen_id: int
    code: str
    hall_path: str


async def find(notice_id: int) -> Reached:
    """Raises ClosureNotFound."""
    row = await database.fetchrow(
        """select n.closure_id, n.appointment_id, a.citizen_id, n.code, h.path as hall_path
             from closure_notice n join appointment a on a.id = n.appointment_id
             join appointment_type t on t.id = a.type_id join hall h on h.id = t.hall_id where n.id = $1""",
        notice_id,
    )
    if row is None:
        raise ClosureNotFound
    return Reached(**row)


async def phone_of(notice_id: int, *, by: Actor) -> str:
    """The number to call, empty when none is known; the look is audited. Raises ClosureNotFound, NoSuchCitizen."""
    who = await find(notice_id)
    known = await access.profile(who.citizen_id, seen_by=by, why="停办电话通知")
    await record_access([known.citizen_id], what=Look.PHONE, why="停办电话通知", by=by)
    return known.phone


async def call_list(closure_id: int, *, by: Actor, within: Collection[str] = ("",)) -> list[tuple[Unreached, str]]:
    """Everybody to telephone with the number; one look, audited with all whose numbers were seen."""
    rows = await database.fetch(UNREACHED, closure_id, clock.now() - SLOW, list(within))
    known = await access.profiles([row["citizen_id"] for row in rows], seen_by=by, what=Look.PHONE, why="停办电话通知")
    phones = {row["notice_id"]: known[row["citizen_id"]].phone for row in rows if row["citizen_id"] in known}
    listed = await unreached(closure_id, by=by, within=within)
    async with database.transaction():
        seen = {"people": len(listed)}
        await audit.record("closure.call_list_taken", subject=f"closure:{closure_id}", by=by, detail=seen)
    return [(one, phones.get(one.notice_id, "")) for one in listed]


async def mark_called(*, notice_id: int, by: Actor) -> None:
    """已电话通知. Again is harmless. Raises ClosureNotFound, NoticeSettled when there was no need to call."""
    await find(notice_id)
    async with database.transaction() as tx:
        called = await tx.fetchval(
            """update closure_notice set state = 'called', changed_at = clock_timestamp()
                where id = $1 and state in ('pending', 'failed', 'unreachable') and handled_at is not null
               returning id""",
            notice_id,
        )
        if called:
            await audit.record("closure_notice.called", subject=f"closure_notice:{notice_id}", by=by)
        elif await tx.fetchval("select state from closure_notice where id = $1", notice_id) != "called":
            raise NoticeSettled


async def made(*, within: Collection[str], limit: int = 20) -> list[Made]:
    """The closures that touch halls under `within`, the latest first, with the people booked there."""
    rows = await database.fetch(
        f"""select c.id, coalesce(ch.name, '全市') as hall_name, c.subtree, ct.name as type_name, c.starts_at,
                   c.ends_at, c.reason, c.state, count(n.id) as total,
                   count(n.id) filter (where {TO_CALL}) as unreached
              from closure c left join hall ch on ch.id = c.hall_id left join appointment_type ct on ct.id = c.type_id
              left join {PEOPLE} on n.closure_id = c.id
             where c.hall_id is null or exists (select from unnest($3::text[]) as prefix
                     where starts_with(ch.path, prefix) or (c.subtree and starts_with(prefix, ch.path)))
             group by c.id, ch.id, ct.id order by c.id desc limit $1""",
        limit, clock.now() - SLOW, list(within),
    )  # fmt: skip
    return [Made(**row) for row in rows]


def _masked(sealed: str) -> str:
    return agenda.masked(crypto.open_sealed(sealed)) if sealed else "未实名"
