"""How full slots are: those who cancelled count no more, those with a further slot count twice."""

from datetime import date, timedelta

import pytest

from appointments import agenda, booking, history, occupancy, suspension, waitlist
from appointments.errors import SlotNotFound
from appointments.models import AppointmentType
from appointments.occupancy import SlotCell
from foundation import clock, database
from tests.builders.appointments import STAFF, a_citizen, a_full_slot, a_hall, a_held_place, a_type, slots_of_one_day
from tests.builders.past_days import MONDAY, Visit, a_past_slot, a_past_visit

pytestmark = pytest.mark.usefixtures("db")


async def cells(of: AppointmentType, day: date = MONDAY) -> list[SlotCell]:
    return [one for those in (await occupancy.week(type_id=of.id, day=day)).values() for one in those]


async def test_a_week_is_laid_out_by_time_and_day_in_shanghai() -> None:
    of = await a_type()
    early = await a_past_slot(of, hour=0, minute=30)  # still Sunday in UTC
    late = await a_past_slot(of, day=MONDAY + timedelta(days=6), hour=23)
    await a_past_slot(of, day=MONDAY + timedelta(days=7))
    found = await occupancy.week(type_id=of.id, day=MONDAY + timedelta(days=3))
    assert {key: [one.slot_id for one in those] for key, those in found.items()} == {
        ("00:30", MONDAY): [early.id], ("23:00", MONDAY + timedelta(days=6)): [late.id],
    }  # fmt: skip


async def test_who_did_not_cancel_counts_wherever_they_sit() -> None:
    of = await a_type()
    first, second = await a_past_slot(of), await a_past_slot(of, hour=10)
    await a_past_visit(first, Visit("finished", further=second))
    await a_past_visit(first, Visit("cancelled"))
    await a_past_visit(second, Visit("no_show"))
    assert [(one.held, one.capacity, one.full) for one in await cells(of)] == [(1, 2, False), (2, 2, True)]
    hall = await of.hall
    (overview,) = await agenda.week(hall_code=hall.code, day=MONDAY)
    assert (overview.held, overview.capacity) == (3, 4)


async def test_a_withdrawn_slot_is_shown_while_somebody_is_in_it() -> None:
    of = await a_type()
    slot = await a_past_slot(of, state="withdrawn")
    assert await cells(of) == []
    await a_past_visit(slot, Visit("booked"))
    assert [one.state for one in await cells(of)] == ["withdrawn"]


async def test_the_shares_of_a_time_stand_side_by_side() -> None:
    of = await a_type()
    at = (await a_past_slot(of)).starts_at
    for hour, share in ((10, "priority"), (11, "staff")):
        slot = await a_past_slot(of, hour=hour)
        await database.execute("update slot set share = $2, starts_at = $3 where id = $1", slot.id, share, at)
    assert list(await occupancy.week(type_id=of.id, day=MONDAY)) == [("09:00", MONDAY)]
    assert [one.share_name for one in await cells(of)] == ["", "优先", "工作人员"]


async def test_who_waits_is_counted() -> None:
    slot, _, _ = await a_full_slot()
    await waitlist.join(slot_id=slot.id, by=await a_citizen())
    of = await AppointmentType.get(id=slot.type_id)  # type: ignore[attr-defined]
    (cell,) = await cells(of, slot.day)
    assert (cell.held, cell.waiting) == (1, 1)


async def test_a_month_has_all_its_days_and_says_why_there_are_no_places() -> None:
    hall = await a_hall()
    of, other = await a_type(hall=hall), await a_type(hall=hall)
    for one in (of, other):
        await a_past_visit(await a_past_slot(one), Visit())
    closed = MONDAY + timedelta(days=1)
    await database.execute(
        "insert into schedule_exception (hall_id, day, kind, reason, created_by, created_at)"
        " values ($1, $2, 'closed', '停电检修', 'staff:1', now())",
        hall.id, closed,
    )  # fmt: skip
    days = await occupancy.month(hall_code=hall.code, day=date(2026, 3, 31))
    assert [one.day.day for one in days] == list(range(1, 32))
    by_day = {one.day: one for one in days}
    assert (by_day[MONDAY].capacity, by_day[MONDAY].held, by_day[MONDAY].workday) == (4, 2, True)
    assert (by_day[closed].capacity, by_day[closed].closed) == (0, "停电检修")
    assert not by_day[date(2026, 3, 1)].workday
    alone = await occupancy.month(hall_code=hall.code, day=MONDAY, type_id=of.id)
    assert sum(one.capacity for one in alone) == 2
    assert len(await occupancy.month(hall_code=hall.code, day=date(2028, 2, 29))) == 29


async def test_one_slot_in_full_and_what_was_done_to_it() -> None:
    slot, _, held = await a_full_slot()
    await waitlist.join(slot_id=slot.id, by=await a_citizen())
    await suspension.suspend(slot_id=slot.id, by=STAFF, reason="设备检修")
    found = await occupancy.slot(slot_id=slot.id)
    assert (found.booked, found.waiting, found.cooling, found.sheet.state) == (1, 1, 0, "suspended")
    assert [line.code for line in found.sheet.lines] == [held.code]
    assert [(one.action, one.reason) for one in await history.of_slots([slot.id])] == [("slot.suspended", "设备检修")]
    with pytest.raises(SlotNotFound):
        await occupancy.slot(slot_id=slot.id + 1)


async def test_a_slot_is_over_when_it_has_ended() -> None:
    (slot,) = await slots_of_one_day(1, of=await a_type())
    for at, over in ((slot.ends_at - timedelta(seconds=1), False), (slot.ends_at, True)):
        with clock.frozen(at):
            assert (await occupancy.slot(slot_id=slot.id)).is_over is over


async def test_the_life_of_a_booking_includes_the_wait_before_it() -> None:
    slot, holder, held = await a_full_slot()
    waiter = await a_citizen()
    entry = await waitlist.join(slot_id=slot.id, by=waiter)
    await booking.cancel(code=held.code, by=holder)
    taken = await waitlist.accept(code=entry.code, by=waiter)
    actions = [one.action for one in await history.of_booking(appointment_id=taken.id)]
    assert actions == ["booking.accepted", "booking.held", "waitlist.joined"]
    assert [one.action for one in await history.of_booking(appointment_id=held.id)] == [
        "booking.cancelled", "booking.reserved",
    ]  # fmt: skip


async def test_a_held_place_is_in_the_sheet_of_its_slot_alone() -> None:
    first, second = await slots_of_one_day(2, of=await a_type())
    held, _, _ = await a_held_place(slot=first)
    sheets = [(await occupancy.slot(slot_id=one.id)).sheet.lines for one in (first, second)]
    assert [[line.code for line in lines] for lines in sheets] == [[held.code], []]
