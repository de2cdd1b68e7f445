"""代约: staff book, move and cancel for a citizen; every deed bears their name."""

from datetime import timedelta

import pytest

from appointments import booking, on_behalf, record
from appointments.errors import AlreadyBookedThatDay, ReasonNeeded, TooLateToCancel
from appointments.party_errors import MinorLeftAlone
from appointments.share_errors import KeptForStaff
from foundation import audit, database
from foundation.actor import Actor
from foundation.errors import Forbidden
from identity import looks, privacy
from tests.builders import identity
from tests.builders.appointments import (
    a_citizen,
    a_hall,
    a_held_place,
    a_slot,
    a_type,
    booked_and_live,
    slots_of_one_day,
    told,
)
from tests.builders.people import a_child, a_family_slot, on_the_list, together

pytestmark = pytest.mark.usefixtures("db", "redis_db")

WANG = Actor.staff(7)


async def booked_for(citizen: Actor, slot, of, *, key: str = "console-1") -> booking.Booking:
    return await on_behalf.reserve(citizen_id=citizen.number, slot_id=slot.id, type_id=of.id, by=WANG, key=key)


async def test_a_citizen_without_any_account_is_booked_for():
    citizen, of = await a_citizen(), await a_type()
    (slot,) = await slots_of_one_day(1, of=of)
    made = await booked_for(citizen, slot, of)
    assert (made.citizen_id, made.booked_by) == (citizen.number, "staff:7")
    assert (await booked_for(citizen, slot, of)).id == made.id
    (deed,) = await audit.latest([f"appointment:{made.id}"])
    assert (deed.actor, deed.action) == ("staff:7", "booking.reserved")
    assert [one["citizen_id"] for one in await told("BookingConfirmed")] == [citizen.number]
    assert [one.code for one in await booking.of(citizen)] == [made.code]
    await booking.cancel(code=made.code, by=citizen)


async def test_what_is_kept_for_staff_is_theirs_to_give():
    citizen, of = await a_citizen(), await a_type()
    (slot,) = await slots_of_one_day(1, of=of)
    await database.execute("update slot set share = 'staff' where id = $1", slot.id)
    with pytest.raises(KeptForStaff):
        await booking.reserve(slot_id=slot.id, by=citizen, key="mine")
    (seen,) = await on_behalf.slots_of_day(type_id=of.id, day=slot.day)
    assert (seen.id, seen.left, seen.share) == (slot.id, 1, "staff")
    await booked_for(citizen, slot, of)
    assert await booked_and_live(slot) == (1, 1)


async def test_only_what_can_be_had_is_shown_to_staff():
    of = await a_type()
    good, closed, later = await slots_of_one_day(3, of=of)
    await database.execute("update slot set state = 'suspended' where id = $1", closed.id)
    await database.execute("update slot set release_at = clock_timestamp() + interval '1 hour' where id = $1", later.id)
    assert [one.id for one in await on_behalf.slots_of_day(type_id=of.id, day=good.day)] == [good.id]


async def test_limits_hold_whoever_books():
    citizen, of = await a_citizen(), await a_type()
    first, second = await slots_of_one_day(2, of=of)
    await booked_for(citizen, first, of)
    with pytest.raises(AlreadyBookedThatDay):
        await booked_for(citizen, second, of, key="console-2")


async def test_staff_move_it():
    citizen, of = await a_citizen(), await a_type()
    first, second = await slots_of_one_day(2, of=of)
    held, *_ = await a_held_place(slot=first, by=citizen)
    moved = await on_behalf.reschedule(code=held.code, slot_id=second.id, by=WANG, key="console-1")
    assert (moved.citizen_id, moved.booked_by) == (citizen.number, "")
    assert (await booked_and_live(first), await booked_and_live(second)) == ((0, 0), (1, 1))
    assert (await audit.latest([f"appointment:{held.id}"]))[0].actor == "staff:7"


async def test_cancelling_at_the_citizens_wish_counts_as_theirs():
    citizen, of = await a_citizen(), await a_type()
    first, second = await slots_of_one_day(2, of=of)
    held, *_ = await a_held_place(slot=first, by=citizen)
    gone = await on_behalf.cancel(code=held.code, by=WANG, reason="来电取消", at_wish=True)
    assert gone.state == "cancelled"
    deed = (await audit.latest([f"appointment:{held.id}"]))[0]
    assert (deed.actor, deed.action, deed.reason) == ("staff:7", "booking.cancelled", "来电取消")
    assert (await told("BookingCancelled"))[0]["by_office"] is False
    held, *_ = await a_held_place(slot=second, by=citizen)
    assert (await on_behalf.cancel(code=held.code, by=WANG, reason="停电", at_wish=False)).state == "office_cancelled"


async def test_what_staff_may_not():
    citizen, of = await a_citizen(), await a_type(cancel_minutes=60 * 24 * 7)
    (slot,) = await slots_of_one_day(1, of=of)
    held, *_ = await a_held_place(slot=slot, by=citizen)
    with pytest.raises(TooLateToCancel):
        await on_behalf.cancel(code=held.code, by=WANG, reason="来电取消", at_wish=True)
    with pytest.raises(ReasonNeeded):
        await on_behalf.cancel(code=held.code, by=WANG, reason=" ", at_wish=True)
    for refused in (
        on_behalf.cancel(code=held.code, by=citizen, reason="我", at_wish=True),
        on_behalf.reschedule(code=held.code, slot_id=slot.id, by=citizen, key="mine"),
        on_behalf.reserve(citizen_id=citizen.number, slot_id=slot.id, type_id=of.id, by=citizen, key="mine"),
    ):
        with pytest.raises(Forbidden):
            await refused


async def test_a_persons_record_is_what_happened_in_ones_halls_and_every_look_is_kept():
    here, there = await a_hall(), await a_hall()
    citizen = await a_citizen()
    ours = await a_slot(of=await a_type(hall=here))
    theirs = await a_slot(of=await a_type(hall=there), starts_in=timedelta(days=3))
    held, *_ = await a_held_place(slot=ours, by=citizen)
    await a_held_place(slot=theirs, by=citizen)
    kept = await record.of_citizen(citizen.number, within=[here.path], by=WANG, reason="核实预约情况")
    assert ([one.code for one in kept.bookings], kept.elsewhere) == ([held.code], 1)
    city = await record.of_citizen(citizen.number, within=[""], by=WANG, reason="电话代约")
    assert (len(city.bookings), city.elsewhere) == (2, 0)
    assert [(one.by, one.what, one.why) for one in await looks.of(citizen.number)] == [
        ("staff:7", "bookings", "电话代约"), ("staff:7", "bookings", "核实预约情况")
    ]  # fmt: skip
    with pytest.raises(ReasonNeeded):
        await record.of_citizen(citizen.number, within=[""], by=WANG, reason=" ")


async def test_those_no_message_reaches_are_on_the_call_list():
    hall = await a_hall()
    of = await a_type(hall=hall)
    first, second = await slots_of_one_day(2, of=of)
    reached = await identity.citizen(name="李四")
    await identity.account(reached)
    unreached = await identity.citizen(name="王五", phone="13800000001")
    for slot, row in ((first, reached), (second, unreached)):
        await booked_for(Actor.citizen(row.id), slot, of, key=f"console-{row.id}")
    (call,) = await record.call_list(within=[hall.path], by=WANG)
    assert (call.name, call.phone, call.state) == ("王*", "138****0001", "booked")
    assert await record.call_list(within=["elsewhere/"], by=WANG) == []
    await record.called(code=call.code, by=WANG)
    assert await record.call_list(within=[hall.path], by=WANG) == []
    await booking.cancel(code=call.code, by=WANG, reason="停电")
    assert [one.state for one in await record.call_list(within=[hall.path], by=WANG)] == ["office_cancelled"]


async def test_who_is_booked_for_by_family_is_called_when_nobody_looks_after_them_any_more():
    me = await a_citizen()
    await identity.account(await identity.Citizen.get(id=me.number))
    of, slot = await a_family_slot()
    mother = await on_the_list(me, name="李四")
    _, hers = await together(slot, me, mother)
    within = [(await of.hall).path]
    assert await record.call_list(within=within, by=WANG) == []
    await privacy.forget(citizen_id=me.number, by=me)
    assert [one.code for one in await record.call_list(within=within, by=WANG)] == [hers.code]


async def test_at_a_guardians_wish_no_child_is_left_alone():
    me = await a_citizen()
    _, slot = await a_family_slot()
    mine, _ = await together(slot, me, await a_child(me))
    with pytest.raises(MinorLeftAlone):
        await on_behalf.cancel(code=mine.code, by=WANG, reason="来电取消", at_wish=True)
    assert (await on_behalf.cancel(code=mine.code, by=WANG, reason="停电", at_wish=False)).state == "office_cancelled"
