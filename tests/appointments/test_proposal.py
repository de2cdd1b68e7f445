"""Changes are shown first, and applied as shown: to every person what somebody decided."""

from datetime import date, datetime, timedelta

import pytest

from appointments import affected, booking, closure_work, proposal, rebooking, schedule, special_days, waitlist
from appointments.changes import NewSpecialDay, NewTimetable, Places, SpecialDayOff, Workday
from appointments.choices import Choice
from appointments.closure_models import Closure
from appointments.errors import ExceptionNotFound, ReasonNeeded, SlotFull, SlotSuspended
from appointments.jobs import forget_old_proposals
from appointments.models import Appointment, Schedule, ScheduleException, Slot
from appointments.planning_errors import (
    AlreadyApplied,
    CannotMove,
    ChoiceMissing,
    PreviewAgain,
    ProposalNotFound,
    ProposalOver,
)
from appointments.proposal_models import Proposal
from appointments.special_days import Special
from appointments.timetable import clock_time
from foundation import clock
from foundation.models import AuditRow, WorkdayOverride
from tests.builders.appointments import STAFF, a_citizen, a_hall, a_held_place, amiss, citizens, told
from tests.builders.planning import a_planned_type, periods, slots_on, workday

pytestmark = pytest.mark.usefixtures("db")

KEEP, MOVE, CANCEL = Choice("keep"), Choice("move"), Choice("cancel")


async def closed(of, day: date) -> NewSpecialDay:
    hall = await of.hall
    return NewSpecialDay(special=Special(hall_code=hall.code, day=day, kind="closed", reason="停电检修"))


async def propose(change):
    return await proposal.propose(change, by=STAFF)


async def apply(shown, **how):
    return await proposal.apply(proposal_id=shown.id, by=STAFF, **how)


async def test_a_proposal_does_nothing():
    of, day = await a_planned_type(), await workday()
    held, _, _ = await a_held_place(slot=(await slots_on(of, day))[0])
    shown = await propose(await closed(of, day))
    assert shown.body["totals"] == {"removed": 4}
    assert shown.body["places"] == -8
    assert [(one["code"], one["name"], one["why"]) for one in shown.body["persons"]] == [(held.code, "张*", "removed")]
    assert len(shown.body["slots"]) == 4
    assert not await ScheduleException.exists()
    assert {one.state for one in await slots_on(of, day)} == {"open"}
    assert not await AuditRow.filter(action="schedule_exception.added").exists()


async def test_it_is_applied_once_as_it_was_shown():
    of, day = await a_planned_type(), await workday()
    shown = await propose(await closed(of, day))
    assert (await apply(shown)).slots == 4
    assert not await slots_on(of, day)
    with pytest.raises(AlreadyApplied):
        await apply(shown)
    (row,) = await AuditRow.filter(action="proposal.applied")
    assert row.actor == str(STAFF)
    assert await ScheduleException.all().count() == 1


async def test_nobody_is_decided_about_in_silence():
    of, day = await a_planned_type(), await workday()
    held, _, slot = await a_held_place(slot=(await slots_on(of, day))[0])
    shown = await propose(await closed(of, day))
    with pytest.raises(ChoiceMissing) as no:
        await apply(shown)
    assert held.code in no.value.detail[0]
    with pytest.raises(ReasonNeeded):
        await apply(shown, otherwise=CANCEL)
    await slot.refresh_from_db()
    assert slot.state == "open"


async def test_each_is_kept_moved_or_cancelled():
    of, day = await a_planned_type(), await workday()
    first, second, third, _ = await slots_on(of, day)
    kept, _, _ = await a_held_place(slot=first)
    moved, _, _ = await a_held_place(slot=second)
    cancelled, _, _ = await a_held_place(slot=third)
    shown = await propose(await closed(of, day))
    done = await apply(shown, choices={kept.id: KEEP, moved.id: MOVE}, otherwise=CANCEL, reason="停电检修")
    assert (done.kept, done.moved, done.cancelled) == (1, 1, 1)
    states = {row.id: row.state for row in await Appointment.all()}
    assert (states[kept.id], states[moved.id], states[cancelled.id]) == ("booked", "rescheduled", "office_cancelled")
    (new,) = await Appointment.filter(citizen_id=moved.citizen_id, state="booked").select_related("slot")
    assert (new.type_id, new.day != day, new.slot.state) == (of.id, True, "open")
    (event,) = await told("BookingRescheduled")
    assert (event["from_id"], event["by_office"]) == (moved.id, True)
    (notice,) = await told("BookingCancelled")
    assert (notice["appointment_id"], notice["reason"]) == (cancelled.id, "停电检修")
    with pytest.raises(SlotSuspended):
        await booking.reserve(slot_id=first.id, by=await a_citizen(), key="late")
    assert await amiss() == []


async def test_who_moves_goes_to_the_nearest_free_time_each_to_another_place():
    of, day = await a_planned_type(periods(windows=1)), await workday()
    first, second, _, _ = await slots_on(of, day)
    held = [(await a_held_place(slot=one))[0] for one in (first, second)]
    later = periods("10:00", "12:00", windows=1)
    shown = await propose(NewTimetable(type_id=of.id, effective_from=day, periods=later))
    suggested = [one["suggested"]["starts_at"] for one in shown.body["persons"]]
    assert len(set(suggested)) == 2
    await apply(shown, otherwise=MOVE, reason="排班调整")
    new = await Appointment.filter(citizen_id__in=[one.citizen_id for one in held], state="booked").select_related(
        "slot"
    )
    assert {one.slot.starts_at.isoformat() for one in new} == set(suggested)
    assert await amiss() == []


async def test_a_person_may_be_moved_to_a_slot_that_the_change_makes():
    of, day = await a_planned_type(periods(windows=1)), await workday()
    (first, *_), evening = await slots_on(of, day), periods("18:00", "19:00", windows=1)
    held, _, _ = await a_held_place(slot=first)
    shown = await propose(NewTimetable(type_id=of.id, effective_from=day, periods=evening))
    target = next(one for one in shown.body["persons"][0]["options"] if one["starts_at"].startswith(f"{day}T10:00"))
    chosen = Choice("move", datetime.fromisoformat(target["starts_at"]), target["share"])
    await apply(shown, choices={held.id: chosen}, reason="改为夜间办理")
    (new,) = await Appointment.filter(citizen_id=held.citizen_id, state="booked").select_related("slot")
    assert new.slot.starts_at.isoformat() == target["starts_at"]


async def test_a_cut_below_booked_keeps_the_first_and_asks_for_the_last():
    of, day = await a_planned_type(periods(windows=3)), await workday()
    (slot, *_) = await slots_on(of, day)
    held = [await booking.reserve(slot_id=slot.id, by=one, key="cut") for one in await citizens(3)]
    shown = await propose(Places(slot_id=slot.id, to=1))
    assert [one["id"] for one in shown.body["persons"]] == [held[1].id, held[2].id]
    assert {one["why"] for one in shown.body["persons"]} == {"over"}
    await apply(shown, otherwise=KEEP)
    await slot.refresh_from_db()
    assert (slot.capacity, slot.booked, slot.over) == (1, 3, 2)
    with pytest.raises(SlotFull):
        await booking.reserve(slot_id=slot.id, by=await a_citizen(), key="late")
    await booking.cancel(code=held[0].code, by=STAFF, reason="本人来电")
    await slot.refresh_from_db()
    assert (slot.booked, slot.over) == (2, 1)


async def test_a_cut_survives_the_night():
    of, day = await a_planned_type(), await workday()
    (slot, *_) = await slots_on(of, day)
    await apply(await propose(Places(slot_id=slot.id, to=1)))
    assert (await schedule.generate(type_id=of.id, start=day, end=day, by=STAFF)).nothing
    more = NewTimetable(type_id=of.id, effective_from=day, periods=periods(windows=5))
    await apply(await propose(more))
    await slot.refresh_from_db()
    assert (slot.capacity, slot.extra) == (4, -1)  # one fewer than usual, whatever is usual


async def test_raised_places_go_to_the_waiters_first():
    of, day = await a_planned_type(periods(windows=1)), await workday()
    (slot, *_) = await slots_on(of, day)
    await a_held_place(slot=slot)
    waiter = await a_citizen()
    await waitlist.join(slot_id=slot.id, by=waiter)
    await apply(await propose(Places(slot_id=slot.id, to=2)))
    assert await Appointment.filter(citizen_id=waiter.number, state="held", slot_id=slot.id).exists()
    with pytest.raises(SlotFull):
        await booking.reserve(slot_id=slot.id, by=await a_citizen(), key="late")


@pytest.mark.parametrize("by_whom", ["another", "the same leaves"])
async def test_other_people_than_shown_are_not_touched(by_whom):
    of, day = await a_planned_type(), await workday()
    (first, *_) = await slots_on(of, day)
    held, citizen, _ = await a_held_place(slot=first)
    shown = await propose(await closed(of, day))
    if by_whom == "another":
        await booking.reserve(slot_id=first.id, by=await a_citizen(), key="meanwhile")
    else:
        await booking.cancel(code=held.code, by=citizen)
    with pytest.raises(PreviewAgain, match="请重新预览"):
        await apply(shown, otherwise=CANCEL, reason="停电检修")
    assert not await ScheduleException.exists()
    assert {one.state for one in await slots_on(of, day)} == {"open"}
    assert not await told("BookingCancelled") if by_whom == "another" else True
    await apply(await propose(await closed(of, day)), otherwise=CANCEL, reason="停电检修")


async def test_a_booking_beside_the_change_is_no_matter():
    of, day = await a_planned_type(), await workday()
    shown = await propose(NewTimetable(type_id=of.id, effective_from=day, periods=periods(windows=5)))
    await a_held_place(slot=(await slots_on(of, day))[0])
    await apply(shown)
    assert {one.capacity for one in await slots_on(of, day)} == {5}


async def test_half_an_hour_later_it_is_over():
    of, day = await a_planned_type(), await workday()
    shown = await propose(await closed(of, day))
    with clock.shifted(timedelta(minutes=31)), pytest.raises(ProposalOver):
        await apply(shown)
    with pytest.raises(ProposalNotFound):
        await proposal.apply(proposal_id=404, by=STAFF)


async def test_nowhere_to_go_is_said_before_anything_is_done():
    of, day = await a_planned_type(periods(windows=1), days=1), await workday(1)
    held, _, _ = await a_held_place(slot=(await slots_on(of, day))[0])
    await Slot.filter(type_id=of.id).exclude(id=held.slot_id).update(state="suspended")
    shown = await propose(await closed(of, day))
    assert shown.body["persons"][0]["suggested"] is None
    with pytest.raises(CannotMove):
        await apply(shown, otherwise=MOVE, reason="停电检修")
    assert not await ScheduleException.exists()


async def test_a_place_taken_meanwhile_undoes_the_whole():
    of, day = await a_planned_type(periods(windows=1)), await workday()
    first, second, third, fourth = await slots_on(of, day)
    moving, _, _ = await a_held_place(slot=second)
    staying, _, _ = await a_held_place(slot=first)
    later = periods("10:00", "11:00", windows=1)
    shown = await propose(NewTimetable(type_id=of.id, effective_from=day, periods=later))
    assert [one["suggested"]["starts_at"] for one in shown.body["persons"]] == [
        third.starts_at.isoformat(), fourth.starts_at.isoformat()
    ]  # fmt: skip
    await booking.reserve(slot_id=fourth.id, by=await a_citizen(), key="faster")
    with pytest.raises(CannotMove):
        await apply(shown, choices={moving.id: MOVE, staying.id: KEEP}, reason="排班调整")
    assert await Schedule.all().count() == 1
    assert (await Appointment.get(id=moving.id)).state == "booked"


async def test_a_declared_day_off_reaches_every_hall():
    day = await workday()
    ours, theirs = await a_planned_type(), await a_planned_type(hall=await a_hall())
    held, _, _ = await a_held_place(slot=(await slots_on(theirs, day))[0])
    shown = await propose(Workday(day=day, is_workday=False, reason="全市停工"))
    assert shown.hall_id is None
    assert shown.body["totals"] == {"removed": 8}
    await apply(shown, otherwise=CANCEL, reason="全市停工")
    assert (await WorkdayOverride.get(day=day)).is_workday is False
    assert not await slots_on(ours, day)
    assert (await Appointment.get(id=held.id)).state == "office_cancelled"
    again = await propose(Workday(day=day, is_workday=None, reason="通知撤回"))
    assert again.body["totals"] == {"added": 7, "changed": 1}  # the slot with a history comes back


async def test_who_is_cancelled_by_a_change_is_offered_another_place():
    of, day = await a_planned_type(), await workday()
    held, _, _ = await a_held_place(slot=(await slots_on(of, day))[0])
    shown = await propose(Workday(day=day, is_workday=False, reason="全市停工"))
    await apply(shown, otherwise=CANCEL, reason="全市停工")
    (made,) = await Closure.all()
    await closure_work.work_through(closure_id=made.id)
    offer = await rebooking.after(held.id)
    assert offer
    assert offer.held
    assert (offer.offer, offer.held.day != day) == ("open", True)
    assert await amiss() == []


async def test_an_exceptional_day_is_taken_back():
    of, day = await a_planned_type(), await workday()
    await apply(await propose(await closed(of, day)))
    (one,) = await ScheduleException.all()
    shown = await propose(SpecialDayOff(exception_id=one.id))
    assert shown.body["totals"] == {"added": 4}
    await apply(shown)
    assert len(await slots_on(of, day)) == 4
    with pytest.raises(ExceptionNotFound):
        await propose(SpecialDayOff(exception_id=one.id))
    assert not await special_days.coming(hall_code=(await of.hall).code)


async def test_what_was_shown_is_forgotten_in_time():
    of, day = await a_planned_type(), await workday()
    held, _, _ = await a_held_place(slot=(await slots_on(of, day))[0])
    await propose(Places(slot_id=held.slot_id, to=7))
    shown = await propose(await closed(of, day))
    await apply(shown, otherwise=KEEP)
    with clock.shifted(timedelta(days=2)):
        await forget_old_proposals()
        assert [one.id for one in await Proposal.all()] == [shown.id]
        assert (await proposal.find(shown.id)).body["persons"]
    with clock.shifted(timedelta(days=31)):
        await forget_old_proposals()
        assert (await proposal.find(shown.id)).body["persons"] == []


async def test_a_notice_after_the_release_is_not_followed_in_silence():
    """The published calendar changes under us: the night stops the slots; who is in them is listed, not cancelled."""
    of, day = await a_planned_type(), await workday()
    held, _, _ = await a_held_place(slot=(await slots_on(of, day))[0])
    await WorkdayOverride.create(day=day, is_workday=False, reason="临时放假通知", set_by="system:calendar")
    done = await schedule.generate(type_id=of.id, start=day, end=day, by=STAFF)
    assert (done.removed, done.withdrawn, done.orphaned) == (3, 1, (held.slot_id,))
    (left,) = await affected.left_over(hall_code=(await of.hall).code)
    assert (left.id, left.why, left.state) == (held.id, "removed", "booked")
    assert (await schedule.generate(type_id=of.id, start=day, end=day, by=STAFF)).nothing


async def test_a_change_at_noon_leaves_the_morning():
    """Of the day itself only what has not begun follows; an overlapping new plan makes no slot twice."""
    of, day = await a_planned_type(periods("09:00", "15:00", slot_minutes=60, windows=2)), await workday()
    held, _, _ = await a_held_place(slot=(await slots_on(of, day))[1])
    with clock.frozen(clock_time(day, "11:30")):
        later = NewTimetable(type_id=of.id, effective_from=day, periods=periods("10:30", "15:00", windows=5))
        shown = await propose(later)
        assert shown.body["persons"] == []  # the visit at ten has begun
        await apply(shown)
        there = [(f"{clock.shanghai(one.starts_at):%H:%M}", one.capacity) for one in await slots_on(of, day)]
    assert there[:3] == [("09:00", 2), ("10:00", 2), ("11:00", 2)]
    assert there[3:] == [(f"{hour}:{minute}", 5) for hour in (12, 13, 14) for minute in ("00", "30")]
    assert (await Appointment.get(id=held.id)).state == "booked"
