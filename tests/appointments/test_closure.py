"""停办: what stops at once, who gets a notice, what stays, and what comes back when the typhoon turns away."""

from datetime import datetime, timedelta

import asyncpg
import pytest

from appointments import (
    booking,
    checkin,
    closure,
    closure_jobs,
    closure_preview,
    closure_span,
    closure_work,
    day_end,
    rescheduling,
    schedule,
    tickets,
    waitlist,
)
from appointments.closure_errors import ClosureInvalid, ClosureOver
from appointments.closure_models import Closure, ClosureNotice
from appointments.closure_span import Span
from appointments.errors import HallNotFound, SlotSuspended, TooBusy, TypeNotFound
from appointments.hall_errors import HallClosedToday
from appointments.models import Appointment, ScheduleException, Slot
from catalogue.models import Hall
from foundation import clock, database
from foundation.models import AuditRow, WorkdayOverride
from tests.builders.appointments import (
    STAFF,
    a_citizen,
    a_hall,
    a_held_place,
    a_slot,
    a_type,
    amiss,
    booked_and_live,
    on_the_day,
    told,
)
from tests.builders.closures import EVERY_DAY, announced, at, booked, morning, notices, whole_day

pytestmark = pytest.mark.usefixtures("db")


async def test_counting_before_deciding_keeps_nothing():
    of = await a_type()
    closing = await morning(of, days=2)
    await morning(of, days=3)
    _, held = await booked(of, 3, closing)
    seen = await closure_preview.counts(whole_day(of))
    assert seen == closure_preview.Preview(halls=1, slots=2, free=1, bookings=3, in_hall=0, waiting=0)
    assert await Closure.all().count() == await ClosureNotice.all().count() == 0
    assert [one.code for one in await closure_preview.people(whole_day(of))] == [
        held[0].code,
        held[2].code,
        held[1].code,
    ]
    assert await Slot.filter(state="open").count() == 4


async def test_closing_stops_new_bookings_and_notices_everybody_at_once():
    shut = await announced(people=3)
    assert await Slot.filter(state="suspended", closure_id=shut.closure.id).count() == 2
    with pytest.raises(SlotSuspended):
        await booking.reserve(slot_id=shut.closing[1].id, by=await a_citizen(), key="late")
    assert [(one.state, one.offer, one.handled_at) for one in await notices(shut.closure)] == [
        ("pending", "none", None)
    ] * 3
    assert (await booking.by_id(shut.bookings[0].id)).state == "booked"
    assert await booking.reserve(slot_id=shut.later[0].id, by=await a_citizen(), key="another day")
    (deed,) = await AuditRow.filter(subject=f"closure:{shut.closure.id}")
    assert (deed.action, deed.reason, deed.detail["bookings"]) == ("closure.announced", "台风登陆", 3)


async def test_the_work_cancels_offers_and_tells_each_once():
    shut = await announced(people=3)
    for _ in range(2):
        await closure_work.work_through(closure_id=shut.closure.id)
    assert [(await booking.by_id(one.id)).state for one in shut.bookings] == ["office_cancelled"] * 3
    for n, one in enumerate(shut.people):
        offer = await shut.offer(n)
        assert offer.open
        assert offer.held
        assert offer.held.citizen_id == one.number
        assert offer.held.day == clock.today() + timedelta(days=3)
    assert [event["by_office"] for event in await told("BookingCancelled")] == [True] * 3
    assert {one["reason"] for one in await told("BookingCancelled")} == {"台风登陆"}
    deeds = await AuditRow.filter(action="booking.office_cancelled")
    assert {one.actor for one in deeds} == {str(STAFF)}  # the worker does what staff decided
    assert (await closure.find(shut.closure.id)).state == "done"
    assert [await booked_and_live(slot) for slot in shut.closing] == [(0, 0), (0, 0)]
    assert await amiss() == []


async def test_two_taps_are_one_closure():
    of = await a_type()
    await booked(of, 1, await morning(of, days=2))
    made = [await closure.announce(span=whole_day(of), reason="停电", by=STAFF) for _ in range(2)]
    assert made[0].id == made[1].id
    assert await ClosureNotice.all().count() == 1


async def test_part_of_a_day_of_one_business():
    of = await a_type()
    other = await a_type(hall=of.hall)
    slots, others = await morning(of, days=2, number=4), await morning(other, days=2, number=4)
    span = Span(hall_code=of.hall.code, starts_at=at(2, 9, 40), ends_at=at(2, 10, 30), type_id=of.id)
    await closure.announce(span=span, reason="设备检修", by=STAFF)
    for one in slots + others:
        await one.refresh_from_db()
    assert [one.state for one in slots] == ["open", "suspended", "suspended", "open"]
    assert {one.state for one in others} == {"open"}
    assert await ScheduleException.all().count() == 0


async def test_a_hall_with_those_below_it():
    top = await a_hall()
    below = await Hall.create(code="LOW", name="街道大厅", level="town", path=f"{top.path}LOW/", address="示例路 2 号")
    upper, lower, elsewhere = await a_type(hall=top), await a_type(hall=below), await a_type()
    slots = [(await morning(of, days=2, number=1))[0] for of in (upper, lower, elsewhere)]
    await closure.announce(span=whole_day(upper, subtree=True), reason="暴雨红色预警", by=STAFF)
    for one in slots:
        await one.refresh_from_db()
    assert [one.state for one in slots] == ["suspended", "suspended", "open"]
    assert await ScheduleException.filter(hall_id__in=[top.id, below.id], kind="closed").count() == 2


async def test_nothing_reopens_below_a_closure_when_slots_are_made_anew():
    of = await a_type()
    day = clock.today() + timedelta(days=2)
    await WorkdayOverride.create(day=day, is_workday=True, reason="测试", set_by="test")
    await schedule.create(type_id=of.id, periods=EVERY_DAY, effective_from=clock.today(), by=STAFF)
    span = Span(hall_code=of.hall.code, starts_at=at(2, 9, 30), ends_at=at(2, 15))
    made = await closure.announce(span=span, reason="停电", by=STAFF)
    await schedule.generate(type_id=of.id, start=day, end=day, by=STAFF)
    slots = await Slot.filter(type=of).order_by("starts_at")
    assert [(one.state, one.closure_id) for one in slots] == [("open", None), ("suspended", made.id)]  # type: ignore[attr-defined]


async def test_who_moved_or_cancelled_in_time_is_left_alone():
    shut = await announced(people=2)
    moved = await rescheduling.reschedule(
        code=shut.bookings[0].code, slot_id=shut.later[0].id, by=shut.people[0], key="move"
    )
    await booking.cancel(code=shut.bookings[1].code, by=shut.people[1])
    await closure_work.work_through(closure_id=shut.closure.id)
    assert [(one.state, one.offer) for one in await notices(shut.closure)] == [("moot", "none")] * 2
    assert (await booking.by_id(moved.id)).state == "booked"


@pytest.mark.parametrize(("send_home", "state"), [(False, "checked_in"), (True, "office_cancelled")])
async def test_who_is_in_the_hall_stays_in_line_unless_sent_home(send_home, state):
    of = await a_type()
    (slot,) = await morning(of, days=2, number=1)
    held, _, _ = await a_held_place(slot=slot)
    with on_the_day(held):
        await checkin.admit(code=held.code, hall_code=held.hall_code, by=STAFF)
        span = whole_day(of, days=0, send_home=send_home)
        seen = await closure_preview.counts(span)
        assert (seen.bookings, seen.in_hall) == ((1, 0) if send_home else (0, 1))
        made = await closure.announce(span=span, reason="台风", by=STAFF)
        await closure_work.work_through(closure_id=made.id)
    assert (await booking.by_id(held.id)).state == state
    assert len(await notices(made)) == int(send_home)


async def test_who_checked_in_meanwhile_is_told_by_the_next_closure():
    of = await a_type()
    (slot,) = await morning(of, days=2, number=1)
    held, _, _ = await a_held_place(slot=slot)
    with on_the_day(held):
        first = await closure.announce(span=whole_day(of, days=0), reason="停电", by=STAFF)
        await checkin.admit(code=held.code, hall_code=held.hall_code, by=STAFF)
        await closure_work.work_through(closure_id=first.id)
        assert [one.state for one in await notices(first)] == ["moot"]
        span = Span(hall_code=of.hall.code, starts_at=at(0, 8), ends_at=at(1, 0), send_home=True)
        second = await closure.announce(span=span, reason="台风", by=STAFF)
        await closure_work.work_through(closure_id=second.id)
    assert (await booking.by_id(held.id)).state == "office_cancelled"
    assert [one.offer for one in await notices(second)] == ["open"]


async def test_nobody_draws_a_number_while_the_hall_is_closed():
    of = await a_type()
    now = clock.now()
    span = Span(hall_code=of.hall.code, starts_at=now - timedelta(minutes=5), ends_at=now + timedelta(minutes=5))
    made = await closure.announce(span=span, reason="停电", by=STAFF)
    draws = {"hall_code": of.hall.code, "department_code": of.department.code, "by": STAFF}
    with pytest.raises(HallClosedToday):
        await tickets.walk_in(**draws)
    await closure.withdraw(closure_id=made.id, by=STAFF)
    assert await tickets.walk_in(**draws)


async def test_what_is_over_is_not_cancelled():
    of = await a_type()
    slot = await a_slot(of=of, starts_at=at(2, 9))
    held, _, _ = await a_held_place(slot=slot)
    with clock.frozen(held.ends_at + timedelta(minutes=1)):
        assert (await closure_preview.counts(whole_day(of, days=0))).bookings == 0
        made = await closure.announce(span=whole_day(of, days=0), reason="台风", by=STAFF)
    assert await notices(made) == []


async def test_a_late_worker_makes_nobody_a_no_show():
    shut = await announced(people=2)
    first, _ = await notices(shut.closure)
    await closure_work.handle(first.id)
    tomorrow = shut.bookings[0].day + timedelta(days=1)
    await day_end.close_until(tomorrow, by=STAFF)
    assert await told("VisitMissed") == []
    await closure_work.work_through(closure_id=shut.closure.id)
    assert await Appointment.filter(state="no_show").count() == 0
    assert await Appointment.filter(state="office_cancelled").count() == 2


async def test_who_waits_for_a_closed_slot_is_told():
    of = await a_type()
    (slot,) = await morning(of, days=2, number=1, capacity=1)
    await booked(of, 1, [slot])
    entry = await waitlist.join(slot_id=slot.id, by=await a_citizen())
    made = await closure.announce(span=whole_day(of), reason="台风", by=STAFF)
    await closure_work.work_through(closure_id=made.id)
    assert (await waitlist.by_id(entry.id)).closed_why == "closure"
    assert [event["why"] for event in await told("WaitlistClosed")] == ["closure"]
    assert waitlist.WHY["closure"]


async def test_an_offer_from_the_waitlist_is_made_good_too():
    of = await a_type()
    (slot,) = await morning(of, days=2, number=1, capacity=1)
    (holder,), (held,) = await booked(of, 1, [slot])
    waiter = await a_citizen()
    entry = await waitlist.join(slot_id=slot.id, by=waiter)
    await booking.cancel(code=held.code, by=holder)
    made = await closure.announce(span=whole_day(of), reason="台风", by=STAFF)
    await closure_work.work_through(closure_id=made.id)
    assert (await waitlist.by_id(entry.id)).state == "closed"
    assert [one.offer for one in await notices(made)] == ["open"]
    assert await amiss() == []


async def test_what_cannot_be_closed():
    of, pool = await a_type(), await a_type()
    member = await a_type(hall=pool.hall, pool=pool)
    faults = []
    for span, more in (
        (Span(hall_code=of.hall.code, starts_at=at(2, 9), ends_at=at(2, 9)), {}),
        (Span(hall_code=of.hall.code, starts_at=at(-2, 0), ends_at=at(-1, 0)), {}),
        (Span(hall_code=of.hall.code, starts_at=at(2, 0), ends_at=at(40, 0)), {}),
        (whole_day(of), {"reason": " "}),
        (whole_day(of), {"note": "长" * 101}),
        (whole_day(of), {"offer_days": 0}),
        (whole_day(of, subtree=True, type_id=of.id), {}),
        (whole_day(pool, type_id=member.id), {}),
    ):
        with pytest.raises(ClosureInvalid) as refused:
            await closure.announce(span=span, by=STAFF, **{"reason": "台风", **more})
        faults += refused.value.detail
    assert len(set(faults)) == 8
    with pytest.raises(HallNotFound):
        await closure.announce(span=Span(hall_code="NO", starts_at=at(2, 0), ends_at=at(3, 0)), reason="台风", by=STAFF)
    with pytest.raises(TypeNotFound):
        await closure.announce(span=whole_day(of, type_id=pool.id), reason="台风", by=STAFF)
    with pytest.raises(ClosureInvalid):
        await closure.for_calendar_change(day=clock.today() - timedelta(days=2), reason="调休", by=STAFF)
    assert await Closure.all().count() == 0


async def test_waiting_too_long_for_the_slots_closes_nothing(monkeypatch):
    of = await a_type()
    await morning(of, days=2)

    async def waited(*_, **__):
        raise asyncpg.LockNotAvailableError("canceling statement due to lock timeout")

    monkeypatch.setattr(closure_span, "stop", waited)
    with pytest.raises(TooBusy):
        await closure.announce(span=whole_day(of), reason="台风", by=STAFF)
    assert await Closure.all().count() == await ScheduleException.all().count() == 0


async def test_one_persons_fault_stops_no_other(monkeypatch):
    shut = await announced(people=3)
    handle, (first, *_) = closure_work.handle, await notices(shut.closure)

    async def fails_once(notice_id):
        if notice_id == first.id:
            raise RuntimeError
        return await handle(notice_id)

    with monkeypatch.context() as patch:
        patch.setattr(closure_work, "handle", fails_once)
        await closure_work.work_through(closure_id=shut.closure.id)
    assert (await closure.find(shut.closure.id)).state == "running"
    assert await closure_work.unfinished() == [shut.closure.id]
    await closure_jobs.finish_closures()
    assert (await closure.find(shut.closure.id)).state == "done"
    assert len(await told("BookingCancelled")) == 3


def test_whole_days_are_those_from_midnight_to_midnight():
    def days(start, end):
        return [one.isoformat()[-2:] for one in Span(hall_code="H", starts_at=start, ends_at=end).whole_days]

    def day(number, hour=0, minute=0):
        return datetime(2026, 7, number, hour, minute, tzinfo=clock.SHANGHAI)

    assert days(day(1), day(2)) == ["01"]
    assert days(day(1, 0, 1), day(3)) == ["02"]
    assert days(day(1), day(3, 12)) == ["01", "02"]
    assert days(day(1, 9), day(1, 12)) == []
    assert closure_span.LONGEST >= timedelta(days=7)


async def test_bookings_the_plan_gave_up_are_made_good_alike():
    of = await a_type()
    _, held = await booked(of, 2, await morning(of, days=2, number=1))
    await morning(of, days=3)
    async with database.transaction():
        for one in held:
            await booking.withdraw(one.id, by=STAFF, reason="窗口减少")
        made = await closure.for_cancelled([one.id for one in held], reason="窗口减少", by=STAFF)
    for _ in range(2):
        await closure_work.work_through(closure_id=made.id)
    assert [one.offer for one in await notices(made)] == ["open", "open"]
    assert len(await told("BookingCancelled")) == len(await told("RebookOffered")) == 2
    assert await Slot.filter(state="suspended").count() == 0
    with pytest.raises(ClosureOver):
        await closure.withdraw(closure_id=made.id, by=STAFF)
    with pytest.raises(ClosureInvalid):
        async with database.transaction():
            await closure.for_cancelled([], reason="窗口减少", by=STAFF)
    assert await amiss() == []


async def test_a_long_business_is_closed_with_any_of_its_slots():
    of = await a_type()
    first, second = await morning(of, days=2)
    held, _, _ = await a_held_place(slot=first)
    await database.execute("insert into further_slot (appointment_id, slot_id) values ($1, $2)", held.id, second.id)
    span = Span(hall_code=of.hall.code, starts_at=at(2, 9, 30), ends_at=at(2, 10))
    assert (await closure_preview.counts(span)).bookings == 1
    made = await closure.announce(span=span, reason="停电", by=STAFF)
    assert [one.appointment_id for one in await notices(made)] == [held.id]  # type: ignore[attr-defined]
