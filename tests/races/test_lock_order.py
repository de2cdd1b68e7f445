"""Person → slot → ticket → appointment. The control goes the other way round and deadlocks."""

import asyncio
from datetime import timedelta

import asyncpg
import pytest

from appointments import booking, calling, schedule, seats, special_days
from appointments.errors import CannotCall, CannotCancel, SlotFull, SlotNotFound, SlotSuspended
from appointments.models import Appointment, Slot
from appointments.timetable import Period
from foundation import clock, database
from foundation.actor import Actor
from tests.builders.appointments import (
    STAFF,
    a_hall,
    a_held_place,
    a_slot,
    a_type,
    booked_and_live,
    citizens,
    on_the_day,
    waiting,
)
from tests.builders.locks import until_somebody_waits

pytestmark = pytest.mark.usefixtures("db")


async def books_again(held, begun: asyncio.Event, slot_taken: asyncio.Event):
    """What a reservation does to the rows: the slot, then the unique index of person, type and day."""
    await begun.wait()
    async with database.transaction() as tx:
        await tx.execute("update slot set booked = booked + 1 where id = $1", held.slot_id)
        slot_taken.set()
        await tx.execute(
            """insert into appointment (code, slot_id, type_id, day, citizen_id, idempotency_key, body_hash, created_at,
                                        changed_at)
               values ('AGAIN', $1, $2, $3, $4, 'again', '', now(), now())""",
            held.slot_id, held.type_id, held.day, held.citizen_id,
        )  # fmt: skip


async def race_with(cancelling):
    held, _, _ = await a_held_place(slot=await a_slot(capacity=2))
    begun, slot_taken = asyncio.Event(), asyncio.Event()
    return await asyncio.gather(
        cancelling(held, begun, slot_taken), books_again(held, begun, slot_taken), return_exceptions=True
    )


async def test_slot_first_never_deadlocks():
    async def slot_first(held, begun, slot_taken):
        begun.set()
        await slot_taken.wait()
        async with database.transaction():
            await seats.give_back(held.id, of=("booked",), to="cancelled")

    outcomes = await race_with(slot_first)
    assert not any(isinstance(one, asyncpg.DeadlockDetectedError) for one in outcomes)


async def test_control_booking_first_deadlocks():
    async def booking_first(held, begun, slot_taken):
        async with database.transaction() as tx:
            await tx.execute("update appointment set state = 'cancelled' where id = $1", held.id)
            begun.set()
            await slot_taken.wait()
            await until_somebody_waits()  # the other, at the index, for us
            await tx.execute("update slot set booked = booked - 1 where id = $1", held.slot_id)

    outcomes = await race_with(booking_first)
    assert any(isinstance(one, asyncpg.DeadlockDetectedError) for one in outcomes)


async def test_windows_finish_while_the_office_cancels():
    held = await waiting(8, of=await a_type())
    hall = held[0].hall_code
    with on_the_day(held[0]):
        calls = [await calling.next_ticket(hall_code=hall, window=str(n), by=STAFF) for n in range(4)]
        outcomes = await asyncio.gather(
            *(calling.finish(ticket_id=one.ticket_id, hall_code=hall, by=STAFF) for one in calls),
            *(calling.miss(ticket_id=one.ticket_id, hall_code=hall, by=STAFF) for one in calls),
            *(booking.cancel(code=one.code, by=STAFF, reason="停电") for one in held),
            return_exceptions=True,
        )
    unexpected = [
        one for one in outcomes if isinstance(one, Exception) and not isinstance(one, CannotCall | CannotCancel)
    ]
    assert unexpected == []
    counter, live = await booked_and_live(await Slot.get(id=held[0].slot_id))
    assert counter == live
    assert await seats.out_of_step() == []


async def test_the_plan_changes_while_people_book_and_cancel():
    """Slots are removed, withdrawn and changed under people's hands; nobody's row is lost, every count stays true."""
    hall, today = await a_hall(), clock.today()
    of, day = await a_type(hall=hall, release_workdays=20), today + timedelta(days=3)
    await special_days.add(hall_code=hall.code, day=day, kind="open", reason="无论是否节假日", by=STAFF)
    for step, minutes in enumerate((30, 20)):
        daily = [
            Period(weekday=n, starts="09:00", ends="11:00", slot_minutes=minutes, windows=2 + step) for n in range(1, 8)
        ]
        await schedule.create(type_id=of.id, periods=daily, effective_from=today + timedelta(days=step), by=STAFF)
        if step == 0:
            await schedule.generate(type_id=of.id, start=day, end=day, by=STAFF)
    slots = await Slot.filter(type_id=of.id).order_by("id")
    assert slots

    async def book_and_cancel(slot: Slot, citizen: Actor):
        held = await booking.reserve(slot_id=slot.id, by=citizen, key="rush")
        await asyncio.sleep(0)
        if citizen.number % 2:
            await booking.cancel(code=held.code, by=STAFF, reason="试一试")

    crowd = await citizens(24)
    outcomes = await asyncio.gather(
        *(book_and_cancel(slots[n % len(slots)], one) for n, one in enumerate(crowd)),
        *(schedule.generate(type_id=of.id, start=day, end=day, by=STAFF) for _ in range(3)),
        return_exceptions=True,
    )
    unexpected = [
        one for one in outcomes if isinstance(one, Exception)
        and not isinstance(one, SlotFull | SlotNotFound | SlotSuspended)
    ]  # fmt: skip
    assert unexpected == []
    assert await seats.out_of_step() == []
    assert await Appointment.all().count() == sum(one is None for one in outcomes)
