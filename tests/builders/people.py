"""Families and principals: people around a booking, without the verifier."""

from datetime import date, timedelta
from typing import Any

from appointments import party
from appointments.booking import Booking
from appointments.models import AppointmentType, Slot
from foundation import clock, crypto, database
from foundation.actor import Actor
from identity import delegation
from identity.family_models import FamilyMember
from identity.models import Citizen
from identity.standing_models import Guardianship
from tests.builders.appointments import a_citizen, a_slot, a_type
from tests.builders.identity import citizen, id_number


async def a_principal(agent: Actor, *, name: str = "李四", until: date | None = None, scope: str = "book") -> Actor:
    """A verified citizen whom `agent` may act for, a month unless told otherwise."""
    principal = await a_citizen(name=name)
    await mandate(principal, agent, until=until, scope=scope)
    return principal


async def mandate(principal: Actor, agent: Actor, *, until: date | None = None, scope: str = "book") -> int:
    return await delegation.grant(
        principal_id=principal.number, agent_id=agent.number, scope=[scope], by=principal,
        until=until or clock.today() + timedelta(days=30),
    )  # fmt: skip


async def on_the_list(owner: Actor, *, name: str = "王五", verified: bool = True) -> Actor:
    """Somebody with a document on the owner's family list."""
    member = await a_citizen(name=name, verified=verified)
    await FamilyMember.create(owner_id=owner.number, member_id=member.number, relation="parent")
    return member


async def a_child(guardian: Actor, *, name: str = "张小") -> Actor:
    """A minor without a document."""
    child = await Citizen.create(real_name_sealed=crypto.seal(name), guardian_id=guardian.number)
    born = crypto.seal((clock.today() - timedelta(days=700)).isoformat())
    await FamilyMember.create(owner_id=guardian.number, member=child, relation="child", born_sealed=born)
    return Actor.citizen(child.id)


async def a_ward(guardian: Actor, *, name: str = "张小") -> Actor:
    """A child of nine with a document, whose guardian the register knows."""
    child = await citizen(name=name, number=id_number(born=f"{clock.today().year - 9}0101"))
    await Guardianship.create(guardian_id=guardian.number, child_id=child.id, confirmed_at=clock.now())
    return Actor.citizen(child.id)


async def a_family_slot(*, capacity: int = 10, most: int = 5, **rules: Any) -> tuple[AppointmentType, Slot]:
    """A business that takes parties, and a slot of it at ten in the morning the day after tomorrow."""
    of = await a_type(party_most=most, **rules)
    ten = clock.shanghai(clock.now() + timedelta(days=2)).replace(hour=10, minute=0, second=0, microsecond=0)
    return of, await a_slot(of=of, capacity=capacity, starts_at=ten)


async def together(slot: Slot, *members: Actor, by: Actor | None = None, key: str = "one intent") -> list[Booking]:
    """A party of `members`, booked by the first unless told otherwise."""
    return await party.reserve_party(
        slot_id=slot.id, members=[one.number for one in members], by=by or members[0], key=key
    )


async def revoke(principal: Actor) -> None:
    """The principal ends every delegation they gave."""
    for one in await delegation.granted_by(principal.number):
        await delegation.revoke(delegation_id=one.id, by=principal)


async def half_parties() -> list[int]:
    """Parties of which some were booked and some never: none, ever."""
    rows = await database.fetch(
        """select party_id from appointment where party_id is not null group by party_id
            having count(*) < 2 or bool_and(id <> party_id)"""
    )
    return [row["party_id"] for row in rows]
