"""Who booked for another reads the same, while they look after it; the two of a delegation hear of it."""

import pytest

from appointments import booking, closure, closure_work, for_others, rebooking
from appointments.events import BookingCancelled, BookingConfirmed, BookingRescheduled, BookingSoon
from foundation.actor import Actor
from identity.events import DelegationAsked, DelegationGranted, DelegationRevoked, FamilyAdded
from notifications import people_listeners
from notifications.models import Message
from tests.builders import identity
from tests.builders.appointments import STAFF, a_citizen, a_held_place
from tests.builders.closures import morning, whole_day
from tests.builders.people import a_child, a_family_slot, a_principal, mandate, revoke, together

pytestmark = pytest.mark.usefixtures("db")


async def told(citizen: Actor) -> list[tuple[str, str]]:
    rows = await Message.filter(citizen_id=citizen.number, channel="inbox").order_by("id")
    return [(one.title, one.text) for one in rows]


async def test_who_booked_reads_it_with_the_name():
    me = await a_citizen()
    _, slot = await a_family_slot()
    child = await a_child(me)
    mine, childs = await together(slot, me, child)
    ids = {"appointment_id": childs.id, "citizen_id": child.number}
    for _ in range(2):
        await people_listeners.tell_booker_confirmed(BookingConfirmed(**ids))
        await people_listeners.tell_booker_soon(BookingSoon(**ids, kind="day_before"))
        await people_listeners.tell_booker_rescheduled(BookingRescheduled(**ids, from_id=mine.id))
    await booking.cancel(code=childs.code, by=STAFF, reason="停电")
    await people_listeners.tell_booker_soon(BookingSoon(**ids, kind="two_hours"))
    await people_listeners.tell_booker_cancelled(BookingCancelled(**ids, by_office=True, reason="停电"))
    messages = await told(me)
    assert [title for title, _ in messages] == ["预约成功", "预约提醒", "改约成功", "预约已取消"]
    assert all("（张*）" in text for _, text in messages)
    assert "停电" in messages[-1][1]
    own = {"appointment_id": mine.id, "citizen_id": me.number}
    await people_listeners.tell_booker_confirmed(BookingConfirmed(**own))
    assert len(await told(me)) == 4


async def test_of_a_closure_the_booker_hears_that_there_is_an_offer():
    me = await a_citizen()
    of, slot = await a_family_slot()
    mother = await a_principal(me)
    (hers,) = await together(slot, mother, by=me)
    await morning(of, days=3)
    made = await closure.announce(span=whole_day(of), reason="停电", by=STAFF)
    await closure_work.work_through(closure_id=made.id)
    event = BookingCancelled(appointment_id=hers.id, citizen_id=mother.number, by_office=True, reason="停电")
    await people_listeners.tell_booker_cancelled(event)
    ((_, text),) = await told(me)
    assert "优先改约" in text
    (offer,) = await rebooking.of(me)
    await rebooking.accept(code=offer.code, by=me)
    assert [one.state for one in await for_others.of(me)] == ["booked", "office_cancelled"]
    assert "欢迎改约" not in text


async def test_who_looks_after_it_no_more_or_works_at_the_office_reads_nothing():
    me = await a_citizen()
    _, slot = await a_family_slot()
    principal = await a_principal(me)
    (held,) = await together(slot, principal, by=me)
    await revoke(principal)
    await people_listeners.tell_booker_confirmed(BookingConfirmed(appointment_id=held.id, citizen_id=principal.number))
    assert await told(me) == []
    other, citizen, _ = await a_held_place()
    await people_listeners.tell_booker_confirmed(BookingConfirmed(appointment_id=other.id, citizen_id=citizen.number))
    assert await told(citizen) == []


async def test_both_hear_of_a_delegation_in_the_app_only():
    me = await a_citizen()
    principal = await a_citizen(name="李四")
    row = await identity.Citizen.get(id=me.number)
    await identity.account(row)
    made = await mandate(principal, me)
    ids = {"delegation_id": made, "principal_id": principal.number, "agent_id": me.number}
    for _ in range(2):
        await people_listeners.tell_granted(DelegationGranted(**ids))
        await people_listeners.tell_revoked(DelegationRevoked(**ids))
    assert [text.partition("，")[0] for _, text in await told(me)] == [
        "李*已委托您代办", "您与李*之间的委托已解除。已约好的号仍归本人。"
    ]  # fmt: skip
    assert len(await told(principal)) == 2
    assert await Message.exclude(channel="inbox").count() == 0


async def test_who_is_asked_or_put_on_a_list_hears_it():
    citizen = await a_citizen()
    await people_listeners.tell_asked(DelegationAsked(request_id=1, citizen_id=citizen.number))
    await people_listeners.tell_listed(FamilyAdded(family_id=1, citizen_id=citizen.number))
    await people_listeners.tell_listed(FamilyAdded(family_id=1, citizen_id=10**9))
    assert [title for title, _ in await told(citizen)] == ["有人申请为您代办", "有人把您登记为同行亲友"]
