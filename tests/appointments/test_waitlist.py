from datetime import UTC, datetime, timedelta

import pytest

from appointments import booking, capacity, jobs, limits, passing_on, queue_end, suspension, waiting_rules, waitlist
from appointments.errors import (
    AlreadyBookedThatDay,
    AlreadyWaiting,
    CannotLeave,
    CapacityInvalid,
    OfferOver,
    SlotClosed,
    SlotFull,
    StillFree,
    TooManyBookings,
    TooManyWaits,
    WaitlistOff,
    WaitNotFound,
)
from appointments.models import Appointment, AppointmentType, Slot
from appointments.waiting_models import WaitlistEntry
from foundation import clock, database, personal_data
from identity.errors import RealNameNeeded
from identity.events import CitizensMerged
from tests.builders.appointments import (
    STAFF,
    a_citizen,
    a_full_slot,
    a_held_place,
    a_slot,
    a_type,
    booked_and_live,
    deadline_passes,
    free_places_and_waiters,
    slots_of_one_day,
    told,
)

pytestmark = pytest.mark.usefixtures("db")


async def test_only_a_full_slot_has_a_queue():
    slot, citizen = await a_slot(), await a_citizen()
    with pytest.raises(StillFree):
        await waitlist.join(slot_id=slot.id, by=citizen)
    await a_held_place(slot=slot)
    mine = await waitlist.join(slot_id=slot.id, by=citizen)
    assert (mine.state, mine.place, mine.slot_id) == ("waiting", 1, slot.id)
    assert (await waitlist.join(slot_id=slot.id, by=citizen)).id == mine.id
    other = await waitlist.join(slot_id=slot.id, by=await a_citizen())
    assert other.place == 2
    assert await waitlist.waiting_for([slot.id]) == {slot.id: 2}


async def test_who_may_not_book_may_not_wait():
    slot, holder, _ = await a_full_slot()
    with pytest.raises(AlreadyBookedThatDay):
        await waitlist.join(slot_id=slot.id, by=holder)
    with pytest.raises(RealNameNeeded):
        await waitlist.join(slot_id=slot.id, by=await a_citizen(verified=False))
    over, _, _ = await a_full_slot()
    await Slot.filter(id=over.id).update(close_at=clock.now())
    with pytest.raises(SlotClosed):
        await waitlist.join(slot_id=over.id, by=await a_citizen())


async def test_one_queue_per_business_and_day_and_few_in_all():
    of, citizen = await a_type(), await a_citizen()
    for slot in (several := await slots_of_one_day(2, of=of)):
        await a_held_place(slot=slot)
    await waitlist.join(slot_id=several[0].id, by=citizen)
    with pytest.raises(AlreadyWaiting):
        await waitlist.join(slot_id=several[1].id, by=citizen)
    for _ in range(waitlist.MOST - 1):
        await waitlist.join(slot_id=(await a_full_slot())[0].id, by=citizen)
    with pytest.raises(TooManyWaits):
        await waitlist.join(slot_id=(await a_full_slot())[0].id, by=citizen)


async def test_a_cancelled_place_is_offered_to_the_first_in_the_same_moment():
    slot, holder, held = await a_full_slot()
    first, second = await a_citizen(), await a_citizen()
    mine, theirs = await waitlist.join(slot_id=slot.id, by=first), await waitlist.join(slot_id=slot.id, by=second)
    await booking.cancel(code=held.code, by=holder)
    offered = await waitlist.find(code=mine.code, for_=first)
    assert (offered.state, offered.place, offered.booking_code) == ("offered", None, None)
    assert clock.now() < offered.offer_until <= offered.starts_at
    assert (await waitlist.find(code=theirs.code, for_=second)).place == 1
    assert await booked_and_live(slot) == (1, 1)
    with pytest.raises(SlotFull):
        await booking.reserve(slot_id=slot.id, by=await a_citizen(), key="past the queue")
    (event,) = await told("WaitlistOffered")
    assert (event["entry_id"], event["citizen_id"]) == (mine.id, first.number)
    assert await booking.of(first) == []
    assert await booking.upcoming(first) is None


async def test_accepting_makes_a_booking_once():
    _, citizen, entry = await an_offer()
    booked = await waitlist.accept(code=entry.code, by=citizen)
    assert booked.state == "booked"
    assert (await waitlist.accept(code=entry.code, by=citizen)).id == booked.id
    assert [one.id for one in await booking.of(citizen)] == [booked.id]
    assert (await waitlist.find(code=entry.code, for_=citizen)).booking_code == booked.code
    assert [event["appointment_id"] for event in await told("BookingConfirmed")][-1] == booked.id
    with pytest.raises(OfferOver):
        await waitlist.decline(code=entry.code, by=citizen)
    with pytest.raises(CannotLeave):
        await waitlist.leave(code=entry.code, by=citizen)


async def an_offer(waiters: int = 1):
    """A slot whose only place is offered to the first of `waiters`: slot, the first, the first's entry."""
    slot, holder, held = await a_full_slot()
    people = [await a_citizen() for _ in range(waiters)]
    entries = [await waitlist.join(slot_id=slot.id, by=one) for one in people]
    await booking.cancel(code=held.code, by=holder)
    return slot, people[0], entries[0]


@pytest.mark.parametrize("no", [waitlist.decline, waitlist.leave])
async def test_no_thanks_goes_to_the_next(no):
    slot, citizen, entry = await an_offer(waiters=2)
    for _ in range(2):
        assert (await no(code=entry.code, by=citizen)).state == "declined"
    assert await WaitlistEntry.filter(slot_id=slot.id, state="offered").count() == 1
    assert await booked_and_live(slot) == (1, 1)
    with pytest.raises(OfferOver):
        await waitlist.accept(code=entry.code, by=citizen)


async def test_an_offer_lapses_and_goes_to_the_next_and_at_last_to_everybody():
    slot, citizen, entry = await an_offer(waiters=2)
    assert await queue_end.lapse_offers() == 0
    await deadline_passes(slot)
    with pytest.raises(OfferOver):
        await waitlist.accept(code=entry.code, by=citizen)
    assert await queue_end.lapse_offers() == 1
    assert (await waitlist.find(code=entry.code, for_=citizen)).state == "lapsed"
    assert await WaitlistEntry.filter(slot_id=slot.id, state="offered").count() == 1
    await deadline_passes(slot)
    await jobs.pass_places_on()
    assert await booked_and_live(slot) == (0, 0)
    assert [one["why"] for one in await told("WaitlistClosed")] == ["lapsed", "lapsed"]


async def test_an_offer_counts_as_live():
    _, citizen, entry = await an_offer()
    offered = await Appointment.get(id=(await waitlist.find(code=entry.code, for_=citizen)).appointment_id)
    (another,) = await slots_of_one_day(1, of=await AppointmentType.get(id=offered.type_id))
    with pytest.raises(AlreadyBookedThatDay):
        await booking.reserve(slot_id=another.id, by=citizen, key="beside the offer")
    await limits.change(kind="overall", most=1, by=STAFF)
    with pytest.raises(TooManyBookings):
        await booking.reserve(slot_id=(await a_slot(starts_in=timedelta(days=9))).id, by=citizen, key="another day")


async def test_who_may_not_any_more_leaves_the_queue_and_hears_why():
    slot, holder, held = await a_full_slot()
    busy, next_one = await a_citizen(), await a_citizen()
    mine = await waitlist.join(slot_id=slot.id, by=busy)
    theirs = await waitlist.join(slot_id=slot.id, by=next_one)
    await limits.change(kind="overall", most=1, by=STAFF)
    await booking.reserve(slot_id=(await a_slot(starts_in=timedelta(days=9))).id, by=busy, key="elsewhere")
    await booking.cancel(code=held.code, by=holder)
    closed = await waitlist.find(code=mine.code, for_=busy)
    assert (closed.state, closed.closed_why) == ("closed", "TooManyBookings")
    assert closed.closed_why in waitlist.WHY
    assert (await waitlist.find(code=theirs.code, for_=next_one)).state == "offered"
    assert [one["why"] for one in await told("WaitlistClosed")] == ["TooManyBookings"]


async def test_more_places_serve_the_queue_first():
    slot, _, _ = await a_full_slot()
    people = [await a_citizen() for _ in range(2)]
    entries = [await waitlist.join(slot_id=slot.id, by=one) for one in people]
    await capacity.add_places(slot_id=slot.id, to=4, by=STAFF)
    assert [(await waitlist.by_id(one.id)).state for one in entries] == ["offered", "offered"]
    assert await booked_and_live(slot) == (3, 3)
    with pytest.raises(CapacityInvalid):
        await capacity.add_places(slot_id=slot.id, to=4, by=STAFF)


async def test_a_suspended_slot_offers_nothing_until_it_is_resumed():
    slot, holder, held = await a_full_slot()
    entry = await waitlist.join(slot_id=slot.id, by=await a_citizen())
    await suspension.suspend(slot_id=slot.id, by=STAFF, reason="停电")
    await booking.cancel(code=held.code, by=holder)
    assert (await waitlist.by_id(entry.id)).state == "waiting"
    assert await booked_and_live(slot) == (0, 0)
    await suspension.resume(slot_id=slot.id, by=STAFF)
    assert (await waitlist.by_id(entry.id)).state == "offered"
    assert await free_places_and_waiters(slot) == (0, 0)


async def test_leaving_and_other_peoples_entries():
    slot, _, _ = await a_full_slot()
    citizen, stranger = await a_citizen(), await a_citizen()
    entry = await waitlist.join(slot_id=slot.id, by=citizen)
    for verb in (waitlist.leave, waitlist.accept, waitlist.decline):
        with pytest.raises(WaitNotFound):
            await verb(code=entry.code, by=stranger)
    for verb in (waitlist.accept, waitlist.decline):
        with pytest.raises(OfferOver):
            await verb(code=entry.code, by=citizen)
    for _ in range(2):
        assert (await waitlist.leave(code=entry.code, by=citizen)).state == "left"
    assert [one.state for one in await waitlist.of(citizen)] == ["left"]
    again = await waitlist.join(slot_id=slot.id, by=citizen)
    assert again.id != entry.id


async def test_a_business_may_have_no_waitlist():
    slot, _, held = await a_full_slot()
    await waiting_rules.change(type_id=held.type_id, rule=waiting_rules.Rule(waitlist=False), by=STAFF)
    with pytest.raises(WaitlistOff):
        await waitlist.join(slot_id=slot.id, by=await a_citizen())
    assert not await WaitlistEntry.exists()


async def test_queues_end_with_the_slot_and_with_a_booking():
    slot, _, _ = await a_full_slot()
    over = await waitlist.join(slot_id=slot.id, by=await a_citizen())
    of, citizen = await a_type(), await a_citizen()
    full, free = await slots_of_one_day(2, of=of)
    await a_held_place(slot=full)
    waits = await waitlist.join(slot_id=full.id, by=citizen)
    assert await queue_end.close_over() == 0
    await Slot.filter(id=slot.id).update(close_at=clock.now())
    await jobs.close_queues()
    assert (await waitlist.by_id(over.id)).closed_why == "over"
    booked = await booking.reserve(slot_id=free.id, by=citizen, key="another time")
    await queue_end.close_for_booked(booked.id)
    assert (await waitlist.by_id(waits.id)).closed_why == "booked"


@pytest.mark.parametrize(
    ("made", "until"),
    [("2026-11-20 10:00", "2026-11-20 10:30"), ("2026-11-20 22:30", "2026-11-21 08:30"),
     ("2026-11-21 03:00", "2026-11-21 08:30"), ("2026-11-21 11:50", "2026-11-21 12:00")],
)  # fmt: skip
def test_an_offer_made_at_night_stands_until_the_morning(made, until):
    def at(text):
        return datetime.fromisoformat(text).replace(tzinfo=clock.SHANGHAI).astimezone(UTC)

    assert passing_on.deadline(at(made), 30, at("2026-11-21 12:00")) == at(until)


@pytest.mark.parametrize("offered", ["kept", "gone", "neither", "both"])
async def test_merged_accounts_stand_in_line_once(offered):
    of, kept, gone = await a_type(), await a_citizen(), await a_citizen()
    ours, theirs = await slots_of_one_day(2, of=of)
    for slot, by, name in ((ours, kept, "kept"), (theirs, gone, "gone")):
        held, holder, _ = await a_held_place(slot=slot)
        await waitlist.join(slot_id=slot.id, by=by)
        if offered in (name, "both"):
            await booking.cancel(code=held.code, by=holder)
    await jobs.follow_merge(CitizensMerged(kept=kept.number, gone=gone.number))
    active = await WaitlistEntry.filter(citizen_id=kept.number, state__in=("waiting", "offered"))
    assert [one.slot_id for one in active] == [theirs.id if offered == "gone" else ours.id]
    assert await WaitlistEntry.filter(citizen_id=gone.number).count() == 0
    for slot in (ours, theirs):
        counter, live = await booked_and_live(slot)
        assert counter == live


async def test_export_and_forget():
    slot, citizen, _ = await an_offer(waiters=2)
    other, _, _ = await a_full_slot()
    await waitlist.join(slot_id=other.id, by=citizen)
    rows = await personal_data.collectors["appointments"].export(citizen.number)
    assert sorted(row["state"] for row in rows) == ["候补中", "有号待确认"]
    async with database.transaction():
        await personal_data.collectors["appointments"].forget(citizen.number)
    assert sorted([one.state for one in await WaitlistEntry.filter(citizen_id=citizen.number)]) == ["closed", "left"]
    assert await WaitlistEntry.filter(slot_id=slot.id, state="offered").count() == 1
