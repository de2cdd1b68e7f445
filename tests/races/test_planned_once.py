"""The long statement of a reservation is planned once a connection, maybe while all tables are small: it must hold."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from appointments import seats
from foundation import database
from tests.builders.appointments import a_citizen, a_slot

pytestmark = pytest.mark.usefixtures("db")

GROWING = ("appointment", "citizen", "slot", "audit_row", "procrastinate_jobs")


USUAL, TOLD = "4", "1.1"  # what a server takes a random page to cost


async def plan_on_the_first_morning(page: str) -> str:
    """How TAKE is planned after the first statement of a reservation, where the tables are known to be empty."""
    nobody = ", ".join(["null"] * 19)
    async with database.transaction() as tx:
        await tx.execute(f"set local random_page_cost = {page}")
        await tx.execute(f"analyze {', '.join(GROWING)}")
        await tx.fetch(seats.FREE_PERSONS_FIRST, [(await a_citizen()).number])
        await tx.execute(f"prepare take_on_the_first_morning as {seats.TAKE}")
        try:
            return "\n".join(row[0] for row in await tx.fetch(f"explain execute take_on_the_first_morning({nobody})"))
        finally:
            await tx.execute("deallocate take_on_the_first_morning")


FORGET = """
select pg_clear_relation_stats('public', c.relname), (
         select count(pg_clear_attribute_stats('public', c.relname, a.attname, false)::text) from pg_attribute a
          where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped)
  from pg_class c where c.relnamespace = 'public'::regnamespace and c.relkind = 'r'"""


@pytest.fixture
async def unswept() -> AsyncIterator[None]:
    """Tables as new: nothing of what stood in them is left or known, and no autovacuum comes by before one plans."""
    await database.execute("alter table appointment set (autovacuum_enabled = off)")
    await database.execute("vacuum full")
    await database.execute(FORGET)
    yield
    await database.execute("alter table appointment reset (autovacuum_enabled)")


async def bookings_come_and_go() -> None:
    """Their indexes stay as long as they were; that of the day's live bookings is made anew and has one page, which
    says that it is empty.
    """
    slot, who = await a_slot(), await a_citizen()
    await database.execute(
        """insert into appointment (code, slot_id, type_id, day, citizen_id, state, idempotency_key, body_hash,
                                    created_at, changed_at)
           select 'C' || n, $1, $2, date '2026-01-01' + n, $3, 'booked', 'key-' || n, '', now(), now()
             from generate_series(1, 400) n""",
        slot.id, slot.type_id, who.number,
    )  # fmt: skip
    await database.execute("delete from appointment")
    async with asyncio.timeout(20):
        while await pages("appointment_live_by_day") > 1:  # an autovacuum elsewhere may still see what is gone
            await database.execute("reindex index appointment_live_by_day")
            await asyncio.sleep(0.05)


async def pages(index: str) -> int:
    return int(await database.fetchval("select pg_relation_size($1::text::regclass) / 8192", index))


@pytest.mark.parametrize("page", [USUAL, TOLD])
async def test_nothing_that_grows_is_read_from_end_to_end(page: str) -> None:
    plan = await plan_on_the_first_morning(page)
    assert [one for one in GROWING if f"Seq Scan on {one}" in plan] == []


@pytest.mark.usefixtures("unswept")
@pytest.mark.parametrize("page", [USUAL, TOLD])
async def test_the_bookings_of_a_day_are_not_read_for_each_person(page: str) -> None:
    await bookings_come_and_go()
    assert "appointment_live_by_day" not in await plan_on_the_first_morning(page)


@pytest.mark.usefixtures("unswept")
async def test_control_an_index_of_all_live_bookings_is_read_for_each_person() -> None:
    was = await database.fetchval("select pg_get_indexdef('appointment_live_by_day'::regclass)")
    await database.execute("drop index appointment_live_by_day")
    await database.execute(was.replace(" AND (day IS NOT NULL)", ""))
    try:
        await bookings_come_and_go()
        plan = await plan_on_the_first_morning(USUAL)
        assert [one for one in plan.splitlines() if "appointment_live_by_day" in one], plan
    finally:
        await database.execute("drop index appointment_live_by_day")
        await database.execute(was)


async def test_control_planned_as_postgresql_would_it_reads_all_bookings(monkeypatch: pytest.MonkeyPatch) -> None:
    careless = seats.FREE_PERSONS_FIRST.replace("set_config('enable_seqscan', 'off', true)", "true")
    monkeypatch.setattr(seats, "FREE_PERSONS_FIRST", careless)
    await database.execute("vacuum full appointment")  # as short as on the first morning, whatever stood in it
    assert "Seq Scan on appointment" in await plan_on_the_first_morning(USUAL)
