import pytest

from appointments import board, booking, calling
from appointments.errors import (
    CannotCall,
    CannotCancel,
    NobodyWaiting,
    StillServing,
    TicketNotFound,
    WindowNeeded,
)
from appointments.hall_models import Ticket
from appointments.models import Slot
from foundation.actor import Actor
from foundation.models import AuditRow
from tests.builders.appointments import STAFF, a_hall, a_held_place, a_type, booked_and_live, on_the_day, told, waiting

pytestmark = pytest.mark.usefixtures("db")


async def test_next_finish_and_the_event():
    first, second = await waiting(2, of=await a_type())
    with on_the_day(first):
        call = await calling.next_ticket(hall_code=first.hall_code, window="3", by=STAFF)
        assert (call.number, call.window, call.calls, call.appointment_id) == ("A001", "3", 1, first.id)
        assert (await booking.by_id(first.id)).state == "serving"
        visit = await calling.finish(ticket_id=call.ticket_id, hall_code=first.hall_code, by=STAFF)
        assert (visit.state, (await booking.by_id(first.id)).state) == ("finished", "finished")
        with pytest.raises(CannotCall):
            await calling.finish(ticket_id=call.ticket_id, hall_code=first.hall_code, by=STAFF)
        assert (await calling.next_ticket(hall_code=first.hall_code, window="3", by=STAFF)).number == "A002"
    (event,) = await told("VisitFinished")
    assert (event["appointment_id"], event["citizen_id"]) == (first.id, first.citizen_id)
    assert (event["hall_id"], event["type_id"]) == (first.hall_id, first.type_id)
    assert [one["number"] for one in await told("TicketCalled")] == ["A001", "A002"]
    assert await booked_and_live(await Slot.get(id=second.slot_id)) == (1, 1)


async def test_nobody_waits():
    held, _, _ = await a_held_place()
    with on_the_day(held), pytest.raises(NobodyWaiting):
        await calling.next_ticket(hall_code=held.hall_code, window="1", by=STAFF)


async def test_a_window_serves_one_at_a_time_and_has_a_name():
    first, _ = await waiting(2, of=await a_type())
    with on_the_day(first):
        with pytest.raises(WindowNeeded):
            await calling.next_ticket(hall_code=first.hall_code, window=" ", by=STAFF)
        await calling.next_ticket(hall_code=first.hall_code, window="1", by=STAFF)
        with pytest.raises(StillServing):
            await calling.next_ticket(hall_code=first.hall_code, window="1", by=STAFF)
        queue = await board.of_hall(hall_code=first.hall_code)
        assert ([one.number for one in queue.called], [one.number for one in queue.waiting]) == (["A001"], ["A002"])


async def test_called_again_missed_and_recalled():
    (held,) = await waiting(1, of=await a_type())
    hall = held.hall_code
    with on_the_day(held):
        call = await calling.next_ticket(hall_code=hall, window="1", by=STAFF)
        assert (await calling.recall(ticket_id=call.ticket_id, hall_code=hall, window="1", by=STAFF)).calls == 2
        await calling.miss(ticket_id=call.ticket_id, hall_code=hall, by=STAFF)
        assert (await booking.by_id(held.id)).state == "checked_in"
        with pytest.raises(CannotCall):
            await calling.miss(ticket_id=call.ticket_id, hall_code=hall, by=STAFF)
        with pytest.raises(NobodyWaiting):
            await calling.next_ticket(hall_code=hall, window="1", by=STAFF)
        again = await calling.recall(ticket_id=call.ticket_id, hall_code=hall, window="2", by=STAFF)
        assert (again.calls, again.window) == (3, "2")
        assert (await calling.finish(ticket_id=call.ticket_id, hall_code=hall, by=STAFF)).state == "finished"
    assert await AuditRow.filter(action="visit.missed_call").count() == 1


async def test_another_halls_ticket_is_not_found():
    (held,) = await waiting(1, of=await a_type())
    other = await a_hall()
    with on_the_day(held):
        call = await calling.next_ticket(hall_code=held.hall_code, window="1", by=STAFF)
        for verb in (calling.finish, calling.miss):
            with pytest.raises(TicketNotFound):
                await verb(ticket_id=call.ticket_id, hall_code=other.code, by=STAFF)
        with pytest.raises(TicketNotFound):
            await calling.recall(ticket_id=404, hall_code=held.hall_code, window="1", by=STAFF)


async def test_a_window_may_call_for_its_department():
    hall = await a_hall()
    (one,) = await waiting(1, of=await a_type(hall=hall))
    business = await a_type(hall=hall)
    (other,) = await waiting(1, of=business)
    department = await business.department
    with on_the_day(other):
        call = await calling.next_ticket(hall_code=hall.code, window="8", department_code=department.code, by=STAFF)
        assert call.appointment_id == other.id
        assert (await booking.by_id(one.id)).state == "checked_in"


async def test_the_office_may_still_cancel_who_waits_but_not_who_is_served():
    first, second = await waiting(2, of=await a_type())
    with on_the_day(first):
        await calling.next_ticket(hall_code=first.hall_code, window="1", by=STAFF)
        with pytest.raises(CannotCancel):
            await booking.cancel(code=first.code, by=STAFF, reason="停电")
        with pytest.raises(CannotCancel):
            await booking.cancel(code=second.code, by=Actor.citizen(second.citizen_id))
        await booking.cancel(code=second.code, by=STAFF, reason="停电")
    assert (await Ticket.get(appointment_id=second.id)).state == "dropped"
    assert await booked_and_live(await Slot.get(id=first.slot_id)) == (1, 1)
