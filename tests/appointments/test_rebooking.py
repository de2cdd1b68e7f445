"""优先改约: a place is held, another may be chosen, nothing counts against anybody, and nothing is lost."""

from datetime import timedelta

import asyncpg
import pytest

from appointments import booking, closure, closure_work, day_end, jobs, limits, rebook_places, rebooking
from appointments.closure_errors import NotOffered, RebookNotFound, RebookOver
from appointments.errors import AlreadyBookedThatDay, SlotFull, TooBusy
from appointments.models import Appointment, Slot
from appointments.rebook_places import Place
from catalogue.models import Hall
from foundation import clock, database
from foundation.models import AuditRow
from tests.builders.appointments import STAFF, a_citizen, a_hall, a_slot, a_type, amiss, booked_and_live, told
from tests.builders.closures import Shut, announced, at, booked, deadline_passed, morning, notices, whole_day

pytestmark = pytest.mark.usefixtures("db")


async def suggested(shut: Shut) -> list[Place]:
    """Beside the place that is held for the first of them."""
    _, places = await rebooking.with_suggestions(code=(await shut.offer()).code, for_=shut.people[0])
    return places


async def test_two_taps():
    shut = await announced(worked=True)
    offer = await shut.offer()
    assert (offer.reason, offer.old.id) == ("台风登陆", shut.bookings[0].id)
    got = [await rebooking.accept(code=offer.code, by=shut.people[0]) for _ in range(2)]
    assert {(one.id, one.state) for one in got} == {(got[0].id, "booked")}
    assert len(await told("BookingConfirmed")) == 2  # of the old booking and of the new one
    after = await shut.offer()
    assert (after.offer, after.new) == ("accepted", got[0])
    assert after.state == "told"  # who answers has read it
    assert [row.action for row in await AuditRow.filter(subject=f"appointment:{got[0].id}").order_by("id")] == [
        "booking.held", "booking.rebooked"
    ]  # fmt: skip
    assert await amiss() == []


async def test_the_nearest_days_at_the_same_time_of_day_come_first():
    of = await a_type()
    closing = await morning(of, days=2)
    _, (_, late) = await booked(of, 2, closing)  # the second at 9:30
    for days in (6, 4, 3):
        await morning(of, days=days)
    found = await rebook_places.suggested(late.id)
    assert [one.starts_at for one in found][1:] == [at(3, 9, 30), at(4, 9, 30)]
    assert found[0].day == late.day  # still open: nothing is closed yet


async def test_slots_are_theirs_before_they_are_released():
    of = await a_type()
    _, (held,) = await booked(of, 1, await morning(of, days=2))
    unreleased = (await morning(of, days=3, number=1, released_ago=timedelta(days=-1)))[0]
    made = await closure.announce(span=whole_day(of), reason="台风", by=STAFF)
    await closure_work.work_through(closure_id=made.id)
    offer = await rebooking.after(held.id)
    assert offer
    assert offer.held
    assert offer.held.slot_id == unreleased.id


async def test_a_hall_beside_with_the_same_items_is_suggested_too():
    top = await a_hall()
    here, beside, far = [
        await Hall.create(
            code=code, name=code, level="district", path=f"{path}{code}/", address="示例路", parent=parent
        )
        for code, path, parent in (("HERE", top.path, top), ("BESIDE", top.path, top), ("FAR", "", None))
    ]
    of = await a_type(hall=here, item_codes=["one", "two"])
    more = await a_type(hall=beside, item_codes=["one", "two", "three"])
    less, elsewhere = await a_type(hall=beside, item_codes=["one"]), await a_type(hall=far, item_codes=["one", "two"])
    firms = await a_type(hall=beside, item_codes=["one", "two"], audience="company")
    _, (held,) = await booked(of, 1, await morning(of, days=2, number=1, capacity=1))
    for one in (of, more, less, elsewhere, firms):
        await morning(one, days=3, number=1)
    assert [(one.hall_code, one.same) for one in await rebook_places.suggested(held.id)] == [
        ("HERE", True), ("BESIDE", False)
    ]  # fmt: skip


async def test_a_place_that_nobody_could_come_to_is_not_suggested():
    of = await a_type()
    _, (held,) = await booked(of, 1, await morning(of, days=2, number=1, capacity=1))
    await a_slot(of=of, starts_in=timedelta(minutes=30))
    await a_slot(of=of, starts_in=timedelta(days=5), state="suspended")
    await a_slot(of=of, starts_in=timedelta(days=6), state="withdrawn")
    assert await rebook_places.free(held.id) == []


async def test_another_place_than_the_one_held():
    shut = await announced(worked=True, later=2)
    offer, who = await shut.offer(), shut.people[0]
    assert offer.held
    other = next(one for one in await rebooking.choices(code=offer.code, for_=who) if one.slot_id == shut.later[3].id)
    chosen = {"code": offer.code, "slot_id": other.slot_id, "type_id": other.type_id, "by": who}
    got = [await rebooking.choose(**chosen) for _ in range(2)]
    assert {one.id for one in got} == {got[0].id}
    assert got[0].slot_id == shut.later[3].id
    assert (await booking.by_id(offer.held.id)).state == "declined"
    assert [(await booked_and_live(slot))[0] for slot in shut.later] == [0, 0, 0, 1]
    with pytest.raises(RebookOver):
        await rebooking.choose(**{**chosen, "slot_id": shut.later[0].id})
    assert await amiss() == []


async def test_another_time_of_the_day_that_is_held():
    shut = await announced(worked=True)
    offer = await shut.offer()
    assert offer.held
    other = next(one for one in shut.later if one.day == offer.held.day and one.id != offer.held.slot_id)
    got = await rebooking.choose(code=offer.code, slot_id=other.id, type_id=shut.of.id, by=shut.people[0])
    assert got.slot_id == other.id


async def test_choosing_the_one_that_is_held_accepts_it():
    shut = await announced(worked=True)
    offer = await shut.offer()
    assert offer.held
    by = shut.people[0]
    got = await rebooking.choose(code=offer.code, slot_id=offer.held.slot_id, type_id=shut.of.id, by=by)
    assert got.id == offer.held.id


async def test_a_choice_that_is_refused_keeps_what_is_held():
    shut = await announced(worked=True, later=1)
    offer, who = await shut.offer(), shut.people[0]
    full, foreign = shut.later[1], (await morning(await a_type(), days=3, number=1))[0]
    await booking.reserve(slot_id=full.id, by=await a_citizen(), key="full")
    for slot_id, refusal in ((full.id, SlotFull), (foreign.id, NotOffered), (404, NotOffered)):
        with pytest.raises(refusal):
            await rebooking.choose(code=offer.code, slot_id=slot_id, type_id=shut.of.id, by=who)
    assert (await shut.offer()).held == offer.held
    assert await amiss() == []


async def test_a_day_on_which_they_come_anyway_is_not_offered():
    of = await a_type()
    closing, later = await morning(of, days=2), await morning(of, days=3)
    (who,), (held,) = await booked(of, 1, closing)
    await booking.reserve(slot_id=later[0].id, by=who, key="another day")
    assert {one.day for one in await rebook_places.free(held.id)} == {held.day}


async def test_no_thanks():
    shut = await announced(worked=True)
    offer = await shut.offer()
    for _ in range(2):
        assert (await rebooking.decline(code=offer.code, by=shut.people[0])).offer == "declined"
    assert sum([(await booked_and_live(slot))[0] for slot in shut.later]) == 0
    with pytest.raises(RebookOver):
        await rebooking.accept(code=offer.code, by=shut.people[0])
    assert await amiss() == []


async def test_an_offer_ends_with_its_deadline():
    shut = await announced(worked=True)
    offer = await shut.offer()
    assert offer.offered_until
    assert clock.shanghai(offer.offered_until) == at(3, 20)
    await deadline_passed(offer)
    assert await rebooking.of(shut.people[0]) == []
    with pytest.raises(RebookOver):
        await rebooking.accept(code=offer.code, by=shut.people[0])
    other = {"slot_id": shut.later[3].id, "type_id": shut.of.id}
    with pytest.raises(RebookOver):
        await rebooking.choose(code=offer.code, by=shut.people[0], **other)
    assert [await rebooking.lapse() for _ in range(2)] == [1, 0]
    after = await shut.offer()
    assert (after.offer, after.held, await suggested(shut)) == ("lapsed", None, [])
    assert [await booked_and_live(slot) for slot in shut.later] == [(0, 0)] * 4
    assert await amiss() == []


async def test_what_is_held_goes_back_when_its_slot_closes_and_the_rest_may_still_be_chosen():
    shut = await announced(worked=True)
    offer = await shut.offer()
    assert offer.held
    await database.execute("update slot set close_at = clock_timestamp() where id = $1", offer.held.slot_id)
    with pytest.raises(RebookOver):
        await rebooking.accept(code=offer.code, by=shut.people[0])
    await rebooking.lapse()
    after = await shut.offer()
    assert (after.offer, after.held) == ("open", None)
    (first, *_) = await suggested(shut)
    by = shut.people[0]
    assert await rebooking.choose(code=offer.code, slot_id=first.slot_id, type_id=first.type_id, by=by)
    assert await amiss() == []


async def test_where_nothing_is_free_the_offer_is_to_choose_later():
    shut = await announced(worked=True, later=0)
    offer = await shut.offer()
    by = shut.people[0]
    assert (offer.open, offer.held, await rebooking.choices(code=offer.code, for_=by)) == (True, None, [])
    with pytest.raises(RebookOver):
        await rebooking.accept(code=offer.code, by=by)
    (slot,) = await morning(shut.of, days=5, number=1, released_ago=timedelta(days=-3))
    assert (await rebooking.choose(code=offer.code, slot_id=slot.id, type_id=shut.of.id, by=by)).state == "booked"


async def test_rebooking_asks_no_limit_and_makes_no_one_a_no_show():
    shut = await announced(worked=True)
    await limits.change(kind="overall", most=1, by=STAFF)
    offer, who = await shut.offer(), shut.people[0]
    got = await rebooking.accept(code=offer.code, by=who)
    await day_end.close_until(got.day, by=STAFF)  # the old day is over
    assert await Appointment.filter(citizen_id=who.number, state="no_show").count() == 0
    assert await told("VisitMissed") == []


async def test_a_later_closure_over_the_place_that_is_held_makes_a_new_offer():
    shut = await announced(worked=True)
    first = await shut.offer()
    assert first.held
    again = await closure.announce(span=whole_day(shut.of, days=3), reason="台风停留", by=STAFF)
    await closure_work.work_through(closure_id=again.id)
    assert (await shut.offer()).offer == "replaced"
    second = await rebooking.after(first.held.id)
    assert second
    assert second.held
    assert second.held.day == clock.today() + timedelta(days=4)
    assert [one.code for one in await rebooking.of(shut.people[0])] == [second.code]
    assert await amiss() == []


async def test_others_see_no_offer_and_staff_may_answer_on_the_telephone():
    shut = await announced(people=1, worked=True)
    offer, stranger = await shut.offer(), await a_citizen()
    for verb in (rebooking.accept, rebooking.decline):
        with pytest.raises(RebookNotFound):
            await verb(code=offer.code, by=stranger)
    with pytest.raises(RebookNotFound):
        await rebooking.find(code="NOSUCHCODE", for_=shut.people[0])
    assert (await rebooking.accept(code=offer.code.lower(), by=STAFF)).citizen_id == shut.people[0].number
    assert (await notices(shut.closure))[0].state == "pending"  # nobody has read a message: staff did this


async def test_before_the_work_there_is_no_offer():
    shut = await announced()
    (notice,) = await notices(shut.closure)
    assert await rebooking.after(shut.bookings[0].id) is None
    with pytest.raises(RebookNotFound):
        await rebooking.find(code=notice.code, for_=shut.people[0])


async def test_a_second_booking_of_the_day_in_between_is_refused(monkeypatch):
    """Only a merge of two accounts can put one there after we looked; the table has the last word."""
    shut = await announced(worked=True)
    offer, who = await shut.offer(), shut.people[0]
    (double,) = await morning(shut.of, days=6, number=1)
    await booking.reserve(slot_id=double.id, by=who, key="double")
    seen = await rebook_places.free(offer.old.id)
    place = next(one for one in seen if one.slot_id == shut.later[3].id)
    stale = rebook_places.Place(**{**{f: getattr(place, f) for f in place.__struct_fields__}, "slot_id": double.id})

    async def stale_view(*_, **__):
        return [stale]

    monkeypatch.setattr(rebook_places, "free", stale_view)
    with pytest.raises(AlreadyBookedThatDay):
        await rebooking.choose(code=offer.code, slot_id=double.id, type_id=shut.of.id, by=who)
    assert (await shut.offer()).held == offer.held


async def test_waiting_too_long_says_try_again(monkeypatch):
    shut = await announced(worked=True)
    offer, by = await shut.offer(), shut.people[0]

    async def waited(*_):
        raise asyncpg.LockNotAvailableError("canceling statement due to lock timeout")

    monkeypatch.setattr(limits, "lock_persons", waited)
    other = {"slot_id": shut.later[3].id, "type_id": shut.of.id}
    for verb, more in ((rebooking.accept, {}), (rebooking.choose, other), (rebooking.decline, {})):
        with pytest.raises(TooBusy):
            await verb(code=offer.code, by=by, **more)
    assert (await shut.offer()).held == offer.held


async def test_who_leaves_the_house_leaves_no_held_place():
    shut = await announced(worked=True)
    who = shut.people[0]
    await jobs.forget(who.number)
    assert sum([(await booked_and_live(slot))[0] for slot in shut.later]) == 0
    await deadline_passed(await shut.offer())
    assert await rebooking.lapse() == 1
    assert await Slot.filter(booked__gt=0).count() == 0
