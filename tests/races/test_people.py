"""People around a booking, at the same moment. Each lock has a control that shows what happens without it."""

import asyncio
from datetime import timedelta

import pytest

from appointments import booking, checkin, limits, party, seats
from appointments.errors import SlotFull, TooManyBookings
from appointments.models import Appointment
from appointments.party_errors import MandateOver, PartyDoesNotFit, PartyRefused
from foundation import crypto, database
from foundation.actor import Actor
from identity import acting, delegation
from identity.family_errors import PersonUnknown
from tests.builders.appointments import STAFF, a_citizen, a_slot, booked_and_live, citizens, on_the_day
from tests.builders.locks import until_somebody_waits
from tests.builders.people import a_family_slot, a_principal, half_parties, mandate, on_the_list, revoke, together

pytestmark = pytest.mark.usefixtures("db", "redis_db")


async def two_agents() -> tuple[Actor, Actor, Actor]:
    """Two agents of one principal, who may have one booking a day."""
    one, other = await citizens(2)
    principal = await a_principal(one)
    await mandate(principal, other)
    await limits.change(kind="that_day", most=1, by=STAFF)
    return one, other, principal


async def test_two_agents_of_one_principal_at_once_are_one_limit():
    one, other, principal = await two_agents()
    _, first = await a_family_slot()
    _, second = await a_family_slot()
    outcomes = await asyncio.gather(
        together(first, principal, by=one), together(second, principal, by=other), return_exceptions=True
    )
    assert {type(outcome) for outcome in outcomes} == {list, PartyRefused}
    assert await Appointment.filter(citizen_id=principal.number).count() == 1


async def test_control_without_the_principals_lock_the_limit_breaks():
    one, other, principal = await two_agents()
    _, first = await a_family_slot()
    _, second = await a_family_slot()
    counted = asyncio.Barrier(2)

    async def unlocked(slot, agent):
        async with database.transaction() as tx:
            number = await tx.fetchval("select nextval('appointment_id_seq')")
            want = seats.Want(
                id=number, slot_id=slot.id, citizen_id=principal.number, key=str(agent), body_hash="", by=agent,
                code=crypto.random_code(10),
            )  # fmt: skip
            await seats.take([want])
            await counted.wait()

    await asyncio.gather(unlocked(first, one), unlocked(second, other))
    assert await Appointment.filter(citizen_id=principal.number).count() == 2


async def contenders(capacity: int):
    """A slot with few places, parties of three and people alone who all want it."""
    _, slot = await a_family_slot(capacity=capacity)
    leaders, singles = await citizens(3), await citizens(4)
    parties = [(one, await on_the_list(one), await on_the_list(one)) for one in leaders]
    return slot, parties, singles


async def test_a_party_takes_all_its_places_or_none():
    for capacity in (2, 4, 7):
        slot, parties, singles = await contenders(capacity)
        outcomes = await asyncio.gather(
            *(together(slot, *members) for members in parties),
            *(booking.reserve(slot_id=slot.id, by=one, key="mine") for one in singles),
            return_exceptions=True,
        )
        refused = [one for one in outcomes if isinstance(one, BaseException)]
        assert all(isinstance(one, SlotFull | PartyDoesNotFit) for one in refused), refused
        counter, live = await booked_and_live(slot)
        assert counter == live <= capacity
        rows = await database.fetch(
            "select count(*) as number from appointment where slot_id = $1 and party_id is not null group by party_id",
            slot.id,
        )
        assert {row["number"] for row in rows} <= {3}
        assert capacity - live < 3 or len(refused) == 0
    assert await half_parties() == []


async def test_control_one_by_one_leaves_half_a_party():
    slot, parties, _ = await contenders(4)
    at_the_slot = asyncio.Barrier(2)

    async def one_by_one(members):
        for nth, one in enumerate(members):
            if nth < 2:
                await at_the_slot.wait()
            await booking.reserve(slot_id=slot.id, by=one, key="mine")

    outcomes = await asyncio.gather(*(one_by_one(members) for members in parties[:2]), return_exceptions=True)
    assert any(isinstance(one, SlotFull) for one in outcomes)
    booked = [
        await Appointment.filter(citizen_id__in=[one.number for one in members]).count() for members in parties[:2]
    ]
    assert any(0 < number < 3 for number in booked)


async def test_two_parties_with_the_same_people_do_not_embrace_each_other():
    """Persons are locked in ascending order, whatever the order of the list."""
    one, other = await citizens(2)
    await mandate(one, other)
    await mandate(other, one)
    for _ in range(5):
        _, first = await a_family_slot()
        _, second = await a_family_slot()
        outcomes = await asyncio.gather(
            together(first, one, other, key=f"{first.id}"), together(second, other, one, key=f"{second.id}"),
            return_exceptions=True,
        )  # fmt: skip
        assert not [one for one in outcomes if not isinstance(one, list | PartyRefused)]
    assert await half_parties() == []


async def booking_meets_revocation() -> tuple[object, Actor, Actor]:
    """The principal revokes, and has not committed when the agent books: what the agent got, once both are done."""
    me = await a_citizen()
    _, slot = await a_family_slot()
    principal = await a_principal(me)
    revoked, go_on = asyncio.Event(), asyncio.Event()

    async def revoking():
        async with database.transaction():
            await revoke(principal)
            revoked.set()
            await go_on.wait()

    ending = asyncio.create_task(revoking())
    await revoked.wait()
    booked = asyncio.create_task(together(slot, principal, by=me))
    await until_somebody_waits(booked)
    go_on.set()
    await ending
    (outcome,) = await asyncio.gather(booked, return_exceptions=True)
    return outcome, me, principal


async def test_a_delegation_being_revoked_is_waited_for():
    outcome, me, principal = await booking_meets_revocation()
    assert isinstance(outcome, PersonUnknown)
    assert await Appointment.all().count() == 0


async def test_control_a_look_without_a_lock_books_on_a_revoked_delegation(monkeypatch: pytest.MonkeyPatch):
    async def only_looked(*, agent: int, principal: int, scope: str, day: object, items: object) -> bool:
        return await delegation.may_act(agent=agent, principal=principal, scope=scope)

    monkeypatch.setattr(delegation, "hold", only_looked)
    outcome, me, principal = await booking_meets_revocation()
    assert isinstance(outcome, list)
    assert not await acting.looks_after(agent=me.number, person=principal.number)


async def test_a_revocation_waits_for_the_booking_under_way():
    me = await a_citizen()
    _, slot = await a_family_slot()
    principal = await a_principal(me)
    async with asyncio.timeout(20):
        held, go_on = asyncio.Event(), asyncio.Event()

        async def holding_the_slot():
            async with database.transaction() as tx:
                await tx.execute("select 1 from slot where id = $1 for update", slot.id)
                held.set()
                await go_on.wait()

        holder = asyncio.create_task(holding_the_slot())
        await held.wait()
        booked = asyncio.create_task(together(slot, principal, by=me))
        await until_somebody_waits(booked)
        ending = asyncio.create_task(revoke(principal))
        await asyncio.create_task(_until_two_wait())
        go_on.set()
        await holder
        (made,) = await booked
        await ending
    assert (await booking.find(code=made.code, for_=principal)).state == "booked"
    assert await booked_and_live(slot) == (1, 1)


async def _until_two_wait() -> None:
    while (
        await database.fetchval(
            """select count(*) from pg_locks where not granted and pid in
               (select pid from pg_stat_activity where datname = current_database())"""
        )
        < 2
    ):
        await asyncio.sleep(0.01)


async def test_a_party_cancelled_twice_at_once_frees_its_places_once():
    me = await a_citizen()
    _, slot = await a_family_slot()
    mine, hers = await together(slot, me, await on_the_list(me))
    await asyncio.gather(
        party.cancel_party(code=mine.code, by=me), party.cancel_party(code=hers.code, by=me),
        booking.cancel(code=hers.code, by=me), return_exceptions=True,
    )  # fmt: skip
    assert await booked_and_live(slot) == (0, 0)
    assert await database.fetchval("select count(*) from audit_row where action = 'booking.cancelled'") == 2


async def test_the_same_intent_twice_at_once_is_one_party():
    me = await a_citizen()
    _, slot = await a_family_slot()
    mother = await on_the_list(me)
    first, second = await asyncio.gather(together(slot, me, mother), together(slot, me, mother))
    assert [one.id for one in first] == [one.id for one in second]
    assert await booked_and_live(slot) == (2, 2)


async def test_limits_of_a_member_hold_against_their_own_booking_at_the_same_moment():
    me = await a_citizen()
    principal = await a_principal(me)
    await limits.change(kind="that_day", most=1, by=STAFF)
    _, slot = await a_family_slot()
    own = await a_slot(starts_at=slot.starts_at + timedelta(hours=1))
    outcomes = await asyncio.gather(
        together(slot, me, principal), booking.reserve(slot_id=own.id, by=principal, key="mine"),
        return_exceptions=True,
    )  # fmt: skip
    assert len([one for one in outcomes if isinstance(one, PartyRefused | TooManyBookings)]) == 1
    assert await Appointment.filter(citizen_id=principal.number).count() == 1


async def scanning_meets_revocation() -> tuple[object, booking.Booking]:
    """The principal revokes and has not committed when the agent's code is scanned: what the hall said."""
    me = await a_citizen()
    _, slot = await a_family_slot()
    principal = await a_principal(me)
    (held,) = await together(slot, principal, by=me)
    revoked, go_on = asyncio.Event(), asyncio.Event()

    async def revoking():
        async with database.transaction():
            await revoke(principal)
            revoked.set()
            await go_on.wait()

    with on_the_day(held):
        shown = await checkin.code_for(code=held.code, by=me)
        ending = asyncio.create_task(revoking())
        await revoked.wait()
        scanned = asyncio.create_task(checkin.scan(scanned=shown.text, hall_code=held.hall_code, by=STAFF))
        await until_somebody_waits(scanned)
        go_on.set()
        await ending
        (outcome,) = await asyncio.gather(scanned, return_exceptions=True)
    return outcome, await booking.by_id(held.id)


async def test_a_delegation_being_revoked_is_waited_for_at_the_hall():
    outcome, held = await scanning_meets_revocation()
    assert isinstance(outcome, MandateOver)
    assert held.state == "booked"


async def test_control_a_look_without_a_lock_lets_a_revoked_agent_in(monkeypatch: pytest.MonkeyPatch):
    looks_after = acting.looks_after

    async def only_looked(*, agent: int, person: int, locked: bool = False) -> bool:
        return await looks_after(agent=agent, person=person)

    monkeypatch.setattr(acting, "looks_after", only_looked)
    outcome, held = await scanning_meets_revocation()
    assert isinstance(outcome, checkin.Drawn)
    assert held.state == "checked_in"
