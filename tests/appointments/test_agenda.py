import pytest

from appointments import agenda, booking, calling, checkin
from appointments.errors import HallNotFound
from tests.builders.appointments import (
    STAFF,
    a_citizen,
    a_hall,
    a_held_place,
    a_type,
    on_the_day,
    slots_of_one_day,
    waiting,
)

pytestmark = pytest.mark.usefixtures("db")


async def test_the_day_sheet_masks_names_and_shows_states():
    hall = await a_hall()
    first, second = await slots_of_one_day(2, of=await a_type(hall=hall), capacity=2)
    here, _, _ = await a_held_place(slot=first, by=await a_citizen(name="张三"))
    gone, citizen, _ = await a_held_place(slot=first, by=await a_citizen(name="欧阳李四"))
    await booking.cancel(code=gone.code, by=citizen)
    with on_the_day(here):
        await checkin.admit(code=here.code, hall_code=hall.code, by=STAFF)
    one, other = await agenda.day_sheet(hall_code=hall.code, day=first.day)
    assert (one.slot_id, one.capacity, one.held) == (first.id, 2, 1)
    assert [(line.name, line.state_name, line.ticket_number) for line in one.lines] == [
        ("张*", "已签到，等候叫号", "A001"), ("欧***", "已取消", None)
    ]  # fmt: skip
    assert (other.slot_id, other.held, other.lines) == (second.id, 0, [])
    assert await agenda.day_sheet(hall_code=(await a_hall()).code, day=first.day) == []
    with pytest.raises(HallNotFound):
        await agenda.day_sheet(hall_code="nowhere", day=first.day)


async def test_a_week_counts_who_did_not_cancel():
    hall = await a_hall()
    of = await a_type(hall=hall)
    first, second = await slots_of_one_day(2, of=of, capacity=3)
    await a_held_place(slot=first)
    held, citizen, _ = await a_held_place(slot=second)
    await booking.cancel(code=held.code, by=citizen)
    (day,) = await agenda.week(hall_code=hall.code, day=first.day)
    assert (day.day, day.type_id, day.capacity, day.held) == (first.day, of.id, 6, 1)


def test_masks():
    assert [agenda.masked(name) for name in ("", "李", "李四", "买买提江")] == ["", "*", "李*", "买***"]


async def test_the_halls_of_somebody_are_those_under_their_paths_where_something_is_booked():
    first, second = await a_hall(code="99"), await a_hall(code="9901")
    await a_type(hall=first)
    await a_type(hall=second)
    await a_hall(code="empty")
    codes = {within: [one.code for one in await agenda.halls(within={within})] for within in ("", "99/", "9901/", "%")}
    assert codes == {"": ["99", "9901"], "99/": ["99"], "9901/": ["9901"], "%": []}
    assert await agenda.halls(within=[]) == []


async def test_a_missed_ticket_is_seen_on_the_sheet():
    (held,) = await waiting(1, of=await a_type(hall=await a_hall()))
    with on_the_day(held):
        call = await calling.next_ticket(hall_code=held.hall_code, window="3", by=STAFF)
        await calling.miss(ticket_id=call.ticket_id, hall_code=held.hall_code, by=STAFF)
    ((line,),) = [slot.lines for slot in await agenda.day_sheet(hall_code=held.hall_code, day=held.day)]
    assert (line.state, line.ticket_state, line.window) == ("checked_in", "missed", None)
