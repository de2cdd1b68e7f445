from datetime import timedelta

import asyncpg
import pytest

from appointments import board, booking, calling, checkin, day_end, jobs, tickets
from appointments.errors import NobodyWaiting, TooEarlyToCheckIn, TooLateToCheckIn, WrongDay, WrongHall
from appointments.hall_errors import (
    AlreadyInLine,
    DepartmentNotHere,
    HallClosedToday,
    NoBookingToday,
    PriorityUnknown,
)
from appointments.hall_models import Ticket
from appointments.models import ScheduleException
from foundation import clock, database
from foundation.actor import Actor
from foundation.errors import Forbidden
from foundation.models import AuditRow
from tests.builders import identity
from tests.builders.appointments import STAFF, a_hall, a_held_place, a_slot, a_type, booked_and_live, on_the_day
from tests.builders.hall_queue import a_department, a_person, a_walk_in, next_at, serve

pytestmark = pytest.mark.usefixtures("db")
KIOSK = Actor.system("kiosk:1")


async def test_a_walk_in_is_numbered_called_and_done() -> None:
    hall = await a_hall()
    department = await a_department(hall=hall)
    first, second = await a_walk_in(hall, department), await a_walk_in(hall, department)
    assert [(one.number, one.kind, one.ahead) for one in (first, second)] == [
        ("W001", "walk_in", 0),
        ("W002", "walk_in", 1),
    ]
    call = await next_at(hall, "1")
    assert (call.number, call.appointment_id) == ("W001", None)
    assert (await calling.finish(ticket_id=call.ticket_id, hall_code=hall.code, by=STAFF)).state == "finished"
    done = await Ticket.get(id=call.ticket_id)
    assert (done.state, done.window, done.finished_at is not None) == ("finished", "1", True)
    acts = await AuditRow.filter(subject=f"ticket:{call.ticket_id}").order_by("id").values_list("action", flat=True)
    assert acts == ["ticket.drawn", "ticket.called", "ticket.finished"]


async def test_every_kind_counts_its_own_numbers() -> None:
    hall = await a_hall()
    department = await a_department(hall=hall)
    numbers = [(await a_walk_in(hall, department, priority=one)).number for one in ("", "elderly", "", "military")]
    assert numbers == ["W001", "P001", "W002", "P002"]


async def test_priority_needs_a_known_reason_and_sixty_years_are_one() -> None:
    hall = await a_hall()
    department = await a_department(hall=hall)
    with pytest.raises(PriorityUnknown):
        await a_walk_in(hall, department, priority="in_a_hurry")
    born = f"{clock.today().year - 60}0101"
    old = await tickets.walk_in(
        hall_code=hall.code, department_code=department.code, by=KIOSK, identity=a_person(born=born)
    )
    assert old.number == "P001"
    assert (await Ticket.get(id=old.ticket_id)).priority_reason == "elderly"
    young = await tickets.walk_in(hall_code=hall.code, department_code=department.code, by=KIOSK, identity=a_person())
    assert young.number == "W001"


async def test_one_person_one_number_at_a_department_and_nothing_but_the_mask_is_kept() -> None:
    hall = await a_hall()
    police, taxes = await a_department(hall=hall), await a_department(hall=hall)
    person = a_person()

    async def draw(department):
        return await tickets.walk_in(hall_code=hall.code, department_code=department.code, by=KIOSK, identity=person)

    first = await draw(police)
    with pytest.raises(AlreadyInLine) as refused:
        await draw(police)
    assert refused.value.detail == {"number": first.number}
    assert (await draw(taxes)).number == "W002"  # a number that was refused is not lost
    row = await database.fetchrow("select * from ticket where id = $1", first.ticket_id)
    assert person.number not in str(row)
    assert (row["person_masked"], row["person_fingerprint"]) == (person.masked, person.fingerprint)
    notes = await database.fetch("select * from audit_row")
    assert person.number not in str(notes)
    assert person.masked not in str(notes)


async def test_where_and_when_and_for_whom_no_number_is_drawn() -> None:
    hall, other = await a_hall(), await a_hall()
    department = await a_department(hall=hall)
    with pytest.raises(DepartmentNotHere):
        await a_walk_in(other, department)
    with pytest.raises(Forbidden):
        await tickets.walk_in(hall_code=hall.code, department_code=department.code, by=Actor.citizen(1))
    await ScheduleException.create(hall=hall, day=clock.today(), kind="closed", reason="停电", created_by="staff:1")
    with pytest.raises(HallClosedToday):
        await a_walk_in(hall, department)
    assert await Ticket.all().count() == 0


async def test_who_comes_late_is_let_in_by_staff_alone() -> None:
    held, _, slot = await a_held_place()
    with clock.frozen(held.starts_at + timedelta(hours=1)):
        with pytest.raises(TooLateToCheckIn):
            await checkin.admit(code=held.code, hall_code=held.hall_code, by=STAFF)
        with pytest.raises(Forbidden):
            await checkin.admit(code=held.code, hall_code=held.hall_code, by=KIOSK, late=True)
        drawn = await checkin.admit(code=held.code, hall_code=held.hall_code, by=STAFF, late=True)
        assert drawn.number == "L001"
        assert (await Ticket.get(number="L001")).due_at == clock.now()
    assert await booked_and_live(slot) == (1, 1)


async def test_in_time_is_not_late_and_the_other_rules_hold() -> None:
    held, _, _ = await a_held_place()
    other = await a_hall()
    with clock.frozen(held.starts_at - timedelta(hours=2)), pytest.raises(TooEarlyToCheckIn):
        await checkin.admit(code=held.code, hall_code=held.hall_code, by=STAFF, late=True)
    with clock.frozen(held.starts_at + timedelta(days=1)), pytest.raises(WrongDay):
        await checkin.admit(code=held.code, hall_code=held.hall_code, by=STAFF, late=True)
    with on_the_day(held):
        with pytest.raises(WrongHall):
            await checkin.admit(code=held.code, hall_code=other.code, by=STAFF, late=True)
        assert (await checkin.admit(code=held.code, hall_code=held.hall_code, by=STAFF, late=True)).number == "A001"


async def test_a_booking_may_be_given_priority() -> None:
    held, _, _ = await a_held_place()
    with on_the_day(held):
        with pytest.raises(Forbidden):
            await checkin.admit(code=held.code, hall_code=held.hall_code, by=KIOSK, priority="elderly")
        drawn = await checkin.admit(code=held.code, hall_code=held.hall_code, by=STAFF, priority="disabled")
    assert (drawn.number, drawn.booking.ticket_number, drawn.booking.state) == ("P001", "P001", "checked_in")


async def test_an_id_document_checks_in_the_booking_of_the_day() -> None:
    number = identity.id_number()
    citizen = Actor.citizen((await identity.citizen(number=number)).id)
    held, _, _ = await a_held_place(by=citizen)
    person = identity.Identity(identity.IdType.ID_CARD, number)
    with pytest.raises(NoBookingToday):  # it is for another day
        await checkin.by_identity(identity=person, hall_code=held.hall_code, by=KIOSK)
    with on_the_day(held):
        with pytest.raises(NoBookingToday):
            await checkin.by_identity(identity=a_person(), hall_code=held.hall_code, by=KIOSK)
        with pytest.raises(NoBookingToday):
            await checkin.by_identity(identity=person, hall_code=(await a_hall()).code, by=KIOSK)
        assert (await checkin.by_identity(identity=person, hall_code=held.hall_code, by=KIOSK)).number == "A001"


async def test_the_order_of_a_morning() -> None:
    """Booked by slot, walk-ins a quarter of an hour later, the late when they come, priority first and never thrice."""
    hall = await a_hall()
    of = await a_type(hall=hall)
    department = await of.department
    nine = clock.shanghai(clock.now() + timedelta(days=2)).replace(hour=9, minute=0, second=0, microsecond=0)
    slots = [await a_slot(of=of, capacity=2, starts_at=nine + timedelta(minutes=30 * n)) for n in range(2)]
    late, first, second = [(await a_held_place(slot=slot))[0] for slot in (slots[0], slots[0], slots[1])]
    with clock.frozen(nine - timedelta(minutes=1)):
        await a_walk_in(hall, department)  # W001
        await checkin.admit(code=first.code, hall_code=hall.code, by=STAFF)  # A001
    with clock.frozen(nine + timedelta(minutes=20)):
        await checkin.admit(code=second.code, hall_code=hall.code, by=STAFF)  # A002
        await checkin.admit(code=late.code, hall_code=hall.code, by=STAFF, late=True)  # L001
        for _ in range(4):
            await a_walk_in(hall, department, priority="elderly")
        seen = [one.number for one in (await board.of_hall(hall_code=hall.code)).waiting]
        called = [await serve(hall, "1") for _ in range(8)]
    assert called == ["P001", "P002", "A001", "P003", "P004", "W001", "L001", "A002"] == seen


async def test_the_night_ends_walk_ins_and_forgets_whose_they_were() -> None:
    hall = await a_hall()
    department = await a_department(hall=hall)
    person = a_person()
    await tickets.walk_in(hall_code=hall.code, department_code=department.code, by=KIOSK, identity=person)
    await a_walk_in(hall, department)
    await next_at(hall, "1")
    await jobs.end_the_day()
    assert sorted(await Ticket.all().values_list("state", flat=True)) == ["called", "waiting"]  # today is not over
    with clock.frozen(clock.now() + timedelta(days=1)):
        await jobs.end_the_day()
        assert await day_end.close_walk_ins(clock.today(), by=jobs.NIGHT) == 0
        with pytest.raises(NobodyWaiting):
            await next_at(hall, "1")
        assert (await a_walk_in(hall, department)).number == "W001"
    rows = await Ticket.filter(day=clock.today())
    assert sorted(one.state for one in rows) == ["dropped", "finished"]
    assert {one.person_fingerprint + one.person_masked for one in rows} == {""}


@pytest.mark.parametrize(
    "wrong",
    [
        "set kind = 'booked', number = 'A009'",  # booked without a booking
        "set kind = 'priority', number = 'P009'",  # without a reason
        "set number = 'A009'",
        "set person_masked = '110105199001010016', person_fingerprint = 'f'",
        "set person_fingerprint = 'f'",
        "set calls = 1",
        "set state = 'finished'",
        "set state = 'called'",  # to no window
    ],
)
async def test_the_database_keeps_a_ticket_honest(wrong: str) -> None:
    hall = await a_hall()
    await a_walk_in(hall, await a_department(hall=hall))
    with pytest.raises(asyncpg.CheckViolationError):
        await database.execute(f"update ticket {wrong}")


async def test_a_booked_ticket_does_not_lose_its_booking() -> None:
    held, _, _ = await a_held_place()
    with on_the_day(held):
        await checkin.admit(code=held.code, hall_code=held.hall_code, by=STAFF)
    with pytest.raises(asyncpg.CheckViolationError):
        await database.execute("update ticket set appointment_id = null")
    assert (await booking.by_id(held.id)).ticket_number == "A001"
