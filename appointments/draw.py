"""摇号: announced with a sealed seed and its hash, entered by people, closed by the clock, or called off by the office.

The hash is published before anybody registers, so the seed cannot be chosen afterwards; the lots depend on the seed and
on the whole list of entries, so nobody can pick a number. `redraw.method` is the algorithm, `drawing` gives the places.
"""

import json
import secrets
from datetime import date
from typing import Any

import asyncpg

from appointments import draw_timing, schedule
from appointments.draw_errors import CannotCancelDraw, DrawNotFound
from appointments.draw_rules import of_type
from appointments.errors import ReasonNeeded
from appointments.models import AppointmentType
from appointments.redraw import method
from foundation import audit, clock, crypto, database, metrics
from foundation.actor import Actor
from foundation.workdays import WorkCalendar

BY = Actor.system("appointments.draw")
CODE_LENGTH = 10
NO_PLACES = "当天没有可以分配的号源"

# Who makes slots and who moves their release wait for each other: the plan of a day is read under the same lock.
LOCK_TYPE = "select pg_advisory_xact_lock(hashtextextended('appointment_type:' || type_id, 1)) from draw where id = $1"

DRAWN_DAYS = """
select distinct s.day from slot s
 where s.type_id = $1 and s.day > $2 and s.state = 'open' and s.share = 'public'
   and not exists (select from draw d where d.type_id = s.type_id and d.day = s.day) order by s.day
"""
PLACES = """
select s.id, s.starts_at, s.capacity - s.booked as places from slot s join appointment_type t on t.id = s.type_id
 where s.type_id = $1 and s.day = $2 and s.state = 'open' and s.share = 'public' and s.booked < s.capacity and t.active
 order by s.starts_at, s.id
"""


async def announce_ahead(of: AppointmentType) -> int:
    """Announce the draws of the days that have slots and whose registration is to come; how many. Twice is once."""
    calendar, rule, made = await WorkCalendar.current(), await of_type(of.id), 0
    for row in await database.fetch(DRAWN_DAYS, of.id, clock.today()):
        planned = draw_timing.window(of, row["day"], calendar, rule)
        if planned.to_come:
            made += await announce(of, row["day"], planned)
    return made


@database.retry_on_deadlock
async def announce(of: AppointmentType, day: date, planned: draw_timing.Window) -> bool:
    """Publish the hash of a new seed, and shut the day's slots until the draw is over. False when it has one."""
    code, seed = crypto.random_code(CODE_LENGTH), secrets.token_hex(32)
    async with database.transaction() as tx:
        await tx.execute(schedule.LOCK_TYPE, of.id)
        made = await tx.fetchval(
            """insert into draw (code, type_id, day, opens_at, closes_at, release_at, seed_hash, seed_sealed, places,
                                 created_at)
               values ($1, $2, $3, $4, $5, $6, $7, $8, '[]', clock_timestamp())
               on conflict (type_id, day) do nothing returning id""",
            code, of.id, day, planned.opens_at, planned.closes_at, planned.release_at,
            method.seed_hash(seed, code), crypto.seal(seed),
        )  # fmt: skip
        if made is None:
            return False
        await _lock_slots(of.id, day)
        await tx.execute("update slot set release_at = starts_at where type_id = $1 and day = $2", of.id, day)
        await audit.record("draw.announced", subject=f"draw:{made}", by=BY, detail={"day": day})
    return True


@database.retry_on_deadlock
async def cancel(*, code: str, by: Actor, reason: str) -> None:
    """No draw: what it would have given is released at its time. Raises DrawNotFound, ReasonNeeded, CannotCancelDraw.

    Those who registered hear it from `tell_cancelled`.
    """
    if not reason.strip():
        raise ReasonNeeded
    async with database.transaction() as tx:
        draw_id = await tx.fetchval("select id from draw where code = $1", code)
        if draw_id is None:
            raise DrawNotFound
        found = await locked(draw_id)
        if found["state"] != "open" or found["now"] >= found["closes_at"]:
            raise CannotCancelDraw(detail={"state": found["state"]})
        await _cancel(found, by=by, reason=reason.strip())


async def locked(draw_id: int) -> asyncpg.Record:
    """Within a transaction: the draw, as it is once nobody else is closing, ending or entering it, or making its slots.

    Whoever is registering at this moment is waited for. The row is read in a later statement than those that lock.
    """
    tx = database.joined()
    await tx.execute(LOCK_TYPE, draw_id)
    await tx.execute("select 1 from draw where id = $1 for update", draw_id)
    found = await tx.fetchrow("select *, clock_timestamp() as now from draw where id = $1", draw_id)
    assert found is not None
    return found


async def _cancel(found: asyncpg.Record, *, by: Actor, reason: str) -> None:
    await database.execute("update draw set state = 'cancelled', reason = $2 where id = $1", found["id"], reason[:200])
    await release(found)
    await audit.record("draw.cancelled", subject=f"draw:{found['id']}", by=by, reason=reason)


async def release(found: asyncpg.Record) -> None:
    """Within a transaction: what the draw leaves, or never had, is everybody's from its `release_at` on."""
    await _lock_slots(found["type_id"], found["day"])
    await database.execute(
        "update slot set release_at = $3 where type_id = $1 and day = $2",
        found["type_id"],
        found["day"],
        found["release_at"],
    )


async def _lock_slots(type_id: int, day: date) -> None:
    await database.execute("select 1 from slot where type_id = $1 and day = $2 order by id for update", type_id, day)


async def due() -> list[int]:
    """Draws whose registration has ended, by the database's clock, and that are not over yet; the oldest first."""
    rows = await database.fetch(
        """select id from draw where state = 'closed' or (state = 'open' and closes_at <= clock_timestamp())
            order by closes_at, id"""
    )
    return [row["id"] for row in rows]


@database.retry_on_deadlock
async def close(draw_id: int) -> None:
    """Reveal the seed, fix entries, places and ranks. Before its time, and again, it changes nothing.

    Whoever registers after the draw was locked here finds it closed.
    """
    async with database.transaction() as tx:
        found = await locked(draw_id)
        if found["state"] != "open" or found["now"] < found["closes_at"]:
            return
        await _lock_slots(found["type_id"], found["day"])
        places = await tx.fetch(PLACES, found["type_id"], found["day"])
        if not places:
            return await _cancel(found, by=BY, reason=NO_PLACES)
        await _fix(found, places)


async def _fix(found: asyncpg.Record, places: list[asyncpg.Record]) -> None:
    tx, seed = database.joined(), crypto.open_sealed(found["seed_sealed"])
    rows = await tx.fetch(
        "select id, number, wishes, any_slot from draw_entry where draw_id = $1 and outcome = 'registered'", found["id"]
    )
    ids, entries = {row["number"]: row["id"] for row in rows}, [entry(row) for row in rows]
    ordered = method.in_order(seed, entries)
    await tx.execute(
        """update draw_entry e set rank = r.rank, changed_at = clock_timestamp()
             from unnest($1::bigint[]) with ordinality as r (id, rank) where e.id = r.id""",
        [ids[one.number] for one in ordered],
    )
    fixed = [[row["id"], row["starts_at"].isoformat(), row["places"]] for row in places]
    await tx.execute(
        """update draw set state = 'closed', seed = $2, entries_hash = $3, places = $4::jsonb,
                  closed_at = clock_timestamp() where id = $1""",
        found["id"], seed, method.entries_hash(entries), json.dumps(fixed),
    )  # fmt: skip
    detail = {"entries": len(ordered), "places": sum(row["places"] for row in places)}
    await audit.record("draw.closed", subject=f"draw:{found['id']}", by=BY, detail=detail)
    metrics.count("draws_closed_total")


def entry(row: Any) -> method.Entry:
    """A row of draw_entry as the algorithm knows it."""
    return method.Entry(row["number"], tuple(json.loads(row["wishes"])), row["any_slot"])
