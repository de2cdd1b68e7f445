"""Draws that are held: places by rank and wish, resumed after a crash, the same for everybody who draws again."""

import asyncio
import contextvars
from datetime import timedelta

import pytest

from appointments import booking, draw, draw_entries, draw_jobs, draw_merging, draw_results, drawing, limits, seats
from appointments.draw_errors import DrawNotDone
from appointments.draw_models import DrawEntry
from appointments.models import Appointment, AppointmentType, Slot
from appointments.redraw import checking, method
from appointments.waiting_models import CoolingPlace
from foundation import clock
from identity.events import CitizensMerged
from tests.appointments.test_redraw import retold
from tests.builders.appointments import (
    STAFF,
    a_citizen,
    a_slot,
    amiss,
    booked_and_live,
    citizens,
    told,
)
from tests.builders.draws import (
    HOUR,
    a_crowd,
    a_draw,
    becomes,
    enters,
    held,
    leaves,
    outcomes,
    registered,
    registration_ends,
)

pytestmark = pytest.mark.usefixtures("db")


async def agrees(one) -> None:
    """The published result can be drawn again, by our own command and by other means."""
    document = await draw_results.published(code=one.code)
    assert checking.faults(checking.read(document), noted=one.seed_hash) == []
    assert retold(document) == {row["number"]: (row["rank"], row["slot"]) for row in document["entries"]}


async def test_places_go_by_rank_and_wish():
    one, (first, second) = await a_draw(slots=2)
    people = [*await registered(one, 3), *await citizens(3)]
    for by, wish in zip(people[3:], (first, second, first), strict=True):
        await enters(one, by, wish)
    await held(one)
    assert one.state == "drawn"
    assert sorted(await outcomes(one)) == ["lost"] * 4 + ["won"] * 2
    assert (await outcomes(one))[0] == "won"
    for slot in (first, second):
        assert await booked_and_live(slot) == (1, 1)
        await slot.refresh_from_db()
        assert slot.release_at == one.release_at
    winners = await DrawEntry.filter(draw_id=one.id, outcome="won").prefetch_related("appointment")
    assert {row.appointment.citizen_id for row in winners} == {row.citizen_id for row in winners}
    assert {event["citizen_id"] for event in await told("BookingConfirmed")} == {row.citizen_id for row in winners}
    lost = await DrawEntry.filter(draw_id=one.id, outcome="lost").values_list("citizen_id", flat=True)
    assert sorted(event["citizen_id"] for event in await told("DrawLost")) == sorted(lost)
    mine = await draw_entries.find(code=one.code, for_=people[0])
    assert 1 <= (mine.rank or 0) <= mine.entries == 6
    assert await amiss() == []
    await agrees(one)


async def test_before_its_time_nothing_is_revealed():
    one, _ = await a_draw()
    await registered(one, 2)
    await draw.close(one.id)
    await drawing.settle(one.id)
    await one.refresh_from_db()
    assert (one.state, one.seed, one.places) == ("open", "", [])
    with pytest.raises(DrawNotDone):
        await draw_results.published(code=one.code)


async def test_a_draw_nobody_entered_leaves_all_places():
    one, (slot,) = await a_draw(places=3)
    await held(one)
    assert one.state == "drawn"
    with clock.shifted(3 * HOUR):
        assert (await draw_results.published(code=one.code))["entries"] == []
    await Slot.filter(id=slot.id).update(release_at=clock.now())
    assert await booking.reserve(slot_id=slot.id, by=await a_citizen(), key="left over")


async def test_held_again_it_changes_nothing():
    one, (slot,) = await a_draw(places=2)
    await registered(one, 5)
    await held(one)
    before = await DrawEntry.filter(draw_id=one.id).order_by("id").values()
    for _ in range(2):
        await draw.close(one.id)
        await drawing.settle(one.id)
        await draw_jobs.hold_draws()
    assert await DrawEntry.filter(draw_id=one.id).order_by("id").values() == before
    assert await booked_and_live(slot) == (2, 2)
    assert len(await told("DrawLost")) == 3


@pytest.mark.parametrize("takes", [0, 1, 4, 7])
async def test_killed_in_the_middle_it_goes_on_where_it_stopped(monkeypatch, takes):
    """The run dies in the `takes`th giving of a place; what it had committed stays, what it had not is done again."""
    monkeypatch.setattr(drawing, "HOPEFUL", 2)
    one, slots = await a_draw(slots=2, places=4)
    await registered(one, 12)
    await registration_ends(one)
    await draw.close(one.id)
    expected = await as_the_method_says(one)
    real, given = drawing._give_place, 0

    async def dies(slot_id, turn):
        nonlocal given
        if given == takes:
            raise KeyboardInterrupt
        given += 1
        return await real(slot_id, turn)

    with monkeypatch.context() as patch:
        patch.setattr(drawing, "_give_place", dies)
        with pytest.raises(KeyboardInterrupt):
            await drawing.settle(one.id)
    await one.refresh_from_db()
    assert one.state == "closed"
    committed = await DrawEntry.filter(draw_id=one.id, outcome="won").count()
    assert committed == takes // 2 * 2  # whole batches
    assert sum([(await booked_and_live(slot))[1] for slot in slots]) == committed
    assert await amiss() == []
    await draw_jobs.hold_draws()
    assert {row.number: row.slot_id for row in await DrawEntry.filter(draw_id=one.id)} == expected
    assert await amiss() == []
    assert len(await told("BookingConfirmed")) == 8
    assert len(await told("DrawLost")) == 4
    await one.refresh_from_db()
    await agrees(one)


async def as_the_method_says(one) -> dict[str, int | None]:
    await one.refresh_from_db()
    entries = [
        method.Entry(row.number, tuple(row.wishes), row.any_slot) for row in await DrawEntry.filter(draw_id=one.id)
    ]
    places = {slot: number for slot, _, number in one.places}
    return method.allocate(method.in_order(one.seed, entries), places)


async def test_one_draws_fault_stops_no_other(monkeypatch):
    bad, _ = await a_draw()
    good, _ = await a_draw()
    for one in (bad, good):
        await registered(one, 1)
        await registration_ends(one)
    real = draw.close

    async def fails(draw_id):
        if draw_id == bad.id:
            raise RuntimeError("no")
        await real(draw_id)

    monkeypatch.setattr(draw, "close", fails)
    await draw_jobs.hold_draws()
    await good.refresh_from_db()
    assert good.state == "drawn"


async def test_limits_are_counted_at_ones_turn():
    one, (slot,) = await a_draw(places=2)
    barred, other = await citizens(2)
    for by in (barred, other):
        await enters(one, by)
    for n in range(limits.DEFAULTS["overall"]):
        elsewhere = await a_slot(starts_in=timedelta(days=10 + n))
        await booking.reserve(slot_id=elsewhere.id, by=barred, key=f"elsewhere {n}")
    await held(one)
    mine = await draw_entries.find(code=one.code, for_=barred)
    assert (mine.outcome, mine.why, mine.booking_code) == ("ineligible", "TooManyBookings", None)
    assert (await draw_entries.find(code=one.code, for_=other)).outcome == "won"
    assert {event["citizen_id"] for event in await told("DrawLost")} == {barred.number}
    assert await booked_and_live(slot) == (1, 1)
    await agrees(one)


async def test_a_slot_stopped_meanwhile_is_passed_and_the_next_wish_counts():
    one, (first, second) = await a_draw(slots=2)
    citizen = await a_citizen()
    await enters(one, citizen, first, second)
    await registration_ends(one)
    await draw.close(one.id)
    await Slot.filter(id=first.id).update(state="suspended")
    await drawing.settle(one.id)
    entry = await DrawEntry.get(draw_id=one.id)
    assert (entry.outcome, entry.slot_id, entry.passed) == ("won", second.id, [first.id])
    await one.refresh_from_db()
    await agrees(one)


async def test_a_smaller_capacity_after_the_list_was_fixed_gives_no_place_twice():
    one, (slot,) = await a_draw(places=2)
    await registered(one, 3)
    await registration_ends(one)
    await draw.close(one.id)
    await Slot.filter(id=slot.id).update(capacity=1)
    await drawing.settle(one.id)
    assert (await outcomes(one)).count("won") == 1
    assert await booked_and_live(slot) == (1, 1)
    await one.refresh_from_db()
    await agrees(one)


async def test_who_left_does_not_take_a_place():
    one, _ = await a_draw()
    gone, stays = await registered(one, 2)
    await leaves(gone)
    await held(one)
    assert (await draw_entries.find(code=one.code, for_=stays)).outcome == "won"
    assert (await draw_entries.find(code=one.code, for_=gone)).outcome in ("lost", "ineligible")
    await agrees(one)


async def test_who_was_merged_and_not_yet_told_gets_the_place_as_the_one_they_are():
    one, (slot,) = await a_draw()
    (gone,), kept = await registered(one, 1), await a_citizen()
    await becomes(gone, kept)
    await held(one)
    appointment = await Appointment.get(slot_id=slot.id)
    assert appointment.citizen_id == kept.number
    await draw_jobs.follow_merge(CitizensMerged(kept=kept.number, gone=gone.number))
    assert (await draw_entries.find(code=one.code, for_=kept)).outcome == "won"


async def test_a_merge_between_looking_and_taking_begins_the_batch_anew(monkeypatch):
    one, (slot,) = await a_draw()
    (gone,), kept = await registered(one, 1), await a_citizen()
    real, times = seats.lock_and_number, 0

    async def merged_meanwhile(citizens, **others):
        nonlocal times
        times += 1
        if times == 1:
            await asyncio.create_task(becomes(gone, kept), context=contextvars.Context())  # on another connection
        return await real(citizens, **others)

    monkeypatch.setattr(seats, "lock_and_number", merged_meanwhile)
    await held(one)
    assert times == 2
    assert (await Appointment.get(slot_id=slot.id)).citizen_id == kept.number


async def test_two_accounts_of_one_person_keep_one_lot():
    one, _ = await a_draw(places=2)
    kept, gone = await registered(one, 2)
    first = await draw_entries.find(code=one.code, for_=kept)
    for _ in range(2):
        await draw_merging.follow(kept=kept.number, gone=gone.number, by=STAFF)
    rows = await DrawEntry.filter(draw_id=one.id).order_by("id").values_list("citizen_id", "outcome", "why")
    assert list(rows) == [(kept.number, "registered", ""), (kept.number, "withdrawn", "merged")]
    await held(one)
    document = await draw_results.published(code=one.code)
    assert [row["number"] for row in document["entries"]] == [first.number]


async def test_merged_after_the_list_was_fixed_the_lot_that_stands_further_back_is_void():
    one, (slot,) = await a_draw(places=3)
    kept, gone, third = await registered(one, 3)
    await registration_ends(one)
    await draw.close(one.id)
    await draw_merging.follow(kept=kept.number, gone=gone.number, by=STAFF)
    await drawing.settle(one.id)
    both = await DrawEntry.filter(citizen_id=kept.number).order_by("rank").values_list("outcome", flat=True)
    assert list(both) == ["won", "ineligible"]
    assert await booked_and_live(slot) == (2, 2)
    await one.refresh_from_db()
    await agrees(one)


async def test_a_cancelled_place_of_a_draw_comes_back_with_the_next_release():
    one, (slot,) = await a_draw()
    (citizen,) = await registered(one, 1)
    await held(one)
    await Slot.filter(id=slot.id).update(release_at=clock.now())
    code = (await draw_entries.find(code=one.code, for_=citizen)).booking_code
    await booking.cancel(code=code, by=citizen)
    (resting,) = await CoolingPlace.filter(slot_id=slot.id)
    of = await AppointmentType.get(id=one.type_id)
    assert f"{clock.shanghai(resting.back_at):%H:%M}" == of.release_time
    assert resting.back_at > clock.now()
    assert await booked_and_live(slot) == (1, 0)


async def test_a_place_cancelled_before_the_release_waits_for_it():
    one, (slot,) = await a_draw()
    (citizen,) = await registered(one, 1)
    await registration_ends(one)
    await draw.close(one.id)
    await drawing.settle(one.id)
    await Slot.filter(id=slot.id).update(release_at=clock.now() + HOUR)
    code = (await draw_entries.find(code=one.code, for_=citizen)).booking_code
    await booking.cancel(code=code, by=citizen)
    assert await booked_and_live(slot) == (0, 0)


async def test_a_large_draw():
    one, slots = await a_draw(slots=4, places=30)
    await a_crowd(one, 3000)
    await held(one)
    found = await outcomes(one)
    assert found == ["won"] * 120 + ["lost"] * 2880
    assert [await booked_and_live(slot) for slot in slots] == [(30, 30)] * 4
    assert len(await told("DrawLost")) == 2880
    await agrees(one)
