"""摇号登记: enter a draw, change what one wishes, step back; and read one's own entry."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime
from typing import Any

import asyncpg

from appointments import eligibility, limits, standing_in, waitlist
from appointments.draw_errors import (
    AlreadyInDraw,
    DrawCalledOff,
    DrawEntryNotFound,
    DrawNotFound,
    DrawNotOpenYet,
    DrawOver,
    WishesInvalid,
)
from appointments.draw_events import DrawEnteredFor
from appointments.errors import SlotSuspended
from foundation import audit, crypto, database, events, metrics
from foundation.actor import Actor
from foundation.errors import Forbidden
from foundation.questions import Question

NUMBER_LENGTH = 10
MOST_WISHES = 10

NAMES = {
    "registered": "已登记",
    "won": "已中签",
    "lost": "未中签",
    "ineligible": "资格不符",
    "withdrawn": "已退出",
    "cancelled": "摇号已取消",
}
WHY = {**waitlist.WHY, "merged": "您的另一个账号也登记了这次摇号，一人一签"}


@dataclass(frozen=True, kw_only=True)
class Entry:
    """A person's entry, as they and who stands in for them read it. `rank` of `entries` once the draw is closed; the
    place that was won, with its booking.
    """

    id: int
    number: str
    citizen_id: int
    entered_by: str  # who entered for them, an Actor; empty when they did themselves
    outcome: str
    why: str
    rank: int | None
    entries: int
    wishes: list[int]
    any_slot: bool
    created_at: datetime
    won_at: datetime | None
    booking_code: str | None
    draw_code: str
    draw_state: str
    reason: str
    day: date
    opens_at: datetime
    closes_at: datetime
    release_at: datetime
    type_code: str
    type_name: str
    hall_code: str
    hall_name: str

    @property
    def label(self) -> str:
        return "正在派号" if self.outcome == "registered" and self.draw_state == "closed" else NAMES[self.outcome]

    @property
    def explained(self) -> str:
        """Why there is no place, for the person's own eyes; empty where nothing has to be said."""
        if self.outcome == "ineligible":
            return WHY.get(self.why, "轮到您时，您不符合预约条件")
        if self.outcome == "lost":
            return "轮到您时，所选时段的号已经派完"
        return self.reason if self.outcome == "cancelled" else ""


READ = """
select e.id, e.number, e.citizen_id, e.entered_by, e.outcome, e.why, e.rank, e.wishes, e.any_slot, e.created_at,
       s.starts_at as won_at,
       case when e.rank is null then 0
            else (select count(*) from draw_entry o where o.draw_id = d.id and o.rank is not null) end as entries,
       a.code as booking_code, d.code as draw_code, d.state as draw_state, d.reason, d.day, d.opens_at, d.closes_at,
       d.release_at, t.code as type_code, t.name as type_name, h.code as hall_code, h.name as hall_name
  from draw_entry e join draw d on d.id = e.draw_id join appointment_type t on t.id = d.type_id
  join hall h on h.id = t.hall_id
  left join slot s on s.id = e.slot_id left join appointment a on a.id = e.appointment_id
"""
THEIRS = Question(Entry, f"{READ} where e.citizen_id = asked.who order by e.id desc", who="bigint")
LISTED = 50
OF_DRAW = Question(
    Entry,
    f"{READ} where d.code = asked.draw and e.citizen_id = asked.who order by e.id desc limit 1",
    draw="text",
    who="bigint",
)
MINE = Question(
    Entry,
    f"""select * from ((select * from ({READ} where e.citizen_id = asked.who order by e.id desc limit {LISTED}) as own)
                        union all
                       (select * from ({READ} where e.entered_by = asked.enterer and e.citizen_id <> asked.who
                                       order by e.id desc limit {LISTED}) as others)) as entry
         order by created_at desc, id desc""",
    who="bigint",
    enterer="text",
)
COLUMNS = tuple(one.name for one in fields(Entry))


@database.retry_on_deadlock
async def register(
    *, code: str, wishes: Sequence[int], any_slot: bool, by: Actor, for_citizen: int | None = None
) -> Entry:
    """Enter a draw with the slots wished for in order, or change them; one entry per person, `for_citizen` when that is
    not oneself.

    Raises DrawNotFound, DrawNotOpenYet, DrawOver, DrawCalledOff, WishesInvalid, PersonUnknown; AlreadyInDraw for who
    entered by themselves; and what keeps the person from a booking: RealNameNeeded, AlreadyBookedThatDay,
    TooManyBookings and the like.
    """
    if by.kind != "citizen":
        raise Forbidden
    whose, named = for_citizen or by.number, standing_in.named(by, for_citizen or by.number)
    try:
        async with database.transaction():
            await limits.lock_subjects(sorted({whose, by.number}), booked_by=[named])
            draw = await _open(code)
            if named:
                await standing_in.hold_alone(person=whose, type_id=draw["type_id"], day=draw["day"], by=by)
            slot_id = await _valid(draw, wishes, any_slot)
            no = await eligibility.may_have(citizen_id=whose, slot_id=slot_id, released=True, booked_by=named)
            if no is not None:
                raise no
            await _enter(draw["id"], whose, wishes, any_slot, by)
            return await find(code=code, for_=by, of_citizen=whose)
    except asyncpg.UniqueViolationError as twice:
        raise AlreadyInDraw from twice


async def _open(code: str) -> asyncpg.Record:
    """A draw that takes entries, and cannot be closed before this transaction ends.

    The first statement waits for who is closing it; only the second one sees what came of that, and what time it is.
    """
    tx = database.joined()
    await tx.execute("select 1 from draw where code = $1 for key share", code)
    found = await tx.fetchrow("select *, clock_timestamp() as now from draw where code = $1", code)
    if found is None:
        raise DrawNotFound
    if found["state"] == "cancelled":
        raise DrawCalledOff
    if found["state"] != "open" or found["now"] >= found["closes_at"]:
        raise DrawOver
    if found["now"] < found["opens_at"]:
        raise DrawNotOpenYet(detail={"opens_at": found["opens_at"].isoformat()})
    return found


async def _valid(draw: asyncpg.Record, wishes: Sequence[int], any_slot: bool) -> int:
    """One of the slots that would do. Raises WishesInvalid, SlotSuspended when the whole day is stopped."""
    rows = await database.fetch(
        """select id from slot where type_id = $1 and day = $2 and state = 'open' and share = 'public'
            order by starts_at, id""",
        draw["type_id"],
        draw["day"],
    )
    there = [row["id"] for row in rows]
    if not there:
        raise SlotSuspended
    if not (wishes or any_slot) or len(wishes) > MOST_WISHES or len(set(wishes)) < len(wishes):
        raise WishesInvalid
    if not set(wishes) <= set(there):
        raise WishesInvalid
    return wishes[0] if wishes else int(there[0])


async def _enter(draw_id: int, whose: int, wishes: Sequence[int], any_slot: bool, by: Actor) -> None:
    tx, wished = database.joined(), json.dumps(list(wishes))
    there = await _entered(draw_id, whose)
    if there is not None and not await standing_in.is_theirs(citizen_id=whose, done_by=there["entered_by"], who=by):
        raise AlreadyInDraw
    if there is not None:
        action, entered = "draw_entry.changed", there["id"]
        await tx.execute(
            """update draw_entry set wishes = $2::jsonb, any_slot = $3, changed_at = clock_timestamp()
                where id = $1 and outcome = 'registered'""",
            entered, wished, any_slot,
        )  # fmt: skip
    else:
        action, named = "draw_entry.registered", standing_in.named(by, whose)
        entered = await tx.fetchval(
            """insert into draw_entry (number, draw_id, citizen_id, entered_by, wishes, any_slot, passed, created_at,
                                       changed_at)
               values ($1, $2, $3, $4, $5::jsonb, $6, '[]', clock_timestamp(), clock_timestamp()) returning id""",
            crypto.random_code(NUMBER_LENGTH), draw_id, whose, named, wished, any_slot,
        )  # fmt: skip
        metrics.count("draw_entries_total", outcome="registered")
        if named:
            await events.tell(DrawEnteredFor(entry_id=entered, citizen_id=whose, agent_id=by.number))
    detail = {"wishes": list(wishes), "any": any_slot}
    await audit.record(action, subject=f"draw_entry:{entered}", by=by, detail=detail)


async def _entered(draw_id: int, whose: int) -> asyncpg.Record | None:
    """The entry that stands, of a person whose lock is held."""
    return await database.joined().fetchrow(
        "select id, entered_by from draw_entry where draw_id = $1 and citizen_id = $2 and outcome = 'registered'",
        draw_id,
        whose,
    )


@database.retry_on_deadlock
async def withdraw(*, code: str, by: Actor, of_citizen: int | None = None) -> Entry:
    """Step back from a draw while it is open, or take back whom one entered (`of_citizen`); again is harmless.

    Raises DrawNotFound, DrawEntryNotFound, DrawNotOpenYet, DrawOver, DrawCalledOff.
    """
    whose = of_citizen or by.number
    async with database.transaction():
        await limits.lock_persons(whose)
        draw = await _open(code)
        await find(code=code, for_=by, of_citizen=whose, locked=True)
        await _end(draw["id"], whose, why="", by=by)
        return await find(code=code, for_=by, of_citizen=whose)


async def _end(draw_id: int, citizen_id: int, *, why: str, by: Actor) -> None:
    ended = await database.joined().fetchval(
        """update draw_entry set outcome = 'withdrawn', why = $3, changed_at = clock_timestamp()
            where draw_id = $1 and citizen_id = $2 and outcome = 'registered' and rank is null returning id""",
        draw_id, citizen_id, why,
    )  # fmt: skip
    if ended is not None:
        await audit.record("draw_entry.withdrawn", subject=f"draw_entry:{ended}", by=by, reason=why)


async def find(*, code: str, for_: Actor, of_citizen: int | None = None, locked: bool = False) -> Entry:
    """One's own entry in a draw, or that of whom one stands in for; the latest where they had stepped back.

    `locked`, within a transaction: what ties the two stays until its end. Raises DrawEntryNotFound.
    """
    entry = await OF_DRAW.row(code, of_citizen or for_.number)
    if entry is None or not await _is_theirs(entry, for_, locked=locked):
        raise DrawEntryNotFound
    return entry


async def of(citizen: Actor) -> list[Entry]:
    """All of the citizen's own, the latest first."""
    return await THEIRS.rows(citizen.number)


async def and_for_others(who: Actor) -> list[Entry]:
    """我的摇号: the citizen's own and those of `for_others`, the latest first."""
    return await _looked_after(await MINE.rows(who.number, str(who)), who)


async def for_others(who: Actor, *, of_citizen: int | None = None) -> list[Entry]:
    """Where this citizen stands in for others and still looks after it, the latest first; of one of them alone, if
    named: then what others did for an organisation or a child is there as well.
    """
    where, values = await standing_in.of_others(
        who, done_by="e.entered_by", citizen="e.citizen_id", of_citizen=of_citizen
    )
    rows = await database.fetch(f"{READ} where {where} order by e.id desc limit {LISTED}", *values)
    return await _looked_after([_entry(row) for row in rows], who)


async def _looked_after(found: list[Entry], who: Actor) -> list[Entry]:
    return [one for one in found if await _is_theirs(one, who)]


async def by_id(entry_id: int) -> Entry:
    """For listeners to an event, who were given the id. Raises DrawEntryNotFound."""
    row = await database.fetchrow(f"{READ} where e.id = $1", entry_id)
    if row is None:
        raise DrawEntryNotFound
    return _entry(row)


async def _is_theirs(one: Entry, who: Actor, *, locked: bool = False) -> bool:
    return await standing_in.is_theirs(citizen_id=one.citizen_id, done_by=one.entered_by, who=who, locked=locked)


def _entry(row: Any) -> Entry:
    return Entry(**{**{name: row[name] for name in COLUMNS}, "wishes": json.loads(row["wishes"])})
