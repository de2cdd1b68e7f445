"""同行: all or nobody. Reviewer behaviour 23: duplicates, a member over the limit, minors, every kind of document."""

from datetime import timedelta

import pytest

from appointments import booking, limits, party, rescheduling
from appointments.errors import (
    AlreadyBookedThatDay,
    KeyInvalid,
    NotYetReleased,
    SlotFull,
    SlotNotFound,
    TooLateToCancel,
)
from appointments.party_errors import (
    ComeAlong,
    MemberTwice,
    MinorLeftAlone,
    PartyDoesNotFit,
    PartyEmpty,
    PartyRefused,
    PartyTooLarge,
)
from foundation import clock, database
from foundation.errors import Forbidden
from foundation.idempotency import KeyReused
from identity import family
from identity.family_errors import PersonUnknown
from identity.family_models import FamilyMember
from tests.builders.appointments import STAFF, a_citizen, a_held_place, a_slot, a_type, booked_and_live, told
from tests.builders.people import a_child, a_family_slot, a_principal, half_parties, on_the_list, together

pytestmark = pytest.mark.usefixtures("db")


async def test_each_has_an_appointment_of_their_own_and_the_first_ties_them():
    me = await a_citizen()
    _, slot = await a_family_slot()
    mother, child, principal = await on_the_list(me), await a_child(me), await a_principal(me)
    made = await together(slot, me, mother, child, principal)
    assert [one.citizen_id for one in made] == [one.number for one in (me, mother, child, principal)]
    assert {one.party_id for one in made} == {made[0].id}
    assert [one.booked_by for one in made] == ["", str(me), str(me), str(me)]
    assert len({one.code for one in made}) == 4
    assert await booked_and_live(slot) == (4, 4)
    assert [one["appointment_id"] for one in await told("BookingConfirmed")] == [one.id for one in made]
    assert [one.id for one in await party.of(made[2])] == [one.id for one in made]


async def test_the_same_key_is_the_same_party():
    me = await a_citizen()
    _, slot = await a_family_slot()
    mother, father = await on_the_list(me), await on_the_list(me)
    first = await together(slot, me, mother)
    assert [one.id for one in await together(slot, me, mother)] == [one.id for one in first]
    for others in ((me, father), (me,), (me, mother, father)):
        with pytest.raises(KeyReused):
            await together(slot, *others)
    assert await booked_and_live(slot) == (2, 2)


async def test_a_key_belongs_to_who_books():
    """The agent's key never meets the principal's own, nor another agent's."""
    me, other = await a_citizen(), await a_citizen()
    _, slot = await a_family_slot()
    _, second = await a_family_slot()
    principal = await a_principal(me)
    own = await booking.reserve(slot_id=second.id, by=principal, key="one intent")
    (made,) = await together(slot, principal, by=me)
    assert made.id != own.id
    with pytest.raises(KeyInvalid):
        await together(slot, other, key="")


async def test_one_who_cannot_stops_all_and_every_such_one_is_named():
    me = await a_citizen()
    of, slot = await a_family_slot()
    mother, father = await on_the_list(me, name="李四"), await on_the_list(me, name="赵六")
    stranger = await on_the_list(me, name="钱七", verified=False)
    await a_held_place(slot=await a_slot(of=of, starts_at=slot.starts_at + timedelta(minutes=30)), by=mother)
    await limits.change(kind="that_day", most=1, by=STAFF)
    await a_held_place(slot=await a_slot(starts_at=slot.starts_at), by=father)
    with pytest.raises(PartyRefused) as refused:
        await together(slot, me, mother, father, stranger)
    rule = "（规定：" + refused.value.detail[1]["problem"].partition("（规定：")[2]
    assert rule.endswith("）")
    assert [(one["field"], one["problem"], one["code"]) for one in refused.value.detail] == [
        ("members.1", "李*：当天已预约过这项业务", "AlreadyBookedThatDay"),
        ("members.2", "赵*：预约数量已达上限" + rule, "TooManyBookings"),
        ("members.3", "未实名：尚未实名认证", "RealNameNeeded"),
    ]
    assert await booked_and_live(slot) == (0, 0)
    assert await database.fetchval("select count(*) from appointment where slot_id = $1", slot.id) == 0


async def test_nobody_twice_nobody_at_all_nobody_too_many():
    me = await a_citizen()
    _, slot = await a_family_slot(most=2)
    mother, father = await on_the_list(me, name="李四"), await on_the_list(me)
    with pytest.raises(MemberTwice) as twice:
        await together(slot, me, mother, mother)
    assert [one["problem"] for one in twice.value.detail] == ["李*已在名单中"]
    with pytest.raises(PartyEmpty):
        await party.reserve_party(slot_id=slot.id, members=[], by=me, key="one intent")
    with pytest.raises(PartyTooLarge, match="最多 2 人"):
        await together(slot, me, mother, father)
    with pytest.raises(Forbidden):
        await together(slot, me, by=STAFF)
    assert await booked_and_live(slot) == (0, 0)


async def test_a_person_on_nobodys_list_looks_like_nobody():
    me, stranger = await a_citizen(), await a_citizen()
    _, slot = await a_family_slot()
    for unknown in (stranger.number, 10**9):
        with pytest.raises(PersonUnknown):
            await party.reserve_party(slot_id=slot.id, members=[me.number, unknown], by=me, key="one intent")
        with pytest.raises(PersonUnknown):  # not even named when listed twice
            await party.reserve_party(slot_id=slot.id, members=[unknown, unknown], by=me, key="one intent")


async def test_family_comes_along_a_principal_may_come_alone():
    me = await a_citizen()
    _, slot = await a_family_slot()
    mother, child, principal = await on_the_list(me), await a_child(me), await a_principal(me)
    for members in ((mother,), (child,), (principal, mother), (principal, child)):
        with pytest.raises(ComeAlong):
            await together(slot, *members, by=me)
    (alone,) = await together(slot, principal, by=me)
    assert (alone.party_id, alone.booked_by) == (None, str(me))


async def test_a_delegation_must_reach_to_the_day_of_the_visit():
    me = await a_citizen()
    _, slot = await a_family_slot()
    short = await a_principal(me, until=slot.day - timedelta(days=1))
    enough = await a_principal(me, until=slot.day)
    pay = await a_principal(me, scope="pay")
    for principal in (short, pay):
        with pytest.raises(PersonUnknown):
            await together(slot, principal, by=me)
    await together(slot, enough, by=me)


async def test_a_child_without_a_document_counts_as_known_through_the_guardian():
    me = await a_citizen()
    _, slot = await a_family_slot()
    child = await a_child(me)
    assert len(await together(slot, me, child)) == 2
    _, again = await a_family_slot()
    await limits.change(kind="that_day", most=1, by=STAFF)
    with pytest.raises(PartyRefused) as refused:
        await together(again, me, child, key="another intent")
    assert [one["field"] for one in refused.value.detail] == ["members.0", "members.1"]


async def test_a_child_of_age_on_the_day_needs_a_document():
    me = await a_citizen()
    _, slot = await a_family_slot()
    child = await a_child(me)
    from foundation import crypto

    sixteen = slot.day.replace(year=slot.day.year - family.OF_AGE, day=min(slot.day.day, 28))
    await FamilyMember.filter(member_id=child.number).update(born_sealed=crypto.seal(sixteen.isoformat()))
    with pytest.raises(PersonUnknown):
        await together(slot, me, child)


async def test_fewer_places_than_people_is_nobody():
    me = await a_citizen()
    _, slot = await a_family_slot(capacity=2)
    mother, father = await on_the_list(me), await on_the_list(me)
    with pytest.raises(PartyDoesNotFit) as refused:
        await together(slot, me, mother, father)
    assert refused.value.detail == {"left": 2}
    assert await booked_and_live(slot) == (0, 0)
    await together(slot, me, mother)
    with pytest.raises(SlotFull):
        await together(slot, father, by=father, key="another intent")


async def test_what_is_wrong_with_the_slot_is_said_of_the_slot():
    me = await a_citizen()
    mother = await on_the_list(me)
    early = await a_slot(of=await a_type(party_most=2), released_ago=timedelta(hours=-1))
    with pytest.raises(NotYetReleased):
        await together(early, me, mother)
    with pytest.raises(SlotNotFound):
        await party.reserve_party(slot_id=10**9, members=[me.number], by=me, key="one intent")


async def test_one_goes_or_all_go():
    me = await a_citizen()
    _, slot = await a_family_slot()
    mother, father = await on_the_list(me), await on_the_list(me)
    mine, hers, his = await together(slot, me, mother, father)
    await booking.cancel(code=hers.code, by=me)
    assert await booked_and_live(slot) == (2, 2)
    gone = await party.cancel_party(code=mine.code, by=me)
    assert [(one.id, one.state) for one in gone] == [(mine.id, "cancelled"), (his.id, "cancelled")]
    assert await booked_and_live(slot) == (0, 0)
    assert [one.state for one in await party.cancel_party(code=mine.code, by=me)] == ["cancelled"]
    assert len(await told("BookingCancelled")) == 3


async def test_a_member_cancels_only_their_own():
    me = await a_citizen()
    _, slot = await a_family_slot()
    principal = await a_principal(me)
    mine, theirs = await together(slot, me, principal)
    assert [one.id for one in await party.cancel_party(code=theirs.code, by=principal)] == [theirs.id]
    assert (await booking.by_id(mine.id)).state == "booked"


async def test_all_go_in_time_or_none():
    me = await a_citizen()
    _, slot = await a_family_slot(cancel_minutes=60 * 24 * 7)
    made = await together(slot, me, await on_the_list(me))
    with pytest.raises(TooLateToCancel):
        await party.cancel_party(code=made[0].code, by=me)
    assert await booked_and_live(slot) == (2, 2)


async def test_a_child_is_never_left_alone():
    me = await a_citizen()
    of, slot = await a_family_slot()
    child = await a_child(me)
    mine, childs = await together(slot, me, child)
    later = await a_slot(of=of, starts_at=slot.starts_at + timedelta(hours=1), capacity=5)
    for refused in (
        booking.cancel(code=mine.code, by=me),
        rescheduling.reschedule(code=mine.code, slot_id=later.id, by=me, key="move"),
        rescheduling.reschedule(code=childs.code, slot_id=later.id, by=me, key="move it"),
    ):
        with pytest.raises(MinorLeftAlone):
            await refused
    await booking.cancel(code=mine.code, by=STAFF, reason="停电")  # the office may have to
    assert await booked_and_live(slot) == (1, 1)


async def test_the_child_goes_first_then_the_guardian():
    me = await a_citizen()
    _, slot = await a_family_slot()
    mine, childs = await together(slot, me, await a_child(me))
    await booking.cancel(code=childs.code, by=me)
    await booking.cancel(code=mine.code, by=me)
    assert await booked_and_live(slot) == (0, 0)


async def test_one_moves_and_leaves_the_party():
    me = await a_citizen()
    of, slot = await a_family_slot()
    mother = await on_the_list(me)
    mine, hers = await together(slot, me, mother)
    later = await a_slot(of=of, starts_at=slot.starts_at + timedelta(hours=1))
    moved = await rescheduling.reschedule(code=hers.code, slot_id=later.id, by=me, key="move")
    assert (moved.citizen_id, moved.party_id, moved.booked_by) == (mother.number, None, str(me))
    assert await booked_and_live(slot) == (1, 1)
    assert await half_parties() == []


async def test_a_person_booked_elsewhere_that_day_is_named_not_guessed():
    me = await a_citizen()
    of, slot = await a_family_slot()
    principal = await a_principal(me, name="李四")
    await a_held_place(slot=await a_slot(of=of, starts_at=slot.starts_at + timedelta(hours=1)), by=principal)
    with pytest.raises(PartyRefused) as refused:
        await together(slot, principal, by=me)
    assert refused.value.detail[0]["problem"].startswith("李*")
    assert not isinstance(refused.value, AlreadyBookedThatDay)


async def test_the_clock_of_a_party_is_the_databases():
    """A party of the last minute is refused like anybody."""
    me = await a_citizen()
    of = await a_type(party_most=2)
    slot = await a_slot(of=of, starts_in=timedelta(days=2), close_at=clock.now() - timedelta(seconds=1))
    from appointments.errors import SlotClosed

    with pytest.raises(SlotClosed):
        await together(slot, me, await on_the_list(me))
