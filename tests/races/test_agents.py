"""An agent's daily cap counts what they book for others, whoever it is for, also at the same moment."""

import asyncio
from datetime import timedelta

import pytest

from appointments import rescheduling, seats
from appointments.models import Appointment
from appointments.party_errors import PartyRefused
from foundation import crypto, database
from foundation.actor import Actor
from tests.builders.appointments import a_citizen, a_slot, booked_and_live
from tests.builders.people import a_family_slot, a_principal, together
from tests.builders.rules import a_rule

pytestmark = pytest.mark.usefixtures("db")


async def an_agent(*, most: int, principals: int) -> tuple[Actor, list[Actor]]:
    await a_rule("agent-day", subject="agent", event="booked", basis="made", period="day", threshold=most)
    agent = await a_citizen()
    return agent, [await a_principal(agent) for _ in range(principals)]


async def made_by(agent: Actor) -> int:
    return await Appointment.filter(booked_by=str(agent)).count()


async def test_an_agents_daily_cap_holds_whoever_they_book_for():
    agent, principals = await an_agent(most=2, principals=4)
    slots = [(await a_family_slot())[1] for _ in principals]
    outcomes = await asyncio.gather(
        *(together(slot, one, by=agent, key=str(slot.id)) for slot, one in zip(slots, principals, strict=True)),
        return_exceptions=True,
    )
    refused = [one for one in outcomes if isinstance(one, PartyRefused)]
    assert (len(refused), await made_by(agent)) == (2, 2)
    assert "同一代办人" in refused[0].detail[0]["problem"]
    _, own = await a_family_slot()
    await together(own, agent)  # what they need themselves does not count


async def test_a_party_over_the_cap_is_nobody():
    agent, principals = await an_agent(most=2, principals=3)
    _, slot = await a_family_slot()
    with pytest.raises(PartyRefused) as refused:
        await together(slot, *principals, by=agent)
    assert [one["field"] for one in refused.value.detail] == ["members.2"]
    assert await booked_and_live(slot) == (0, 0)
    assert len(await together(slot, agent, *principals[:2])) == 3


async def test_control_without_the_agents_lock_the_cap_breaks():
    agent, principals = await an_agent(most=1, principals=2)
    slots = [(await a_family_slot())[1] for _ in principals]
    counted = asyncio.Barrier(2)

    async def locking_the_person_only(slot, principal):
        async with database.transaction():
            numbers = await seats.lock_and_number([principal.number])
            want = seats.Want(
                id=numbers[principal.number], slot_id=slot.id, citizen_id=principal.number, key="one intent",
                body_hash="", by=agent, code=crypto.random_code(10),
            )  # fmt: skip
            await seats.take([want])
            await counted.wait()

    await asyncio.gather(*(locking_the_person_only(slot, one) for slot, one in zip(slots, principals, strict=True)))
    assert await made_by(agent) == 2


async def test_a_move_is_not_one_more():
    agent, principals = await an_agent(most=1, principals=1)
    of, slot = await a_family_slot()
    later = await a_slot(of=of, starts_at=slot.starts_at + timedelta(hours=1))
    (held,) = await together(slot, principals[0], by=agent)
    for who, to in ((agent, later), (principals[0], slot)):
        held = await rescheduling.reschedule(code=held.code, slot_id=to.id, by=who, key=f"to {to.id}")
    assert held.booked_by == str(agent)
    assert await booked_and_live(slot) == (1, 1)
