"""Places kept for some, shared by several businesses, taken on behalf of others, or beyond a smaller capacity."""

from datetime import date, timedelta

import pytest

from appointments import booking, rescheduling, waitlist
from appointments.errors import OtherBusiness, SlotFull, SlotNotFound
from appointments.models import Appointment
from appointments.share_errors import KeptForPriority, KeptForStaff
from foundation import database
from foundation.errors import Forbidden
from foundation.models import AuditRow
from tests.builders.appointments import (
    STAFF,
    a_citizen,
    a_hall,
    a_slot,
    a_type,
    amiss,
    booked_and_live,
    slots_of_one_day,
)

pytestmark = pytest.mark.usefixtures("db")
YOUNG = date(2001, 1, 1)


async def test_priority_places_are_for_who_is_sixty():
    slot = await a_slot(capacity=3, share="priority")
    young, old, unknown = await a_citizen(born=YOUNG), await a_citizen(), await a_citizen(verified=False)
    for one in (young, unknown):
        with pytest.raises(KeptForPriority):
            await booking.reserve(slot_id=slot.id, by=one, key="one")
    held = await booking.reserve(slot_id=slot.id, by=old, key="one")
    assert await booking.reserve(slot_id=slot.id, by=old, key="one") == held
    assert await booked_and_live(slot) == (1, 1)


async def test_staff_see_the_paper_of_who_is_younger():
    slot, young = await a_slot(share="priority"), await a_citizen(born=YOUNG)
    held = await booking.reserve(slot_id=slot.id, by=STAFF, for_citizen=young.number, key="one")
    assert (held.citizen_id, held.state) == (young.number, "booked")


async def test_a_full_priority_slot_is_waited_for_by_who_may_have_it():
    slot = await a_slot(share="priority")
    held = await booking.reserve(slot_id=slot.id, by=await a_citizen(), key="one")
    with pytest.raises(KeptForPriority):
        await waitlist.join(slot_id=slot.id, by=await a_citizen(born=YOUNG))
    old = await a_citizen()
    with pytest.raises(SlotFull):
        await booking.reserve(slot_id=slot.id, by=old, key="late")
    entry = await waitlist.join(slot_id=slot.id, by=old)
    await booking.cancel(code=held.code, by=STAFF, reason="停电")
    assert (await waitlist.by_id(entry.id)).state == "offered"


async def test_staff_places_are_given_by_staff_alone():
    slot, citizen = await a_slot(share="staff"), await a_citizen()
    with pytest.raises(KeptForStaff):
        await booking.reserve(slot_id=slot.id, by=citizen, key="one")
    held = await booking.reserve(slot_id=slot.id, by=STAFF, for_citizen=citizen.number, key="one")
    assert await booking.find(code=held.code, for_=citizen) == held
    row = await Appointment.get(id=held.id)
    assert row.booked_by == str(STAFF)
    assert (await AuditRow.get(action="booking.reserved")).actor == str(STAFF)


async def test_nobody_books_for_another_just_so():
    slot, one, other = await a_slot(), await a_citizen(), await a_citizen()
    with pytest.raises(Forbidden):
        await booking.reserve(slot_id=slot.id, by=one, for_citizen=other.number, key="one")
    with pytest.raises(Forbidden):
        await booking.reserve(slot_id=slot.id, by=STAFF, key="one")
    held = await booking.reserve(slot_id=slot.id, by=one, for_citizen=one.number, key="one")
    assert (await Appointment.get(id=held.id)).booked_by == ""


async def a_pool():
    """A pool's type, two businesses that share its places, and a slot of the pool."""
    hall = await a_hall()
    pool = await a_type(hall=hall, name="综合窗口")
    members = [await a_type(hall=hall, name=name, pool=pool, cancel_minutes=7) for name in ("居住证", "暂住登记")]
    return pool, members, await a_slot(of=pool, capacity=2)


async def test_businesses_share_the_places_of_a_pool():
    pool, (one, other), slot = await a_pool()
    first, second = await a_citizen(), await a_citizen()
    held = await booking.reserve(slot_id=slot.id, by=first, key="one", type_id=one.id)
    assert (held.type_id, held.type_name) == (one.id, "居住证")
    assert held.cancel_until == held.starts_at - timedelta(minutes=7)
    assert await booking.find(code=held.code, for_=first) == held
    await booking.reserve(slot_id=slot.id, by=second, key="one", type_id=other.id)
    with pytest.raises(SlotFull):
        await booking.reserve(slot_id=slot.id, by=await a_citizen(), key="one")
    assert await booked_and_live(slot) == (2, 2)
    assert pool.id == slot.type_id


async def test_a_business_that_has_no_part_in_the_slot():
    _, (one, _), slot = await a_pool()
    stranger, own = await a_type(), await a_slot(of=one)
    for slot_id, type_id in ((slot.id, stranger.id), (slot.id, 404), (own.id, one.id)):
        with pytest.raises(SlotNotFound):
            await booking.reserve(slot_id=slot_id, by=await a_citizen(), key="one", type_id=type_id)


async def test_who_waits_for_a_pool_gets_the_business_asked_for():
    _, (one, other), slot = await a_pool()
    held = [await booking.reserve(slot_id=slot.id, by=await a_citizen(), key="k", type_id=one.id) for _ in range(2)]
    waiter = await a_citizen()
    entry = await waitlist.join(slot_id=slot.id, by=waiter, type_id=other.id)
    assert entry.type_name == "暂住登记"
    await booking.cancel(code=held[0].code, by=STAFF, reason="停电")
    assert (await waitlist.accept(code=entry.code, by=waiter)).type_id == other.id
    assert await amiss() == []


async def test_a_pools_booking_moves_within_the_pool():
    pool, (one, _), slot = await a_pool()
    later, citizen = await a_slot(of=pool, starts_in=timedelta(days=3)), await a_citizen()
    held = await booking.reserve(slot_id=slot.id, by=citizen, key="one", type_id=one.id)
    with pytest.raises(OtherBusiness):
        await rescheduling.reschedule(code=held.code, slot_id=(await a_slot()).id, by=citizen, key="away")
    moved = await rescheduling.reschedule(code=held.code, slot_id=later.id, by=citizen, key="later")
    assert (moved.type_id, moved.slot_id) == (one.id, later.id)
    assert await amiss() == []


async def test_places_beyond_a_smaller_capacity_go_as_they_are_given_back():
    (slot,) = await slots_of_one_day(1, of=await a_type(), capacity=3)
    held = [await booking.reserve(slot_id=slot.id, by=await a_citizen(), key="one") for _ in range(3)]
    await database.execute("update slot set capacity = 1, over = 2 where id = $1", slot.id)
    left = []
    for one in held:
        with pytest.raises(SlotFull):
            await booking.reserve(slot_id=slot.id, by=await a_citizen(), key="one")
        await booking.cancel(code=one.code, by=STAFF, reason="停电")
        await slot.refresh_from_db()
        left.append((slot.booked, slot.over))
    assert left == [(2, 1), (1, 0), (0, 0)]
    assert await booking.reserve(slot_id=slot.id, by=await a_citizen(), key="one")
