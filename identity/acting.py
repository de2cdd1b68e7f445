"""代办: for whom a citizen may book and whom they may take along, and whether what they booked is still theirs to see.

Oneself, principals whose delegation covers booking, and one's own family list. A stranger and an unknown number look
the same: PersonUnknown.
"""

from dataclasses import dataclass
from datetime import date
from typing import Literal

from foundation import clock
from foundation.actor import Actor
from identity import access, delegation, family
from identity.delegation import Scope
from identity.family_errors import PersonUnknown

Tie = Literal["self", "principal", "family", "minor"]


@dataclass(frozen=True, kw_only=True)
class Person:
    """Somebody a citizen may book for; name and number are masked. A principal alone, `until` the day; others come
    along with oneself.
    """

    citizen_id: int
    name: str
    number: str
    tie: Tie
    relation: str = ""
    until: date | None = None


async def people_of(citizen_id: int) -> list[Person]:
    """Oneself first, then principals, then the family list; nobody twice."""
    own = await access.profile(citizen_id, seen_by=Actor.citizen(citizen_id))
    found = [Person(citizen_id=own.citizen_id, name=own.masked_name, number=own.masked_number, tie="self")]
    for one in await delegation.granted_to(citizen_id):
        if Scope.BOOK in one.scope:
            number = await _masked_number(one.principal_id)
            found.append(
                Person(citizen_id=one.principal_id, name=one.principal, number=number, tie="principal", until=one.until)
            )
    for member in await family.of(citizen_id):
        tie: Tie = "minor" if member.minor else "family"
        found.append(
            Person(
                citizen_id=member.citizen_id, name=member.name, number=member.number, tie=tie, relation=member.relation
            )
        )
    first = {one.citizen_id: one for one in reversed(found)}
    return [one for one in found if first[one.citizen_id] is one]


async def hold(*, agent: int, person: int, day: date) -> Tie:
    """Within a transaction: by which tie the agent may book for the person for a visit on `day`.

    The tie cannot be ended before this transaction is. Raises PersonUnknown.
    """
    if agent == person:
        return "self"
    if await delegation.hold(agent=agent, principal=person, scope=Scope.BOOK, day=day):
        return "principal"
    if await family.hold(owner=agent, member=person, day=day):
        return "minor" if await family.guardian_of(person) == agent else "family"
    raise PersonUnknown


async def looks_after(*, agent: int, person: int, locked: bool = False) -> bool:
    """Whether what `agent` booked for the person is today still theirs to see and to change.

    `locked`, within a transaction: and stays so until the transaction ends.
    """
    if agent == person:
        return True
    if locked and await delegation.hold(agent=agent, principal=person, scope=Scope.BOOK, day=clock.today()):
        return True
    if not locked and await delegation.may_act(agent=agent, principal=person, scope=Scope.BOOK):
        return True
    return await family.looks_after(owner=agent, member=person, locked=locked)


async def _masked_number(citizen_id: int) -> str:
    return (await access.profile(citizen_id, seen_by=Actor.system("identity.acting"))).masked_number
