"""Limits count a person's rows. The control shows why lock and count must be two statements."""

import asyncio
from datetime import timedelta

import pytest

from appointments import booking, limits
from appointments.errors import TooManyBookings
from foundation import database
from tests.builders.appointments import STAFF, a_citizen, a_slot, booked_and_live

pytestmark = pytest.mark.usefixtures("db")


async def test_limits_hold_under_pressure():
    citizen = await a_citizen()
    slots = [await a_slot(starts_in=timedelta(days=2 + n)) for n in range(24)]
    outcomes = await asyncio.gather(
        *(booking.reserve(slot_id=slot.id, by=citizen, key=str(slot.id)) for slot in slots), return_exceptions=True
    )
    assert sum(isinstance(one, booking.Booking) for one in outcomes) == limits.DEFAULTS["overall"]
    assert sum(isinstance(one, TooManyBookings) for one in outcomes) == 24 - limits.DEFAULTS["overall"]
    for slot in slots:
        counter, live = await booked_and_live(slot)
        assert counter == live


async def waits_for_the_person(citizen_id: int) -> int:
    return int(
        await database.fetchval(
            "select count(*) from pg_locks where locktype = 'advisory' and not granted and pid in"
            " (select pid from pg_stat_activity where datname = current_database())"
        )
    )


async def two_at_once(first, second) -> list[object]:
    """Let `first` hold the person's lock until `second` waits for it, then let both go on."""
    citizen = await a_citizen()
    slots = [await a_slot(starts_in=timedelta(days=2 + n)) for n in range(2)]
    started = asyncio.Event()

    async def one():
        async with database.transaction():
            await first(citizen, slots[0])
            started.set()
            while not await waits_for_the_person(citizen.number):
                await asyncio.sleep(0.01)

    async def other():
        await started.wait()
        async with database.transaction():
            await second(citizen, slots[1])

    await asyncio.gather(one(), other(), return_exceptions=True)
    return [await booked_and_live(slot) for slot in slots]


async def in_two_statements(citizen, slot):
    await booking.reserve(slot_id=slot.id, by=citizen, key=str(slot.id))


async def in_one_statement(citizen, slot):
    """The trap: the lock is a part of the statement that counts, so its snapshot is older than the lock."""
    await database.execute(
        """with locked as materialized (select pg_advisory_xact_lock(hashtextextended('citizen:' || $1::bigint, 1))),
                held as (select count(a.id) as live from locked left join appointment a on a.citizen_id = $1::bigint),
                seat as (update slot set booked = booked + 1 where id = $2 and (select live from held) < 1 returning *)
           insert into appointment (code, slot_id, type_id, day, citizen_id, idempotency_key, body_hash, created_at,
                                    changed_at)
           select 'T' || id, id, type_id, day, $1::bigint, 'trap' || id, '', now(), now() from seat""",
        citizen.number,
        slot.id,
    )


async def test_lock_then_count_keeps_the_limit():
    await limits.change(kind="overall", most=1, by=STAFF)
    assert await two_at_once(in_two_statements, in_two_statements) == [(1, 1), (0, 0)]


async def test_control_lock_and_count_in_one_statement_breaks_it():
    assert await two_at_once(in_one_statement, in_one_statement) == [(1, 1), (1, 1)]
