import pytest

from appointments import board, booking, calling, passing, windows
from appointments.errors import CannotCall, NobodyWaiting, TicketNotFound
from appointments.hall_errors import AlreadyInLine, DepartmentNotHere, NowhereToGo, WindowUnnamed
from appointments.hall_models import Ticket
from appointments.tickets import walk_in
from foundation.models import AuditRow
from tests.builders.appointments import STAFF, a_hall, a_type, booked_and_live, on_the_day, waiting
from tests.builders.hall_queue import a_department, a_person, a_walk_in, next_at, serve

pytestmark = pytest.mark.usefixtures("db")


async def test_held_and_back_at_the_old_place() -> None:
    first, second = await waiting(2, of=await a_type())
    hall = await a_hall_of(first)
    with on_the_day(first):
        call = await next_at(hall, "1")
        await passing.hold(ticket_id=call.ticket_id, hall_code=hall.code, by=STAFF)
        assert (await booking.by_id(first.id)).state == "checked_in"
        with pytest.raises(CannotCall):
            await passing.hold(ticket_id=call.ticket_id, hall_code=hall.code, by=STAFF)
        other = await next_at(hall, "1")
        assert other.appointment_id == second.id
        await passing.resume(ticket_id=call.ticket_id, hall_code=hall.code, by=STAFF)
        with pytest.raises(CannotCall):
            await passing.resume(ticket_id=call.ticket_id, hall_code=hall.code, by=STAFF)
        assert (await next_at(hall, "2")).ticket_id == call.ticket_id
        assert (await booking.by_id(first.id)).state == "serving"
    acts = await AuditRow.filter(subject=f"ticket:{call.ticket_id}").order_by("id").values_list("action", flat=True)
    assert acts == ["ticket.called", "ticket.held", "ticket.resumed", "ticket.called"]


async def test_who_is_held_may_be_called_straight_back() -> None:
    hall = await a_hall()
    drawn = await a_walk_in(hall, await a_department(hall=hall))
    await next_at(hall, "1")
    await passing.hold(ticket_id=drawn.ticket_id, hall_code=hall.code, by=STAFF)
    assert [one.number for one in (await board.of_hall(hall_code=hall.code)).held] == ["W001"]
    call = await calling.recall(ticket_id=drawn.ticket_id, hall_code=hall.code, window="1", by=STAFF)
    assert (call.state, call.calls) == ("called", 2)


async def test_on_to_another_department_with_the_same_number() -> None:
    (held,) = await waiting(1, of=await a_type())
    hall = await a_hall_of(held)
    taxes = await a_department(hall=hall, name="税务窗口")
    with on_the_day(held):
        await windows.assign(hall_code=hall.code, window="8", department_codes=[taxes.code], by=STAFF)
        call = await next_at(hall, "1")
        with pytest.raises(NobodyWaiting):
            await next_at(hall, "8")
        await passing.transfer(ticket_id=call.ticket_id, hall_code=hall.code, department_code=taxes.code, by=STAFF)
        assert (await booking.by_id(held.id)).state == "checked_in"
        again = await next_at(hall, "8")
        assert (again.number, again.calls) == (call.number, 2)
        await calling.finish(ticket_id=again.ticket_id, hall_code=hall.code, by=STAFF)
    assert (await booking.by_id(held.id)).state == "finished"
    assert await booked_and_live(await slot_of(held)) == (0, 0)


async def test_sent_to_one_window_it_is_called_there_first_and_nowhere_else() -> None:
    hall = await a_hall()
    department = await a_department(hall=hall)
    await a_walk_in(hall, department)
    second = await a_walk_in(hall, department)
    await passing.transfer(ticket_id=second.ticket_id, hall_code=hall.code, to_window="5", by=STAFF)
    queue = await board.of_hall(hall_code=hall.code, window="6")
    assert ([one.number for one in queue.waiting], [one.number for one in queue.elsewhere]) == (["W001"], ["W002"])
    assert await serve(hall, "5") == "W002"
    assert await serve(hall, "6") == "W001"
    with pytest.raises(NobodyWaiting):
        await next_at(hall, "6")


async def test_a_transfer_says_where_to_and_asks_whether_it_can() -> None:
    hall, other = await a_hall(), await a_hall()
    department, foreign = await a_department(hall=hall), await a_department(hall=other)
    drawn = await a_walk_in(hall, department)

    async def go(hall_code: str = hall.code, **where: str) -> None:
        await passing.transfer(ticket_id=drawn.ticket_id, hall_code=hall_code, by=STAFF, **where)

    with pytest.raises(NowhereToGo):
        await go(to_window="  ")
    with pytest.raises(DepartmentNotHere):
        await go(department_code=foreign.code)
    with pytest.raises(TicketNotFound):
        await go(hall_code=other.code, to_window="1")
    await serve(hall, "1")
    with pytest.raises(CannotCall):
        await go(to_window="1")


async def test_nobody_stands_twice_in_one_line() -> None:
    hall = await a_hall()
    police, taxes = await a_department(hall=hall), await a_department(hall=hall)
    person = a_person()
    first, second = [
        await walk_in(hall_code=hall.code, department_code=one.code, by=STAFF, identity=person)
        for one in (police, taxes)
    ]
    with pytest.raises(AlreadyInLine):
        await passing.transfer(ticket_id=first.ticket_id, hall_code=hall.code, department_code=taxes.code, by=STAFF)
    assert (await Ticket.get(id=first.ticket_id)).department_id == police.id
    assert second.number == "W002"


async def test_windows_serve_their_departments_and_those_without_serve_all() -> None:
    hall = await a_hall()
    police, taxes = await a_department(hall=hall), await a_department(hall=hall, name="税务窗口")
    await windows.assign(hall_code=hall.code, window="1", department_codes=[police.code], by=STAFF)
    await windows.assign(hall_code=hall.code, window="2", department_codes=[taxes.code], by=STAFF)
    await a_walk_in(hall, police)
    await a_walk_in(hall, taxes)
    await a_walk_in(hall, police)
    assert await serve(hall, "2") == "W002"
    assert await serve(hall, "9") == "W001"  # 综合窗口
    assert await serve(hall, "1") == "W003"
    assert await windows.of_hall(hall_code=hall.code) == {"1": [police.name], "2": ["税务窗口"]}
    await windows.assign(hall_code=hall.code, window="2", department_codes=[], by=STAFF)
    assert list(await windows.of_hall(hall_code=hall.code)) == ["1"]
    with pytest.raises(WindowUnnamed):
        await windows.assign(hall_code=hall.code, window=" ", department_codes=[], by=STAFF)
    assert await AuditRow.filter(action="window.assigned").count() == 3


async def a_hall_of(held: booking.Booking):
    from catalogue.models import Hall

    return await Hall.get(id=held.hall_id)


async def slot_of(held: booking.Booking):
    from appointments.models import Slot

    return await Slot.get(id=held.slot_id)
