"""What comes back when the typhoon turns away, and a day that the calendar takes away after release."""

from datetime import timedelta

import pytest

from appointments import booking, closure, closure_work, schedule, special_days, suspension
from appointments.closure_errors import ClosureNotFound, ClosureOver
from appointments.closure_span import Span
from appointments.models import ScheduleException, Slot
from foundation import clock
from foundation.models import WorkdayOverride
from tests.builders.appointments import STAFF, a_type, amiss
from tests.builders.closures import EVERY_DAY, announced, at, booked, morning, notices, whole_day

pytestmark = pytest.mark.usefixtures("db")


async def test_a_closed_day_comes_back_with_its_slots():
    of = await a_type()
    day = clock.today() + timedelta(days=2)
    await WorkdayOverride.create(day=day, is_workday=True, reason="测试", set_by="test")
    await schedule.create(type_id=of.id, periods=EVERY_DAY, effective_from=clock.today(), by=STAFF)
    await schedule.generate(type_id=of.id, start=day, end=day, by=STAFF)
    (held,) = (await booked(of, 1, await Slot.filter(type=of).order_by("starts_at")))[1]
    made = await closure.announce(span=whole_day(of), reason="台风", by=STAFF)
    await schedule.generate(type_id=of.id, start=day, end=day, by=STAFF)  # the nightly run
    assert [one.state for one in await Slot.filter(type=of)] == ["withdrawn"]
    for _ in range(2):
        await closure.withdraw(closure_id=made.id, by=STAFF)
        await closure.make_slots_again(closure_id=made.id)
    assert await ScheduleException.all().count() == 0
    assert [(one.state, one.closure_id) for one in await Slot.filter(type=of)] == [("open", None)] * 2  # type: ignore[attr-defined]
    assert (await booking.by_id(held.id)).state == "booked"
    assert await amiss() == []


async def test_withdrawn_in_the_middle_spares_whom_it_has_not_reached():
    shut = await announced(people=2)
    first, second = await notices(shut.closure)
    assert await closure_work.handle(first.id)
    await closure.withdraw(closure_id=shut.closure.id, by=STAFF)
    assert not await closure_work.handle(second.id)
    await closure_work.work_through(closure_id=shut.closure.id)
    assert [(await booking.by_id(one.id)).state for one in shut.bookings] == ["office_cancelled", "booked"]
    assert (await shut.offer(0)).open  # who was cancelled keeps the offer
    assert {(await Slot.get(id=one.id)).state for one in shut.closing} == {"open"}
    assert (await closure.find(shut.closure.id)).state == "withdrawn"
    assert await amiss() == []


async def test_what_two_closures_cover_opens_with_the_last_of_them():
    of = await a_type()
    (slot,) = await morning(of, days=2, number=1)
    first = await closure.announce(span=whole_day(of), reason="台风", by=STAFF)
    span = Span(hall_code=of.hall.code, starts_at=at(2, 8), ends_at=at(2, 12))
    second = await closure.announce(span=span, reason="停电", by=STAFF)
    await closure.withdraw(closure_id=first.id, by=STAFF)
    await slot.refresh_from_db()
    assert (slot.state, slot.closure_id) == ("suspended", second.id)  # type: ignore[attr-defined]
    await closure.withdraw(closure_id=second.id, by=STAFF)
    await slot.refresh_from_db()
    assert slot.state == "open"


async def test_a_slot_that_staff_stopped_by_hand_stays_stopped():
    of = await a_type()
    (slot,) = await morning(of, days=2, number=1)
    await suspension.suspend(slot_id=slot.id, by=STAFF, reason="设备检修")
    made = await closure.announce(span=whole_day(of), reason="台风", by=STAFF)
    await closure.withdraw(closure_id=made.id, by=STAFF)
    await slot.refresh_from_db()
    assert slot.state == "suspended"


async def test_what_cannot_be_withdrawn():
    shut = await announced(people=1)
    with pytest.raises(ClosureNotFound):
        await closure.withdraw(closure_id=404, by=STAFF)
    with clock.frozen(shut.closure.ends_at), pytest.raises(ClosureOver):
        await closure.withdraw(closure_id=shut.closure.id, by=STAFF)


async def test_a_day_off_after_release():
    """A 调休 notice comes when people have booked: the calendar is overridden, and they are treated like the rest."""
    of, weekend = await a_type(), await a_type()
    day = clock.today() + timedelta(days=2)
    override = await WorkdayOverride.create(day=day, is_workday=True, reason="测试", set_by="test")
    for one in (of, weekend):
        await schedule.create(type_id=one.id, periods=EVERY_DAY, effective_from=clock.today(), by=STAFF)
        await schedule.generate(type_id=one.id, start=day, end=day, by=STAFF)
    await special_days.add(hall_code=weekend.hall.code, day=day, kind="open", reason="假日办", by=STAFF)
    (held,) = (await booked(of, 1, await Slot.filter(type=of)))[1]
    assert await closure.for_calendar_change(day=day, reason="调休", by=STAFF) is None
    await WorkdayOverride.filter(id=override.id).update(is_workday=False)
    made = await closure.for_calendar_change(day=day, reason="国务院办公厅调休通知", by=STAFF)
    assert made
    await closure_work.work_through(closure_id=made.id)
    assert (await booking.by_id(held.id)).state == "office_cancelled"
    assert [one.offer for one in await notices(made)] == ["open"]
    assert {one.state for one in await Slot.filter(type=of)} == {"suspended"}
    assert {one.state for one in await Slot.filter(type=weekend)} == {"open"}  # 假日办 goes on
    await closure.withdraw(closure_id=made.id, by=STAFF)
    assert {one.state for one in await Slot.filter(type=of)} == {"open"}
