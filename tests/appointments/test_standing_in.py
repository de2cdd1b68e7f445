"""代办 in queues and draws: for whom, with which limits, and who sees what came of it."""

import asyncio
from datetime import timedelta

import pytest

from appointments import booking, draw_entries, draw_jobs, for_others, jobs, limits, passing_on, waitlist
from appointments.draw_errors import AlreadyInDraw, DrawEntryNotFound
from appointments.draw_models import DrawEntry
from appointments.errors import AlreadyWaiting, TooManyBookings, TooManyWaits, WaitNotFound
from appointments.models import Appointment, Slot
from appointments.waiting_models import WaitlistEntry
from foundation import clock, database
from foundation.actor import Actor
from identity import delegation
from identity.events import CitizensMerged
from identity.family_errors import PersonUnknown
from tests.builders import organisations
from tests.builders.appointments import (
    a_citizen,
    a_full_slot,
    a_held_place,
    a_slot,
    a_type,
    booked_and_live,
    told,
)
from tests.builders.draws import a_draw, held, registered, registration_ends
from tests.builders.locks import until_somebody_waits
from tests.builders.people import a_child, a_principal, mandate, on_the_list, revoke
from tests.builders.rules import a_rule

pytestmark = pytest.mark.usefixtures("db")


async def waits(slot: Slot, whom: Actor, *, by: Actor) -> waitlist.Waiting:
    return await waitlist.join(slot_id=slot.id, by=by, for_citizen=whom.number)


async def enters(code: str, whom: Actor, *, by: Actor, **wish: object) -> draw_entries.Entry:
    said = {"wishes": [], "any_slot": True, **wish}
    return await draw_entries.register(code=code, by=by, for_citizen=whom.number, **said)  # type: ignore[arg-type]


async def an_agent_who_waits() -> tuple[Actor, Actor, Slot, waitlist.Waiting, booking.Booking, Actor]:
    """Agent, principal, the slot, their place in its queue, the booking in their way and its holder."""
    me, (slot, holder, full) = await a_citizen(), await a_full_slot()
    principal = await a_principal(me)
    return me, principal, slot, await waits(slot, principal, by=me), full, holder


async def test_a_place_in_a_queue_is_the_principals_and_both_look_after_it():
    me, principal, slot, entry, full, holder = await an_agent_who_waits()
    assert (entry.citizen_id, entry.joined_by, entry.place) == (principal.number, str(me), 1)
    assert (await waits(slot, principal, by=me)).id == entry.id
    ((event),) = await told("WaitlistJoinedFor")
    assert (event["entry_id"], event["citizen_id"], event["agent_id"]) == (entry.id, principal.number, me.number)
    assert [one.id for one in await waitlist.of(principal)] == [one.id for one in await waitlist.for_others(me)]
    assert await waitlist.of(me) == await waitlist.for_others(principal) == []
    other_agent = await a_citizen()
    await mandate(principal, other_agent)
    for stranger in (await a_citizen(), other_agent):
        with pytest.raises(WaitNotFound):
            await waitlist.find(code=entry.code, for_=stranger)
    await booking.cancel(code=full.code, by=holder)
    got = await waitlist.accept(code=entry.code, by=me)
    assert (got.citizen_id, got.booked_by, got.state) == (principal.number, str(me), "booked")
    assert [one.id for one in await for_others.of(me)] == [one.id for one in await booking.of(principal)] == [got.id]
    assert await booked_and_live(slot) == (1, 1)


async def test_after_the_revocation_it_is_the_principals_alone():
    me, principal, slot, entry, full, holder = await an_agent_who_waits()
    await revoke(principal)
    assert await waitlist.for_others(me) == []
    await booking.cancel(code=full.code, by=holder)
    for verb in (waitlist.accept, waitlist.decline, waitlist.leave):
        with pytest.raises(WaitNotFound):
            await verb(code=entry.code, by=me)
    assert (await waitlist.accept(code=entry.code, by=principal)).citizen_id == principal.number
    another, _, _ = await a_full_slot()
    with pytest.raises(PersonUnknown):
        await waits(another, principal, by=me)


async def test_only_by_a_tie_that_lets_one_act_alone():
    me, (slot, _, _) = await a_citizen(), await a_full_slot()
    one, _ = await a_draw()
    pays_only = await a_principal(me, scope="pay")
    until_today = await a_principal(me, until=clock.today())  # the visit is later
    for whom in (await a_citizen(), await on_the_list(me), await a_child(me), pays_only, until_today):
        with pytest.raises(PersonUnknown):
            await waits(slot, whom, by=me)
        with pytest.raises(PersonUnknown):
            await enters(one.code, whom, by=me)
    assert not await WaitlistEntry.exists()
    assert not await DrawEntry.exists()


async def test_a_delegation_that_names_items_covers_their_businesses():
    me, principal = await a_citizen(), await a_citizen()
    await delegation.grant(
        principal_id=principal.number, agent_id=me.number, scope=["book"], items=["A-1"], by=principal,
        until=clock.today() + timedelta(days=30),
    )  # fmt: skip
    for codes, may in ((["A-1", "A-2"], True), (["A-2"], False)):
        slot = await a_slot(of=await a_type(item_codes=codes))
        await a_held_place(slot=slot)
        if may:
            assert (await waits(slot, principal, by=me)).place == 1
        else:
            with pytest.raises(PersonUnknown):
                await waits(slot, principal, by=me)


async def test_what_the_principal_did_is_no_agents_to_see_or_to_change():
    me, (slot, _, _) = await a_citizen(), await a_full_slot()
    principal = await a_principal(me)
    one, (first, second) = await a_draw(slots=2)
    await waitlist.join(slot_id=slot.id, by=principal)
    await draw_entries.register(code=one.code, wishes=[first.id], any_slot=False, by=principal)
    with pytest.raises(AlreadyWaiting):
        await waits(slot, principal, by=me)
    with pytest.raises(AlreadyInDraw):
        await enters(one.code, principal, by=me, wishes=[second.id])
    with pytest.raises(DrawEntryNotFound):
        await draw_entries.withdraw(code=one.code, by=me, of_citizen=principal.number)
    assert (await draw_entries.find(code=one.code, for_=principal)).wishes == [first.id]
    for found in (waitlist.for_others, draw_entries.for_others, for_others.of):
        assert await found(me, of_citizen=principal.number) == []


async def test_of_an_organisation_every_agent_looks_after_everything():
    of = await organisations.an_organisation()
    me, colleague = [Actor.citizen((await organisations.an_agent(of, name=name)).id) for name in ("李四", "王五")]
    firm, (slot, _, _) = Actor.citizen(of.subject_id), await a_full_slot()  # type: ignore[attr-defined]
    one, _ = await a_draw()
    entry, lot = await waits(slot, firm, by=me), await enters(one.code, firm, by=me)
    assert (await waits(slot, firm, by=colleague)).id == entry.id
    assert (await enters(one.code, firm, by=colleague)).number == lot.number
    assert [each.id for each in await waitlist.for_others(colleague, of_citizen=firm.number)] == [entry.id]
    assert [each.id for each in await draw_entries.for_others(colleague, of_citizen=firm.number)] == [lot.id]
    assert await waitlist.for_others(colleague) == await draw_entries.for_others(colleague) == []
    assert (await waitlist.leave(code=entry.code, by=colleague)).state == "left"
    assert (await draw_entries.withdraw(code=one.code, by=colleague, of_citizen=firm.number)).outcome == "withdrawn"


async def test_limits_are_those_of_the_person_waited_for():
    me, others = await a_citizen(), [await a_full_slot() for _ in range(waitlist.MOST + 1)]
    principal = await a_principal(me)
    for slot, _, _ in others[:-1]:
        await waits(slot, principal, by=me)
    with pytest.raises(TooManyWaits):
        await waits(others[-1][0], principal, by=me)
    assert (await waitlist.join(slot_id=others[-1][0].id, by=me)).place == 1  # their own are another's


async def test_an_agents_cap_counts_when_they_join_and_when_the_place_comes():
    me, (slot, holder, full) = await a_citizen(), await a_full_slot()
    first, second = [await a_principal(me) for _ in range(2)]
    entry = await waits(slot, first, by=me)
    await a_rule("agent-day", subject="agent", event="booked", basis="made", period="day", threshold=1)
    elsewhere, elsewhere_holder, elsewhere_held = await a_full_slot()
    other = await waits(elsewhere, second, by=me)
    await booking.cancel(code=full.code, by=holder)
    assert (await waitlist.find(code=entry.code, for_=first)).state == "offered"
    await booking.cancel(code=elsewhere_held.code, by=elsewhere_holder)
    assert (await waitlist.by_id(other.id)).closed_why == "TooManyBookings"
    another, _, _ = await a_full_slot()
    one, _ = await a_draw()
    with pytest.raises(TooManyBookings):
        await waits(another, second, by=me)
    with pytest.raises(TooManyBookings):
        await enters(one.code, second, by=me)
    assert (await waitlist.join(slot_id=another.id, by=second)).place == 1


async def test_an_agent_who_books_at_this_moment_is_only_tried():
    """Whoever frees a place holds the slot, and must not wait for the agent, who may want that slot."""
    await a_rule("agent-day", subject="agent", event="booked", basis="made", period="day", threshold=1)
    me, principal, slot, entry, full, holder = await an_agent_who_waits()
    books, go_on = asyncio.Event(), asyncio.Event()

    async def booking_elsewhere() -> None:
        async with database.transaction():
            await limits.lock_subjects([], booked_by=[str(me)])
            books.set()
            await go_on.wait()

    busy = asyncio.create_task(booking_elsewhere())
    await books.wait()
    await booking.cancel(code=full.code, by=holder)
    go_on.set()
    await busy
    assert (await waitlist.by_id(entry.id)).state == "waiting"
    await database.execute("update cooling_place set back_at = clock_timestamp()")
    await jobs.pass_places_on()
    assert (await waitlist.by_id(entry.id)).state == "offered"


@pytest.mark.parametrize("locked", [True, False], ids=["held", "control"])
async def test_a_revocation_under_way_is_waited_for(locked: bool, monkeypatch: pytest.MonkeyPatch):
    """The control looks without a lock, and stands in a queue by a delegation that is over."""

    async def only_looked(*, agent: int, principal: int, scope: str, day: object, items: object = None) -> bool:
        return await delegation.may_act(agent=agent, principal=principal, scope=scope)

    if not locked:
        monkeypatch.setattr(delegation, "hold", only_looked)
    me, (slot, _, _) = await a_citizen(), await a_full_slot()
    principal = await a_principal(me)
    one, _ = await a_draw()
    revoked, go_on = asyncio.Event(), asyncio.Event()

    async def revoking() -> None:
        async with database.transaction():
            await revoke(principal)
            revoked.set()
            await go_on.wait()

    ending = asyncio.create_task(revoking())
    await revoked.wait()
    both = [asyncio.create_task(verb) for verb in (waits(slot, principal, by=me), enters(one.code, principal, by=me))]
    for task in both:
        await until_somebody_waits(task)
    if not locked:
        await asyncio.wait(both)
    go_on.set()
    await ending
    done = await asyncio.gather(*both, return_exceptions=True)
    there = await WaitlistEntry.all().count(), await DrawEntry.all().count()
    if locked:
        assert [type(each) for each in done] == [PersonUnknown, PersonUnknown]
        assert there == (0, 0)
    else:
        assert sum(there) > 0


async def test_a_lot_is_the_principals_and_so_is_what_it_wins():
    me = await a_citizen()
    principal = await a_principal(me)
    one, (first, second) = await a_draw(slots=2)
    lot = await enters(one.code, principal, by=me, wishes=[first.id], any_slot=False)
    assert (lot.citizen_id, lot.entered_by) == (principal.number, str(me))
    changed = await enters(one.code, principal, by=me, wishes=[second.id], any_slot=False)
    assert (changed.number, changed.wishes) == (lot.number, [second.id])
    assert [event["agent_id"] for event in await told("DrawEnteredFor")] == [me.number]
    with pytest.raises(DrawEntryNotFound):
        await draw_entries.find(code=one.code, for_=me)
    mine = await draw_entries.register(code=one.code, wishes=[first.id], any_slot=False, by=me)
    assert mine.number != lot.number  # one each
    await held(one)
    (theirs,) = await draw_entries.for_others(me)
    won = await booking.find(code=theirs.booking_code or "", for_=me)
    assert (theirs.outcome, won.citizen_id, won.booked_by) == ("won", principal.number, str(me))
    assert [each.id for each in await booking.of(principal)] == [won.id]
    assert (await draw_entries.find(code=one.code, for_=me)).outcome == "won"
    assert await Appointment.filter(booked_by=str(me)).count() == 1


async def test_the_principal_takes_an_agents_lot_back():
    me = await a_citizen()
    principal = await a_principal(me)
    one, _ = await a_draw()
    await enters(one.code, principal, by=me)
    assert (await draw_entries.withdraw(code=one.code, by=principal)).outcome == "withdrawn"
    assert (await enters(one.code, principal, by=me)).outcome == "registered"
    await revoke(principal)
    with pytest.raises(DrawEntryNotFound):
        await draw_entries.withdraw(code=one.code, by=me, of_citizen=principal.number)
    await registered(one, 1)
    await registration_ends(one)


async def test_an_agent_who_turns_out_to_be_somebody_known_goes_on_seeing_it():
    me, principal, slot, entry, _, _ = await an_agent_who_waits()
    one, _ = await a_draw()
    lot = await enters(one.code, principal, by=me)
    kept = await a_citizen()
    await mandate(principal, kept)
    event = CitizensMerged(kept=kept.number, gone=me.number)
    await jobs.follow_merge(event)
    await draw_jobs.follow_merge(event)
    assert [each.id for each in await waitlist.for_others(kept)] == [entry.id]
    assert [each.id for each in await draw_entries.for_others(kept)] == [lot.id]


async def test_the_office_frees_a_place_for_whom_an_agent_waits():
    """What capacity adds goes to the waiters as well, as the booking of the person waited for."""
    me, principal, slot, entry, _, _ = await an_agent_who_waits()
    async with database.transaction() as tx:
        await tx.execute("update slot set capacity = capacity + 1 where id = $1", slot.id)
        await passing_on.serve(slot.id)
    offered = await waitlist.by_id(entry.id)
    made = await Appointment.get(id=offered.appointment_id)
    assert (made.state, made.booked_by) == ("held", str(me))
    assert (await waitlist.decline(code=entry.code, by=me)).state == "declined"
