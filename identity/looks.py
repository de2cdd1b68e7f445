"""谁看过我的信息: staff who open a person's record leave a row that the person can read, and nobody can take away."""

from collections.abc import Collection
from datetime import datetime, timedelta
from enum import StrEnum

from msgspec import Struct

from foundation import clock, database
from foundation.actor import Actor
from foundation.questions import Asking, Question


class Look(StrEnum):
    """What of a record was opened."""

    FOUND = "found"
    PROFILE = "profile"
    PHONE = "phone"
    BOOKINGS = "bookings"
    CREDIT = "credit"
    BILLS = "bills"
    CASES = "cases"
    CONSULT = "consult"
    CALL_LIST = "call_list"
    ORGANISATION = "organisation"


NAMES = {
    Look.FOUND: "按号码查找",
    Look.PROFILE: "姓名、证件号码（部分隐藏）",
    Look.PHONE: "手机号码",
    Look.BOOKINGS: "预约记录",
    Look.CREDIT: "预约信用",
    Look.BILLS: "缴费记录",
    Look.CASES: "办件记录",
    Look.CONSULT: "咨询对话",
    Look.CALL_LIST: "电话通知名单",
    Look.ORGANISATION: "单位登记信息",
}
# A page that is open asks anew every few seconds: as long as it does, that is one look.
ONE_LOOK = timedelta(minutes=10)

RECORD = """
insert into record_access (citizen_id, by, roles, what, why, at)
select c.id, $2::text, coalesce((select jsonb_agg(jsonb_build_array(r.role, r.hall_path) order by r.id)
                             from staff_role r where r.staff_id = $3), '[]'), $4::text, $5::text, $6
  from (select distinct id from unnest($1::bigint[]) as given (id)) c
 where not exists (select from record_access a where a.citizen_id = c.id and a.what = $4::text and a.by = $2::text
                      and a.why = $5::text and a.at > $7)
 order by c.id
"""


class Seen(Struct, frozen=True):
    """One look. `roles` are pairs of role and hall path, as they were then; `by` is for staff to read."""

    by: str
    roles: list[tuple[str, str]]
    what: Look
    why: str
    at: datetime


# Whoever was merged into this person was this person.
OF = Question(
    Seen,
    """
select by, roles, what, why, at from record_access
 where citizen_id in (select id from citizen where id = asked.who or merged_into_id = asked.who)
 order by at desc, id desc limit asked.most""",
    who="bigint",
    most="int",
)


async def record_access(citizen_ids: Collection[int], *, what: Look, why: str = "", by: Actor) -> None:
    """Keep that staff opened these people's records, in the transaction in which they were read or one of its own.

    Who is no staff member leaves no row: what a citizen or a job reads is theirs to read.
    """
    if by.kind != "staff" or not citizen_ids:
        return
    now = clock.now()
    await database.execute(
        RECORD, list(citizen_ids), str(by), by.number, what.value, why.strip()[:200], now, now - ONE_LOOK
    )


def of(citizen_id: int, *, limit: int = 200) -> Asking[list[Seen]]:
    """Who looked at this person's record, the latest first."""
    return OF.asking(citizen_id, limit, then=list)
