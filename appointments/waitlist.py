"""候补: wait for a place in a full slot; when one is given back the first in the queue gets an offer with a deadline.

The slot is locked before anybody joins: a place that is being freed is either seen as free, or finds the new waiter.
An offer is an appointment in state ``held``; see `passing_on` for how places come here.
"""

from datetime import date, datetime
from typing import Any

from msgspec import Struct

from appointments import booking, eligibility, limits, reserving, seats, standing_in, waiting_rules
from appointments.booking import Booking
from appointments.errors import (
    AlreadyWaiting,
    CannotLeave,
    OfferOver,
    SlotFull,
    SlotNotFound,
    StillFree,
    TooManyWaits,
    WaitlistOff,
    WaitNotFound,
)
from appointments.events import BookingConfirmed, WaitlistJoinedFor
from appointments.places import PLACE, PLACES
from foundation import audit, crypto, database, events
from foundation.actor import Actor
from foundation.errors import Forbidden
from foundation.questions import Asking, Question

MOST = 5  # queues one person may stand in

WHY = {
    "lapsed": "未在时限内确认",
    "over": "该时段已停止预约",
    "closure": "该时段停止办理",
    "booked": "您当天已约到这项业务",
    "AlreadyBookedThatDay": "轮到您时，您当天已预约过这项业务",
    "TooManyBookings": "轮到您时，您的预约次数已达上限",
    "TooOften": "轮到您时，您近期取消或爽约的次数已达上限",
    "Sanctioned": "轮到您时，您正被限制预约",
    "RealNameNeeded": "轮到您时，您还没有完成实名认证",
    "NotSignedIn": "账号已停用",
}


class Waiting(Struct, frozen=True, kw_only=True):
    """A waiter's entry as its owner reads it: `place` in the queue from 1 while waiting; `offer_until` once offered."""

    id: int
    code: str
    state: str
    closed_why: str
    citizen_id: int
    joined_by: str  # who joined for them, an Actor; empty when they did themselves
    joined_at: datetime
    place: int | None
    offer_until: datetime | None
    appointment_id: int | None
    booking_code: str | None
    slot_id: int
    day: date
    starts_at: datetime
    ends_at: datetime
    type_id: int
    type_code: str
    type_name: str
    department_name: str
    hall_code: str
    hall_name: str
    hall_address: str


READ = f"""
select w.id, w.code, w.state, w.closed_why, w.citizen_id, w.joined_by, w.joined_at, w.offer_until, w.appointment_id,
       case when a.state not in ('held', 'declined', 'lapsed') then a.code end as booking_code,
       case w.state when 'waiting' then (select count(*) from waitlist_entry o where o.slot_id = w.slot_id
                                            and o.state = 'waiting' and o.id <= w.id) end as place,
       {PLACE}
  from waitlist_entry w join {PLACES} on s.id = w.slot_id and t.id = w.type_id
  left join appointment a on a.id = w.appointment_id
"""
COLUMNS = Waiting.__struct_fields__


def _waiting(row: Any) -> Waiting:
    return Waiting(**{name: row.get(name) for name in COLUMNS})


BY_CODE = Question(Waiting, f"{READ} where w.code = asked.code", code="text")
LISTED = 50
OPEN_FIRST = "order by w.state in ('waiting', 'offered') desc, s.starts_at desc, w.id desc limit"
MINE = Question(
    Waiting,
    f"""select * from ((select * from ({READ} where w.citizen_id = asked.who {OPEN_FIRST} {LISTED}) as own)
                        union all
                       (select * from ({READ} where w.joined_by = asked.joiner and w.citizen_id <> asked.who
                                       {OPEN_FIRST} {LISTED}) as others)) as entry
         order by state in ('waiting', 'offered') desc, starts_at desc, id desc""",
    who="bigint",
    joiner="text",
)


class Offered(Struct, frozen=True):
    """A place that waits for an answer."""

    code: str
    type_name: str
    hall_name: str
    starts_at: datetime
    offer_until: datetime


OFFERED = Question(
    Offered,
    """
select w.code, t.name as type_name, h.name as hall_name, s.starts_at, w.offer_until
  from (select * from waitlist_entry where citizen_id = asked.who and state = 'offered' offset 0) as w
  join slot s on s.id = w.slot_id join appointment_type t on t.id = w.type_id join hall h on h.id = t.hall_id
 order by w.offer_until limit 5""",
    who="bigint",
)
LOCK_SLOT = "select 1 from slot where id = $1 for update"


@database.retry_on_deadlock
async def join(*, slot_id: int, by: Actor, type_id: int | None = None, for_citizen: int | None = None) -> Waiting:
    """Stand in the queue of a full slot for its own business, or for `type_id`, which shares its places. Joining again
    gives the same place. Nobody waits for a business of several slots in a row: they are not given back together.

    `for_citizen` is for whom, when not for oneself. Raises what `booking.reserve` would but SlotFull; StillFree,
    AlreadyWaiting, TooManyWaits, WaitlistOff; PersonUnknown.
    """
    if by.kind != "citizen":
        raise Forbidden
    whose = for_citizen or by.number
    async with database.transaction() as tx:
        await limits.lock_subjects(sorted({whose, by.number}), booked_by=[standing_in.named(by, whose)])
        if whose != by.number:
            await _must_stand_in(slot_id, type_id, whose, by)
        await tx.execute(LOCK_SLOT, slot_id)
        code = await _place_already(slot_id, whose, type_id, by)
        code = code or await _stand_in_line(slot_id, whose, type_id, by)
        return await find(code=code, for_=by)


def offered(citizen_id: int) -> Asking[list[Offered]]:
    """Places that this person may confirm now, the one that is lost first before others."""
    return OFFERED.asking(citizen_id, then=list)


async def _must_stand_in(slot_id: int, type_id: int | None, whose: int, by: Actor) -> None:
    wanted = await database.fetchrow(
        """select s.day, t.id as type_id from slot s join appointment_type t on t.id = coalesce($2, s.type_id)
            where s.id = $1""",
        slot_id,
        type_id,
    )
    if wanted is None:
        raise SlotNotFound
    await standing_in.hold_alone(person=whose, type_id=wanted["type_id"], day=wanted["day"], by=by)


async def _place_already(slot_id: int, whose: int, type_id: int | None, by: Actor) -> str | None:
    """The code of the person's place in this queue. Raises AlreadyWaiting, TooManyWaits for places in others, or for
    one that is not `by`'s to see.
    """
    rows = await database.fetch(
        """select w.code, w.slot_id, w.citizen_id, w.joined_by as done_by,
                  w.type_id = coalesce($3, s.type_id) and w.day = s.day as same
             from waitlist_entry w left join slot s on s.id = $2
            where w.citizen_id = $1 and w.state in ('waiting', 'offered')""",
        whose,
        slot_id,
        type_id,
    )
    here = next((row for row in rows if row["slot_id"] == slot_id), None)
    if here is not None:
        if not await standing_in.is_theirs(citizen_id=whose, done_by=here["done_by"], who=by):
            raise AlreadyWaiting
        return str(here["code"])
    if any(row["same"] for row in rows):
        raise AlreadyWaiting
    if len(rows) >= MOST:
        raise TooManyWaits(detail={"most": MOST})
    return None


async def _stand_in_line(slot_id: int, whose: int, type_id: int | None, by: Actor) -> str:
    named = standing_in.named(by, whose)
    no = await eligibility.refusal(citizen_id=whose, slot_id=slot_id, type_id=type_id, booked_by=named)
    if no is None:
        raise StillFree(detail={"slot_id": slot_id})
    if not isinstance(no, SlotFull):
        raise no
    tx, code = database.joined(), crypto.random_code(reserving.CODE_LENGTH)
    made = await tx.fetchrow(
        """insert into waitlist_entry (code, slot_id, type_id, day, citizen_id, joined_by, joined_at, changed_at)
           select $1, s.id, t.id, s.day, $3, $5, clock_timestamp(), clock_timestamp()
             from slot s join appointment_type t on t.id = coalesce($4, s.type_id) where s.id = $2
           returning id, type_id, (select slots_needed from appointment_type t where t.id = type_id) as slots_needed""",
        code, slot_id, whose, type_id, named,
    )  # fmt: skip
    assert made is not None
    if made["slots_needed"] > 1 or not (await waiting_rules.of(made["type_id"])).waitlist:
        raise WaitlistOff
    await audit.record("waitlist.joined", subject=f"waitlist_entry:{made['id']}", by=by, detail={"slot_id": slot_id})
    if named:
        await events.tell(WaitlistJoinedFor(entry_id=made["id"], citizen_id=whose, agent_id=by.number))
    return code


@database.retry_on_deadlock
async def leave(*, code: str, by: Actor) -> Waiting:
    """Leave the queue; with an offer at hand this declines it. Again is harmless. Raises WaitNotFound, CannotLeave."""
    async with database.transaction() as tx:
        entry = await _locked(code, by)
        if entry.state == "offered":
            return await _declined(entry, by)
        left = await tx.fetchval(
            """update waitlist_entry set state = 'left', changed_at = clock_timestamp()
                where id = $1 and state = 'waiting' returning id""",
            entry.id,
        )
        if left:
            await audit.record("waitlist.left", subject=f"waitlist_entry:{entry.id}", by=by)
        elif entry.state not in ("left", "declined"):
            raise CannotLeave(detail={"state": entry.state})
        return await find(code=code, for_=by)


@database.retry_on_deadlock
async def accept(*, code: str, by: Actor) -> Booking:
    """Take the place that is held; again gives the same booking. Raises WaitNotFound, OfferOver."""
    async with database.transaction() as tx:
        entry = await _locked(code, by)
        if entry.state == "accepted" and entry.appointment_id:
            return await booking.by_id(entry.appointment_id)
        taken = await tx.fetchval(
            """update appointment set state = 'booked', changed_at = clock_timestamp()
                where id = $1 and state = 'held' and clock_timestamp() < $2 returning id""",
            entry.appointment_id,
            entry.offer_until,
        )
        if taken is None:
            raise OfferOver(detail={"state": entry.state})
        await tx.execute(
            "update waitlist_entry set state = 'accepted', changed_at = clock_timestamp() where id = $1", entry.id
        )
        await audit.record("booking.accepted", subject=f"appointment:{taken}", by=by)
        await events.tell(BookingConfirmed(appointment_id=taken, citizen_id=entry.citizen_id))
        return await booking.by_id(taken)


@database.retry_on_deadlock
async def decline(*, code: str, by: Actor) -> Waiting:
    """ "No, thanks": the place goes on to the next. Again is harmless. Raises WaitNotFound, OfferOver."""
    async with database.transaction():
        entry = await _locked(code, by)
        if entry.state == "declined":
            return entry
        return await _declined(entry, by)


async def _declined(entry: Waiting, by: Actor) -> Waiting:
    if entry.appointment_id is None or not await seats.give_back(entry.appointment_id, of=("held",), to="declined"):
        raise OfferOver(detail={"state": entry.state})
    await audit.record("booking.declined", subject=f"appointment:{entry.appointment_id}", by=by)
    return await find(code=entry.code, for_=by)


async def find(*, code: str, for_: Actor, locked: bool = False) -> Waiting:
    """One's own entry, or one of somebody whom one stands in for.

    `locked`, within a transaction: what ties the two stays until its end. Raises WaitNotFound, also for another's.
    """
    entry = await BY_CODE.row(code.strip().upper())
    if entry is None or for_.kind != "citizen" or not await _is_theirs(entry, for_, locked=locked):
        raise WaitNotFound
    return entry


async def of(citizen: Actor, *, limit: int = LISTED) -> list[Waiting]:
    """The citizen's own: those still open first, then the latest."""
    rows = await database.fetch(f"{READ} where w.citizen_id = $1 {OPEN_FIRST} $2", citizen.number, limit)
    return [_waiting(row) for row in rows]


async def and_for_others(who: Actor) -> list[Waiting]:
    """我的候补: the citizen's own and those of `for_others`, in the order of `of`."""
    return await _looked_after(await MINE.rows(who.number, str(who)), who)


async def for_others(who: Actor, *, of_citizen: int | None = None) -> list[Waiting]:
    """Where this citizen stands in for others and still looks after it, as `of` has it; of one of them alone, if named:
    then what others did for an organisation or a child is there as well.
    """
    where, values = await standing_in.of_others(
        who, done_by="w.joined_by", citizen="w.citizen_id", of_citizen=of_citizen
    )
    rows = await database.fetch(f"{READ} where {where} {OPEN_FIRST} {LISTED}", *values)
    return await _looked_after([_waiting(row) for row in rows], who)


async def _looked_after(found: list[Waiting], who: Actor) -> list[Waiting]:
    return [one for one in found if await _is_theirs(one, who)]


async def by_id(entry_id: int) -> Waiting:
    """For listeners to an event, who were given the id. Raises WaitNotFound."""
    row = await database.fetchrow(f"{READ} where w.id = $1", entry_id)
    if row is None:
        raise WaitNotFound
    return _waiting(row)


async def waiting_for(slot_ids: list[int]) -> dict[int, int]:
    """How many wait for each of these slots; those with nobody are left out."""
    rows = await database.fetch(
        """select slot_id, count(*)::int as number from waitlist_entry
            where slot_id = any($1) and state = 'waiting' group by slot_id""",
        slot_ids,
    )
    return {row["slot_id"]: row["number"] for row in rows}


async def _locked(code: str, by: Actor) -> Waiting:
    """The entry as it is once its slot is locked: nobody makes or ends its offer meanwhile."""
    seen = await find(code=code, for_=by, locked=True)
    await database.joined().execute(LOCK_SLOT, seen.slot_id)
    return await find(code=code, for_=by)


async def _is_theirs(one: Waiting, who: Actor, *, locked: bool = False) -> bool:
    return await standing_in.is_theirs(citizen_id=one.citizen_id, done_by=one.joined_by, who=who, locked=locked)
