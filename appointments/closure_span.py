"""What a closure covers: which slots, between which moments; and that nothing reopens below it.

A slot is covered while it overlaps the span of a closure that was not withdrawn. Timetables are changed and slots made
anew during a closure, so whoever makes slots asks `keep_stopped` before the commit.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from appointments import types
from appointments.closure_errors import ClosureInvalid
from appointments.closure_models import Closure
from appointments.errors import TypeNotFound
from catalogue.models import Hall
from foundation import clock, database

LONGEST = timedelta(days=31)
TEXT_LENGTH = 60
MOST_OFFER_DAYS = 14

# s slot, t its type, h the hall of the type; c closure, ch the hall of the closure.
COVERS = """c.state <> 'withdrawn' and c.kind = 'hall' and s.starts_at < c.ends_at and s.ends_at > c.starts_at
       and (c.type_id = t.id or (c.type_id is null
            and (c.hall_id = h.id or (c.subtree and starts_with(h.path, ch.path)))))"""
IN_FORCE = "closure c join hall ch on ch.id = c.hall_id"

# a is booked in one of the slots $1, or takes one of them after its first.
AFFECTED = """a.id in (select id from appointment where slot_id = any($1)
                  union select appointment_id from further_slot where slot_id = any($1))"""

# Whoever changes a type's schedule or slots does so alone (see `schedule.LOCK_TYPE`); several in the order of ids.
LOCK_TYPES = "select pg_advisory_xact_lock(hashtextextended('appointment_type:' || id, 1)) from unnest($1::bigint[]) id"


@dataclass(frozen=True, kw_only=True)
class Span:
    """A hall, with `subtree` those below it too, or one business of it, from a moment to another."""

    hall_code: str
    starts_at: datetime
    ends_at: datetime
    subtree: bool = False
    type_id: int | None = None
    send_home: bool = False

    @property
    def whole_days(self) -> Iterator[date]:
        """The days of Asia/Shanghai that lie in it from midnight to midnight."""
        start, end = clock.shanghai(self.starts_at), clock.shanghai(self.ends_at)
        first = start.date() + timedelta(days=start.time() != start.min.time())
        return (first + timedelta(days=n) for n in range((end.date() - first).days))

    @property
    def cancelled_states(self) -> tuple[str, ...]:
        """Whose place is taken back; who is in the hall stays in line unless they are sent home."""
        return ("held", "booked", "checked_in") if self.send_home else ("held", "booked")


def span_of(one: Closure) -> Span:
    """What was closed, read with its hall and business."""
    return Span(
        hall_code=one.hall.code if one.hall else "", starts_at=one.starts_at, ends_at=one.ends_at,
        subtree=one.subtree, type_id=one.type.id if one.type else None, send_home=one.send_home,
    )  # fmt: skip


def faults(span: Span, *, reason: str, note: str, offer_days: int) -> list[str]:
    found = []
    if not span.starts_at < span.ends_at:
        found.append("结束时间应晚于开始时间")
    elif span.ends_at <= clock.now():
        found.append("停办的结束时间已经过去")
    elif span.ends_at - span.starts_at > LONGEST:
        found.append(f"一次停办不超过 {LONGEST.days} 天，更长的请修改排班")
    if not 1 <= len(reason.strip()) <= TEXT_LENGTH:
        found.append(f"请填写原因（{TEXT_LENGTH} 字以内），它会告诉每一位预约人")
    if len(note.strip()) > TEXT_LENGTH:
        found.append(f"补充说明不超过 {TEXT_LENGTH} 字")
    if not 1 <= offer_days <= MOST_OFFER_DAYS:
        found.append(f"优先改约的天数应为 1 至 {MOST_OFFER_DAYS}")
    if span.subtree and span.type_id is not None:
        found.append("只停一项业务时不能包括下级大厅")
    return found


async def place(span: Span) -> Hall:
    """The hall of the span. Raises HallNotFound, TypeNotFound (also for another hall's), ClosureInvalid (in a pool)."""
    hall = await types.find_hall(code=span.hall_code)
    if span.type_id is not None:
        of = await types.find(type_id=span.type_id)
        if of.hall.id != hall.id:
            raise TypeNotFound
        if of.pool_id is not None:  # type: ignore[attr-defined]
            raise ClosureInvalid(detail=["这项业务与其他业务共用号源，请选择停办其综合窗口业务或整个大厅"])
    return hall


async def types_within(span: Span, hall: Hall) -> list[int]:
    """The businesses whose slots may lie in the span, also those that are no longer open."""
    rows = await database.fetch(
        """select t.id from appointment_type t join hall h on h.id = t.hall_id
            where case when $1::bigint is not null then t.id = $1
                       when $2 then starts_with(h.path, $3) else h.path = $3 end order by t.id""",
        span.type_id, span.subtree, hall.path,
    )  # fmt: skip
    return [row["id"] for row in rows]


async def slots_within(type_ids: Collection[int], *, starts_at: datetime, ends_at: datetime) -> list[int]:
    """The slots of these businesses that overlap the span and are not over yet."""
    rows = await database.fetch(
        """select id from slot where type_id = any($1) and starts_at < $3 and ends_at > $2 and ends_at > $4
              and day between $5 and $6 order by id""",
        list(type_ids), starts_at, ends_at, clock.now(),
        clock.shanghai(starts_at).date() - timedelta(days=1), clock.shanghai(ends_at).date(),
    )  # fmt: skip
    return [row["id"] for row in rows]


async def stop(slot_ids: Collection[int], *, of: Closure) -> None:
    """Within a transaction: no new bookings in these slots; who is on the way either has committed or is refused.

    The rows are locked in the order of their ids by a statement of its own, so that what reads the bookings afterwards
    sees every one of them.
    """
    tx = database.joined()
    await tx.execute("select 1 from slot where id = any($1) order by id for update", list(slot_ids))
    await tx.execute(
        "update slot set state = 'suspended', closure_id = $2 where id = any($1) and state = 'open'",
        list(slot_ids),
        of.id,
    )


async def keep_stopped(type_ids: Collection[int], *, start: date, end: date) -> None:
    """Within a transaction that holds these types: open slots that a closure covers are stopped, however they came."""
    await database.joined().execute(
        f"""update slot set state = 'suspended', closure_id = found.closure_id
              from (select s.id, min(c.id) as closure_id
                      from slot s join appointment_type t on t.id = s.type_id join hall h on h.id = t.hall_id
                      join ({IN_FORCE}) on {COVERS}
                     where s.type_id = any($1) and s.day between $2 and $3 and s.state = 'open' group by s.id) found
             where slot.id = found.id""",
        list(type_ids),
        start,
        end,
    )


async def closed_now(hall: Hall) -> bool:
    """Whether the whole hall, or one above it with all below, is closed at this moment."""
    return bool(
        await database.fetchval(
            f"""select exists (select from {IN_FORCE}
                 where c.state <> 'withdrawn' and c.type_id is null and c.starts_at <= $2 and c.ends_at > $2
                   and (c.hall_id = $1 or (c.subtree and starts_with($3, ch.path))))""",
            hall.id,
            clock.now(),
            hall.path,
        )  # fmt: skip
    )


async def reopen(closure_id: int) -> list[int]:
    """Within a transaction that withdrew the closure: its slots can be booked again, unless another covers them.

    Gives those that are open now.
    """
    tx = database.joined()
    await tx.execute("select 1 from slot where closure_id = $1 order by id for update", closure_id)
    rows = await tx.fetch(
        f"""update slot set closure_id = found.other,
                   state = case when slot.state = 'suspended' and found.other is null then 'open' else slot.state end
              from (select s.id, min(c.id) as other
                      from slot s join appointment_type t on t.id = s.type_id join hall h on h.id = t.hall_id
                      left join ({IN_FORCE}) on {COVERS} where s.closure_id = $1 group by s.id) found
             where slot.id = found.id returning slot.id, slot.state""",
        closure_id,
    )
    return [row["id"] for row in rows if row["state"] == "open"]
