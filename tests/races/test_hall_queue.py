"""The merged queue under several windows. The controls choose without the hall's turn, and without the row's lock."""

import asyncio

import asyncpg
import pytest

from appointments import calling, line, passing, tickets
from appointments.errors import CannotCall, NobodyWaiting
from appointments.hall_errors import AlreadyInLine
from appointments.hall_models import Ticket
from foundation import database
from tests.builders.appointments import STAFF, a_hall
from tests.builders.hall_queue import a_department, a_person, a_walk_in, next_at

pytestmark = pytest.mark.usefixtures("db")


async def a_mixed_queue():
    """Four with priority before four others."""
    hall = await a_hall()
    department = await a_department(hall=hall)
    for priority in ["elderly"] * 4 + [""] * 4:
        await a_walk_in(hall, department, priority=priority)
    return hall


async def called_in_turn():
    return await Ticket.filter(turn__isnull=False).order_by("turn").values_list("kind", flat=True)


async def test_six_windows_at_once_keep_the_published_order():
    hall = await a_mixed_queue()
    calls = await asyncio.gather(*(next_at(hall, str(n)) for n in range(6)))
    assert len({one.ticket_id for one in calls}) == 6
    assert sorted(one.number for one in calls) == ["P001", "P002", "P003", "P004", "W001", "W002"]
    assert list(await called_in_turn()) == ["priority", "priority", "walk_in", "priority", "priority", "walk_in"]


async def test_control_without_the_hall_s_turn_two_windows_have_the_same_one(monkeypatch):
    hall = await a_mixed_queue()
    both_looked = asyncio.Barrier(2)
    look, call = line.of_window, calling._call

    async def look_together(*args, **given):
        seen = await look(*args, **given)
        await both_looked.wait()
        return seen

    async def call_slowly(*args, **given):
        await asyncio.sleep(0.2)
        return await call(*args, **given)

    monkeypatch.setattr(calling, "TAKE_TURN", "select $1::bigint")
    monkeypatch.setattr(line, "of_window", look_together)
    monkeypatch.setattr(calling, "_call", call_slowly)
    outcomes = await asyncio.gather(*(next_at(hall, str(n)) for n in range(2)), return_exceptions=True)
    assert [one.constraint_name for one in outcomes if isinstance(one, asyncpg.UniqueViolationError)] == ["ticket_turn"]


async def test_a_ticket_that_is_being_moved_is_passed_over_not_waited_for():
    hall = await a_hall()
    department = await a_department(hall=hall)
    first, second = await a_walk_in(hall, department), await a_walk_in(hall, department)
    moving, called = asyncio.Event(), asyncio.Event()

    async def moves():
        async with database.transaction():
            await calling.locked(first.ticket_id, hall.code, of=("waiting",))
            moving.set()
            await called.wait()

    async def calls():
        await moving.wait()
        call = await asyncio.wait_for(next_at(hall, "1"), 5)
        called.set()
        return call

    _, call = await asyncio.gather(moves(), calls())
    assert call.ticket_id == second.ticket_id


async def test_called_and_sent_elsewhere_at_the_same_moment():
    hall = await a_hall()
    department = await a_department(hall=hall)
    drawn = await a_walk_in(hall, department)
    outcomes = await asyncio.gather(
        next_at(hall, "1"),
        passing.transfer(ticket_id=drawn.ticket_id, hall_code=hall.code, to_window="9", by=STAFF),
        return_exceptions=True,
    )
    ticket = await Ticket.get(id=drawn.ticket_id)
    called = isinstance(outcomes[0], calling.Call)
    assert called or isinstance(outcomes[0], NobodyWaiting)
    # Whatever came first, it waits for window 9 and nobody else is told to serve it.
    assert (ticket.state, ticket.window) == ("waiting", "9")


async def test_held_and_missed_at_once_only_one_happens():
    hall = await a_hall()
    await a_walk_in(hall, await a_department(hall=hall))
    call = await next_at(hall, "1")
    outcomes = await asyncio.gather(
        passing.hold(ticket_id=call.ticket_id, hall_code=hall.code, by=STAFF),
        calling.miss(ticket_id=call.ticket_id, hall_code=hall.code, by=STAFF),
        calling.finish(ticket_id=call.ticket_id, hall_code=hall.code, by=STAFF),
        return_exceptions=True,
    )
    assert sum(isinstance(one, CannotCall) for one in outcomes) == 2


async def test_one_person_at_two_kiosks():
    hall = await a_hall()
    department = await a_department(hall=hall)
    person = a_person()
    outcomes = await asyncio.gather(
        *(
            tickets.walk_in(hall_code=hall.code, department_code=department.code, by=STAFF, identity=person)
            for _ in range(5)
        ),
        return_exceptions=True,
    )
    assert sum(isinstance(one, tickets.Drawn) for one in outcomes) == 1
    assert sum(isinstance(one, AlreadyInLine) for one in outcomes) == 4
