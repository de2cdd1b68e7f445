"""Ticket numbers are drawn once, tickets are called once. The controls draw and call the naive way."""

import asyncio

import asyncpg
import pytest

from appointments import board, calling, checkin
from appointments.errors import AlreadyCheckedIn, NobodyWaiting, StillServing
from appointments.hall_models import Ticket
from foundation import database
from tests.builders.appointments import STAFF, a_held_place, a_slot, a_type, on_the_day, waiting

pytestmark = pytest.mark.usefixtures("db")


async def a_crowd(number):
    slot = await a_slot(capacity=number, starts_at=await ten_o_clock())
    return [(await a_held_place(slot=slot))[0] for _ in range(number)]


async def ten_o_clock():
    return (await a_held_place())[0].starts_at


async def test_thirty_check_in_at_once():
    crowd = await a_crowd(30)
    with on_the_day(crowd[0]):
        drawn = await asyncio.gather(
            *(checkin.admit(code=one.code, hall_code=one.hall_code, by=STAFF) for one in crowd)
        )
    assert sorted(one.number for one in drawn) == [f"A{n:03d}" for n in range(1, 31)]


async def test_control_counting_draws_one_number_twice():
    crowd = await a_crowd(10)

    async def naively(held):
        async with database.transaction() as tx:
            drawn = await tx.fetchval("select count(*) + 1 from ticket where hall_id = $1", held.hall_id)
            await tx.execute(
                """insert into ticket (hall_id, day, number, kind, department_id, appointment_id, state, "window",
                                       calls, due_at, drawn_at)
                   select $1, $2, 'A' || $3::bigint, 'booked', department_id, $4, 'waiting', '', 0, now(), now()
                     from appointment_type where id = $5""",
                held.hall_id, held.day, drawn, held.id, held.type_id,
            )  # fmt: skip

    outcomes = await asyncio.gather(*(naively(one) for one in crowd), return_exceptions=True)
    assert any(isinstance(one, asyncpg.UniqueViolationError) for one in outcomes)


async def test_one_phone_scanned_at_two_desks():
    (held,) = await a_crowd(1)
    with on_the_day(held):
        outcomes = await asyncio.gather(
            *(checkin.admit(code=held.code, hall_code=held.hall_code, by=STAFF) for _ in range(6)),
            return_exceptions=True,
        )
    assert sum(isinstance(one, checkin.Drawn) for one in outcomes) == 1
    assert sum(isinstance(one, AlreadyCheckedIn) for one in outcomes) == 5
    assert await Ticket.all().count() == 1


async def test_eight_windows_press_next():
    held = await waiting(6, of=await a_type())
    with on_the_day(held[0]):
        outcomes = await asyncio.gather(
            *(calling.next_ticket(hall_code=held[0].hall_code, window=str(n), by=STAFF) for n in range(8)),
            return_exceptions=True,
        )
    calls = [one for one in outcomes if isinstance(one, calling.Call)]
    assert len(calls) == len({one.ticket_id for one in calls}) == 6
    assert sum(isinstance(one, NobodyWaiting) for one in outcomes) == 2


async def test_control_looking_without_a_lock_calls_one_ticket_twice():
    held = await waiting(2, of=await a_type())
    both_looked = asyncio.Barrier(2)

    async def naively(window):
        async with database.transaction() as tx:
            ticket = await tx.fetchval("select id from ticket where state = 'waiting' order by id limit 1")
            await both_looked.wait()
            await tx.execute("""update ticket set state = 'called', "window" = $2 where id = $1""", ticket, window)
            return ticket

    first, second = await asyncio.gather(naively("1"), naively("2"))
    assert first == second == (await Ticket.get(appointment_id=held[0].id)).id


async def test_one_window_presses_twice():
    held = await waiting(3, of=await a_type())
    with on_the_day(held[0]):
        outcomes = await asyncio.gather(
            *(calling.next_ticket(hall_code=held[0].hall_code, window="1", by=STAFF) for _ in range(3)),
            return_exceptions=True,
        )
        queue = await board.of_hall(hall_code=held[0].hall_code)
    assert sum(isinstance(one, calling.Call) for one in outcomes) == 1
    assert sum(isinstance(one, StillServing) for one in outcomes) == 2
    assert (len(queue.called), len(queue.waiting)) == (1, 2)
