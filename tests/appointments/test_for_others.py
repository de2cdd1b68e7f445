"""代办: what an agent sees and does for a principal, as long as the delegation holds."""

from datetime import timedelta

import pytest

from appointments import booking, checkin, for_others, jobs, party, rescheduling
from appointments.errors import BookingNotFound, CannotCheckIn, CheckInCodeStale
from appointments.party_errors import MandateOver
from foundation import clock, database
from foundation.actor import Actor
from identity import family, privacy
from identity.events import CitizensMerged
from tests.builders.appointments import STAFF, a_citizen, a_slot, booked_and_live, on_the_day
from tests.builders.people import a_child, a_family_slot, a_principal, mandate, on_the_list, revoke, together

pytestmark = pytest.mark.usefixtures("db", "redis_db")

KIOSK = Actor.system("kiosk")


async def a_booking_for():
    """An agent, a principal, their booking and its slot and type."""
    me = await a_citizen()
    of, slot = await a_family_slot()
    principal = await a_principal(me)
    (held,) = await together(slot, principal, by=me)
    return me, principal, held, slot, of


async def codes(who: Actor) -> tuple[list[str], list[str]]:
    """Own, and for others."""
    return [one.code for one in await booking.of(who)], [one.code for one in await for_others.of(who)]


async def test_both_see_it_and_nobody_else():
    me, principal, held, *_ = await a_booking_for()
    assert await codes(me) == ([], [held.code])
    assert await codes(principal) == ([held.code], [])
    for who in (me, principal):
        assert (await booking.find(code=held.code, for_=who)).id == held.id
    other_agent = await a_citizen()
    await mandate(principal, other_agent)
    for stranger in (await a_citizen(), other_agent):  # an agent sees what they booked themselves
        with pytest.raises(BookingNotFound):
            await booking.find(code=held.code, for_=stranger)
    assert await for_others.names_of([held], me) == {principal.number: "李*"}
    assert await for_others.names_of([held], principal) == {}


@pytest.mark.parametrize("which", [0, 1])
async def test_either_cancels(which: int):
    *people, held, slot, _ = await a_booking_for()
    await booking.cancel(code=held.code, by=people[which])
    assert await booked_and_live(slot) == (0, 0)
    actor = await database.fetchval("select actor from audit_row where action = 'booking.cancelled'")
    assert actor == str(people[which])


@pytest.mark.parametrize("which", [0, 1])
async def test_either_moves_it_and_both_still_see_it(which: int):
    me, principal, held, slot, of = await a_booking_for()
    later = await a_slot(of=of, starts_at=slot.starts_at + timedelta(hours=1))
    who = (me, principal)[which]
    moved = await rescheduling.reschedule(code=held.code, slot_id=later.id, by=who, key="move")
    assert (moved.citizen_id, moved.booked_by) == (principal.number, str(me))
    again = await rescheduling.reschedule(code=held.code, slot_id=later.id, by=who, key="move")
    assert again.id == moved.id
    assert moved.code in (await codes(me))[1]
    assert moved.code in (await codes(principal))[0]
    assert (await booked_and_live(slot), await booked_and_live(later)) == ((0, 0), (1, 1))


async def test_after_the_revocation_the_agent_sees_and_does_nothing():
    me, principal, held, slot, of = await a_booking_for()
    later = await a_slot(of=of, starts_at=slot.starts_at + timedelta(hours=1))
    await revoke(principal)
    assert await codes(me) == ([], [])
    for refused in (
        booking.find(code=held.code, for_=me),
        booking.cancel(code=held.code, by=me),
        party.cancel_party(code=held.code, by=me),
        rescheduling.reschedule(code=held.code, slot_id=later.id, by=me, key="move"),
        checkin.code_for(code=held.code, by=me),
    ):
        with pytest.raises(BookingNotFound):
            await refused
    assert (await booking.find(code=held.code, for_=principal)).state == "booked"
    assert await booked_and_live(slot) == (1, 1)


async def test_when_its_last_day_is_over_the_delegation_is_too():
    me, principal, held, *_ = await a_booking_for()
    with clock.shifted(timedelta(days=31)):
        with pytest.raises(BookingNotFound):
            await booking.find(code=held.code, for_=me)
        assert (await booking.find(code=held.code, for_=principal)).id == held.id


async def test_a_move_beyond_the_delegation_is_refused():
    me = await a_citizen()
    of, slot = await a_family_slot()
    principal = await a_principal(me, until=slot.day)
    (held,) = await together(slot, principal, by=me)
    beyond = await a_slot(of=of, starts_at=slot.starts_at + timedelta(days=1))
    from identity.family_errors import PersonUnknown

    with pytest.raises(PersonUnknown):
        await rescheduling.reschedule(code=held.code, slot_id=beyond.id, by=me, key="move")
    await rescheduling.reschedule(code=held.code, slot_id=beyond.id, by=principal, key="move")


async def test_the_agents_code_says_who_shows_it_and_is_asked_again():
    me, principal, held, *_ = await a_booking_for()
    with on_the_day(held):
        shown = await checkin.code_for(code=held.code, by=me)
        own = await checkin.code_for(code=held.code, by=principal)
        assert shown.text.endswith(".G")
        assert own.text.count(".") == 1
        await revoke(principal)
        with pytest.raises(MandateOver, match="委托已解除或已到期"):
            await checkin.scan(scanned=shown.text, hall_code=held.hall_code, by=STAFF)
        assert (await booking.by_id(held.id)).state == "booked"
        drawn = await checkin.scan(scanned=own.text, hall_code=held.hall_code, by=STAFF)
    assert drawn.booking.id == held.id


async def test_an_agents_code_cannot_pass_for_the_persons_own():
    """Cutting the mark off, or putting it on, breaks the signature."""
    me, principal, held, *_ = await a_booking_for()
    with on_the_day(held):
        shown = (await checkin.code_for(code=held.code, by=me)).text
        own = (await checkin.code_for(code=held.code, by=principal)).text
        for forged in (shown.removesuffix(".G"), f"{own}.G", f"{shown}.G", "NOSUCHCODE.abc.G"):
            with pytest.raises(CheckInCodeStale):
                await checkin.scan(scanned=forged, hall_code=held.hall_code, by=STAFF)
        drawn = await checkin.scan(scanned=shown.lower(), hall_code=held.hall_code, by=KIOSK)
    assert drawn.companions == ()


async def test_one_code_lets_the_whole_party_in_one_after_the_other():
    me = await a_citizen()
    _, slot = await a_family_slot()
    mother, child, principal = await on_the_list(me), await a_child(me), await a_principal(me)
    made = await together(slot, me, mother, child, principal)
    with on_the_day(made[0]):
        shown = await checkin.code_for(code=made[1].code, by=me)
        drawn = await checkin.scan(scanned=shown.text, hall_code=made[0].hall_code, by=KIOSK)
        assert (drawn.number, drawn.companions) == ("A001", ("A002", "A003", "A004"))
        assert drawn.booking.id == made[0].id
        with pytest.raises(CannotCheckIn):
            await checkin.code_for(code=made[0].code, by=me)
    assert {one.state for one in await party.of(made[0])} == {"checked_in"}


async def test_who_came_alone_or_cancelled_or_is_no_longer_looked_after_is_left_out():
    me = await a_citizen()
    _, slot = await a_family_slot()
    mother, father, principal = await on_the_list(me), await on_the_list(me), await a_principal(me)
    made = await together(slot, me, mother, father, principal)
    await booking.cancel(code=made[2].code, by=me)
    await revoke(principal)
    with on_the_day(made[0]):
        await checkin.admit(code=made[1].code, hall_code=made[1].hall_code, by=STAFF)
        shown = await checkin.code_for(code=made[0].code, by=me)
        drawn = await checkin.scan(scanned=shown.text, hall_code=made[0].hall_code, by=STAFF)
    assert (drawn.number, drawn.companions) == ("A002", ())
    assert [one.state for one in await party.of(made[0])] == ["checked_in", "checked_in", "cancelled", "booked"]


async def test_a_members_own_code_lets_in_nobody_else():
    me = await a_citizen()
    _, slot = await a_family_slot()
    principal = await a_principal(me)
    mine, theirs = await together(slot, me, principal)
    with on_the_day(mine):
        shown = await checkin.code_for(code=theirs.code, by=principal)
        drawn = await checkin.scan(scanned=shown.text, hall_code=mine.hall_code, by=STAFF)
    assert (drawn.booking.id, drawn.companions) == (theirs.id, ())
    assert (await booking.by_id(mine.id)).state == "booked"


async def test_who_objected_is_nobodys_to_look_after():
    me = await a_citizen()
    _, slot = await a_family_slot()
    mother = await on_the_list(me)
    _, hers = await together(slot, me, mother)
    (listed,) = await family.lists_with(mother.number)
    await family.remove(family_id=listed.id, by=me)
    assert (await booking.find(code=hers.code, for_=me)).id == hers.id
    await family.refuse(family_id=listed.id, by=mother)
    with pytest.raises(BookingNotFound):
        await booking.find(code=hers.code, for_=me)
    assert (await booking.find(code=hers.code, for_=mother)).id == hers.id


async def test_who_booked_for_others_goes_on_seeing_it_after_a_merge():
    me, principal, held, *_ = await a_booking_for()
    elder = await a_citizen()
    await delegation_follows(me, elder)
    await jobs.follow_merge(CitizensMerged(kept=elder.number, gone=me.number))
    assert await codes(elder) == ([], [held.code])
    assert (await booking.find(code=held.code, for_=principal)).booked_by == str(elder)


async def delegation_follows(gone: Actor, kept: Actor) -> None:
    """What `identity` does in the transaction of the merge itself."""
    await database.execute("update delegation set agent_id = $2 where agent_id = $1", gone.number, kept.number)


async def test_what_others_booked_goes_when_a_guardian_leaves():
    me = await a_citizen()
    _, slot = await a_family_slot()
    await together(slot, me, await a_child(me))
    await privacy.forget(citizen_id=me.number, by=me)
    assert await booked_and_live(slot) == (0, 0)
