"""Planning against people who book at the same moment. Each lock has a control that goes wrong without it."""

import asyncio

import pytest

from appointments import booking, capacity, difference, proposal, schedule, share_back
from appointments.changes import NewSpecialDay, NewTimetable, Places
from appointments.choices import Choice
from appointments.errors import SlotFull, SlotSuspended
from appointments.models import Appointment, Slot
from appointments.planning_errors import AlreadyApplied, PreviewAgain
from appointments.special_days import Special
from foundation import database
from tests.builders.appointments import STAFF, a_citizen, amiss, booked_and_live, citizens
from tests.builders.locks import until_somebody_waits
from tests.builders.planning import a_planned_type, periods, slots_on, workday

pytestmark = pytest.mark.usefixtures("db")

CANCEL = Choice("cancel")


async def closed(of, day) -> NewSpecialDay:
    return NewSpecialDay(special=Special(hall_code=(await of.hall).code, day=day, kind="closed", reason="停电检修"))


async def against_one_in_flight(slot, second):
    """A reservation holds the slot, `second` begins and waits for it, then the reservation commits."""
    citizen, started = await a_citizen(), asyncio.Event()

    async def in_flight():
        async with database.transaction():
            await booking.reserve(slot_id=slot.id, by=citizen, key="in flight")
            started.set()
            await until_somebody_waits(other)

    async def behind():
        await started.wait()
        return await second()

    other = asyncio.create_task(behind())
    _, outcome = await asyncio.gather(in_flight(), other, return_exceptions=True)
    return citizen, outcome


async def test_two_runs_of_the_generator_make_each_slot_once():
    of, day = await a_planned_type(), await workday(5)
    runs = [schedule.generate(type_id=of.id, start=day, end=day, by=STAFF) for _ in range(6)]
    done = await asyncio.gather(*runs)
    assert sorted(one.added for one in done) == [0, 0, 0, 0, 0, 4]
    assert len(await slots_on(of, day)) == 4


async def test_control_without_the_types_lock_only_the_database_keeps_them_apart():
    """Both believe they added; the unique key has the last word."""
    of, day = await a_planned_type(), await workday(5)
    looked = asyncio.Barrier(2)
    real = difference.there

    async def together(*args, **kwargs):
        found = await real(*args, **kwargs)
        await looked.wait()
        return found

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("appointments.schedule.LOCK_TYPE", "select $1::bigint")
        patch.setattr("appointments.difference.there", together)
        runs = [schedule.generate(type_id=of.id, start=day, end=day, by=STAFF) for _ in range(2)]
        done = await asyncio.gather(*runs)
    assert [one.added for one in done] == [4, 4]
    assert len(await slots_on(of, day)) == 4


async def test_a_reservation_in_flight_is_seen_before_anything_is_applied():
    of, day = await a_planned_type(), await workday()
    (slot, *_) = await slots_on(of, day)
    shown = await proposal.propose(await closed(of, day), by=STAFF)
    citizen, outcome = await against_one_in_flight(slot, lambda: proposal.apply(proposal_id=shown.id, by=STAFF))
    assert isinstance(outcome, PreviewAgain)
    await slot.refresh_from_db()
    assert slot.state == "open"
    assert await Appointment.filter(citizen_id=citizen.number, state="booked").exists()


async def test_control_without_the_slots_locks_somebody_is_stranded_in_silence():
    of, day = await a_planned_type(), await workday()
    (slot, *_) = await slots_on(of, day)
    shown = await proposal.propose(await closed(of, day), by=STAFF)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("appointments.proposal.LOCK_SLOTS", "select $1::bigint[], $2::date, $3::date, $4::timestamptz[]")
        # withdrawn, as a slot with a record would be: it cannot be deleted under the one who books
        await database.execute(
            "insert into cooling_place (slot_id, back_at, created_at) values ($1, now(), now())", slot.id
        )
        citizen, outcome = await against_one_in_flight(slot, lambda: proposal.apply(proposal_id=shown.id, by=STAFF))
    assert isinstance(outcome, proposal.Applied)
    await slot.refresh_from_db()
    assert slot.state == "withdrawn"
    assert await Appointment.filter(citizen_id=citizen.number, slot_id=slot.id, state="booked").exists()


async def test_who_books_while_it_is_applied_is_refused():
    of, day = await a_planned_type(), await workday()
    (slot, *_) = await slots_on(of, day)
    shown = await proposal.propose(await closed(of, day), by=STAFF)
    crowd = await citizens(12)
    outcomes = await asyncio.gather(
        *(booking.reserve(slot_id=slot.id, by=one, key="rush") for one in crowd[:6]),
        proposal.apply(proposal_id=shown.id, otherwise=CANCEL, reason="停电检修", by=STAFF),
        *(booking.reserve(slot_id=slot.id, by=one, key="rush") for one in crowd[6:]),
        return_exceptions=True,
    )
    applied = [one for one in outcomes if isinstance(one, proposal.Applied)]
    live = await Appointment.filter(slot_id=slot.id, state="booked").count()
    assert not (applied and live), outcomes  # applied: nobody was let in; refused: everybody is where they booked
    assert await amiss() == []


async def test_two_apply_the_same_proposal_and_it_is_done_once():
    of, day = await a_planned_type(), await workday()
    change = NewTimetable(type_id=of.id, effective_from=day, periods=periods(windows=5))
    shown = await proposal.propose(change, by=STAFF)
    outcomes = await asyncio.gather(
        *(proposal.apply(proposal_id=shown.id, by=STAFF) for _ in range(4)), return_exceptions=True
    )
    assert sum(isinstance(one, proposal.Applied) for one in outcomes) == 1
    assert sum(isinstance(one, AlreadyApplied) for one in outcomes) == 3


async def test_a_cut_and_a_rush_never_overfill_in_silence():
    of, day = await a_planned_type(periods(windows=5)), await workday()
    (slot, *_) = await slots_on(of, day)
    shown = await proposal.propose(Places(slot_id=slot.id, to=2), by=STAFF)
    crowd = await citizens(8)
    outcomes = await asyncio.gather(
        *(booking.reserve(slot_id=slot.id, by=one, key="rush") for one in crowd),
        proposal.apply(proposal_id=shown.id, by=STAFF),
        return_exceptions=True,
    )
    unexpected = [one for one in outcomes if not isinstance(
        one, booking.Booking | SlotFull | SlotSuspended | PreviewAgain | proposal.Applied)]  # fmt: skip
    assert unexpected == []
    await slot.refresh_from_db()
    counter, live = await booked_and_live(slot)
    assert counter == live <= (2 if isinstance(outcomes[-1], proposal.Applied) else 5)
    assert slot.over == 0


async def test_a_cut_behind_a_reservation_is_shown_again():
    of, day = await a_planned_type(periods(windows=1)), await workday()
    (slot, *_) = await slots_on(of, day)
    shown = await proposal.propose(Places(slot_id=slot.id, to=0), by=STAFF)
    _, outcome = await against_one_in_flight(slot, lambda: proposal.apply(proposal_id=shown.id, by=STAFF))
    assert isinstance(outcome, PreviewAgain)
    await slot.refresh_from_db()
    assert (slot.capacity, slot.booked, slot.over) == (1, 1, 0)


async def test_shares_go_back_once_however_often_they_are_asked():
    shared = periods(ends="09:30", windows=10, online_percent=50, priority_percent=50)
    of, day = await a_planned_type(shared), await workday()
    moved = await asyncio.gather(*(share_back.give_back(type_id=of.id, day=day, by=STAFF) for _ in range(6)))
    assert sorted(moved) == [0, 0, 0, 0, 0, 5]
    assert sum(one.capacity for one in await slots_on(of, day)) == 10


async def test_control_without_the_lock_a_place_would_be_given_twice():
    shared = periods(ends="09:30", windows=10, online_percent=50, priority_percent=50)
    of, day = await a_planned_type(shared), await workday()
    looked, real = asyncio.Barrier(2), share_back._move

    async def together(row):
        await looked.wait()
        await real(row)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("appointments.share_back.LOCK_DAY", "select $1::bigint, $2::date")
        patch.setattr("appointments.share_back._move", together)
        outcomes = await asyncio.gather(
            *(share_back.give_back(type_id=of.id, day=day, by=STAFF) for _ in range(2)), return_exceptions=True
        )
    assert any(isinstance(one, Exception) for one in outcomes)  # the CHECK on the places has the last word


async def test_a_priority_place_taken_while_shares_go_back_is_counted_once():
    shared = periods(ends="09:30", windows=4, online_percent=50, priority_percent=50)
    of, day = await a_planned_type(shared), await workday()
    priority = next(one for one in await slots_on(of, day) if one.share == "priority")

    async def taken():
        async with database.transaction() as tx:
            await tx.execute("update slot set booked = booked + 1 where id = $1", priority.id)
            started.set()
            await until_somebody_waits(other)

    async def behind():
        await started.wait()
        return await share_back.give_back(type_id=of.id, day=day, by=STAFF)

    started = asyncio.Event()
    other = asyncio.create_task(behind())
    _, moved = await asyncio.gather(taken(), other)
    assert moved == 1
    await priority.refresh_from_db()
    assert (priority.capacity, priority.booked) == (1, 1)
    assert sum(one.capacity for one in await slots_on(of, day)) == 4


async def test_a_raise_and_a_rush():
    of, day = await a_planned_type(periods(windows=1)), await workday()
    (slot, *_) = await slots_on(of, day)
    crowd = await citizens(8)
    outcomes = await asyncio.gather(
        *(booking.reserve(slot_id=slot.id, by=one, key="rush") for one in crowd),
        capacity.add_places(slot_id=slot.id, to=3, by=STAFF),
        return_exceptions=True,
    )
    booked = sum(isinstance(one, booking.Booking) for one in outcomes)
    assert 1 <= booked <= 3
    assert await booked_and_live(await Slot.get(id=slot.id)) == (booked, booked)
