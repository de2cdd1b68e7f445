"""递补: what becomes of a place that was given back: the first eligible waiter's, the cooling pool's, or everybody's.

The slot's row is locked and the place is still counted in `booked`: it is in hand, nobody else can take it. So a slot
with a free place has nobody waiting, and who books directly passes nobody.

A waiter's person is locked here after the slot, against the order person → slot. Therefore it is only tried: who is
busy elsewhere at this moment is skipped, and if nobody else waits the place rests two seconds and is passed on again.
"""

from dataclasses import replace
from datetime import datetime, time, timedelta
from typing import Any

import asyncpg

from appointments import cooling, eligibility, limits, sold_out
from appointments.events import WaitlistClosed, WaitlistOffered
from appointments.waiting_rules import Rule
from foundation import audit, clock, crypto, database, events, idempotency, metrics
from foundation.actor import Actor

BY = Actor.system("appointments.waitlist")
CODE_LENGTH = 10
# An offer made at night can be accepted in the morning: its minutes begin when people are awake.
AWAKE_FROM, AWAKE_UNTIL = time(8), time(22)

PLACE = """
select s.id, s.day, s.type_id, s.capacity - s.booked as free, s.close_at, clock_timestamp() as now,
       t.release_time, t.release_mode,
       s.state = 'open' and t.active and s.release_at <= clock_timestamp() and clock_timestamp() < s.close_at
         and s.booked <= s.capacity as bookable,
       r.id is not null as ruled, r.waitlist, r.offer_minutes, r.cooling, r.cooling_least_minutes,
       r.cooling_most_minutes
  from slot s join appointment_type t on t.id = s.type_id left join waiting_rule r on r.type_id = t.id where s.id = $1
"""
NEXT = """
select id, code, citizen_id, type_id, joined_by from waitlist_entry where slot_id = $1 and state = 'waiting' and id > $2
 order by id limit 1 for update skip locked
"""
# Places kept beyond a smaller capacity go first.
FREE = "update slot set booked = booked - 1, over = greatest(0, booked - 1 - capacity) where id = $1"
SOMEBODY_WAITS = "select exists (select from waitlist_entry where slot_id = $1 and state = 'waiting')"


async def pass_on(slot_id: int, *, cool: bool = True) -> None:
    """Within a transaction that holds the slot: give the place in hand to whom it belongs now."""
    tx = database.joined()
    place = await tx.fetchrow(PLACE, slot_id)
    assert place is not None
    if place["bookable"]:
        if await _offered(place):
            return
        if await tx.fetchval(SOMEBODY_WAITS, slot_id):
            return await cooling.rest(slot_id, until=place["now"] + cooling.BUSY)
        back_at = await _cools_until(place) if cool else None
        if back_at:
            return await cooling.rest(slot_id, until=back_at)
    await tx.execute(FREE, slot_id)
    await sold_out.freed(slot_id)


async def serve(slot_id: int) -> None:
    """Within a transaction: places that became free by other ways (more capacity, resumed) go to the waiters first."""
    tx = database.joined()
    await sold_out.freed(slot_id)
    await tx.execute("select 1 from slot where id = $1 for update", slot_id)
    while await tx.fetchval(SOMEBODY_WAITS, slot_id):
        place = await tx.fetchrow(PLACE, slot_id)
        if place is None or not place["bookable"] or place["free"] < 1:
            return
        await tx.execute("update slot set booked = booked + 1 where id = $1", slot_id)
        await pass_on(slot_id, cool=False)


@database.retry_on_deadlock
async def bring_back(cooling_id: int, slot_id: int) -> None:
    """A place has rested long enough: to a waiter if one came meanwhile, else free. Twice is once."""
    async with database.transaction() as tx:
        await tx.execute("select 1 from slot where id = $1 for update", slot_id)
        if await tx.fetchval("delete from cooling_place where id = $1 returning id", cooling_id):
            await pass_on(slot_id, cool=False)


async def _offered(place: asyncpg.Record) -> bool:
    """Go through the queue until somebody may have the place; who may not any more leaves the queue, and hears why."""
    tx, last = database.joined(), 0
    while waiter := await tx.fetchrow(NEXT, place["id"], last):
        last = waiter["id"]
        citizen_id, type_id, by = waiter["citizen_id"], waiter["type_id"], waiter["joined_by"]
        if not await tx.fetchval(limits.TRY_PERSON, citizen_id, [by]):
            continue
        no = await eligibility.may_have(citizen_id=citizen_id, slot_id=place["id"], type_id=type_id, booked_by=by)
        if no is None:
            await _offer(place, waiter)
            return True
        await close(waiter["id"], why=type(no).__name__)
    return False


async def _offer(place: asyncpg.Record, waiter: asyncpg.Record) -> None:
    tx, until = database.joined(), deadline(place["now"], _rule(place).offer_minutes, place["close_at"])
    appointment_id = await tx.fetchval(
        """insert into appointment (code, slot_id, type_id, day, citizen_id, booked_by, state, idempotency_key,
                                    body_hash, created_at, changed_at)
           values ($1, $2, $3, $4, $5, $6, 'held', $7, $8, clock_timestamp(), clock_timestamp()) returning id""",
        crypto.random_code(CODE_LENGTH), place["id"], waiter["type_id"], place["day"], waiter["citizen_id"],
        waiter["joined_by"], f"waitlist:{waiter['code']}", idempotency.body_hash({"slot_id": place["id"]}),
    )  # fmt: skip
    await tx.execute(
        """update waitlist_entry set state = 'offered', appointment_id = $2, offer_until = $3,
                  changed_at = clock_timestamp() where id = $1""",
        waiter["id"],
        appointment_id,
        until,
    )
    await audit.record("booking.held", subject=f"appointment:{appointment_id}", by=BY, detail={"until": until})
    await events.tell(
        WaitlistOffered(
            entry_id=waiter["id"], citizen_id=waiter["citizen_id"], appointment_id=appointment_id, until=until
        )
    )
    metrics.count("waitlist_offers_total")


async def close(entry_id: int, *, why: str) -> None:
    """A waiter leaves the queue without an offer; `why` is a key of `waitlist.WHY`."""
    citizen_id = await database.joined().fetchval(
        """update waitlist_entry set state = 'closed', closed_why = $2, changed_at = clock_timestamp()
            where id = $1 and state = 'waiting' returning citizen_id""",
        entry_id,
        why,
    )
    if citizen_id is not None:
        await audit.record("waitlist.closed", subject=f"waitlist_entry:{entry_id}", by=BY, detail={"why": why})
        await events.tell(WaitlistClosed(entry_id=entry_id, citizen_id=citizen_id, why=why))


def deadline(now: datetime, minutes: int, close_at: datetime) -> datetime:
    """Until when an offer made `now` stands."""
    local = clock.shanghai(now)
    begins = now
    if not AWAKE_FROM <= local.time() < AWAKE_UNTIL:
        morning = local if local.time() < AWAKE_FROM else local + timedelta(days=1)
        begins = datetime.combine(morning.date(), AWAKE_FROM, clock.SHANGHAI)
    return min(begins + timedelta(minutes=minutes), close_at)


async def _cools_until(place: asyncpg.Record) -> datetime | None:
    return await cooling.until(
        _rule(place), now=place["now"], close_at=place["close_at"], release_time=place["release_time"]
    )


def _rule(place: Any) -> Rule:
    """What is drawn is never given back to who happens to look: it cools until the next release at least."""
    rule = Rule(**{name: place[name] for name in Rule.__dataclass_fields__}) if place["ruled"] else Rule()
    drawn = place["release_mode"] == "draw" and rule.cooling == "off"
    return replace(rule, cooling="next_release") if drawn else rule
