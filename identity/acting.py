"""代办: for whom somebody may act, in which room and until when, and whether what they did is still theirs to see.

Oneself; principals whose delegation covers the room and the item; children whose guardian one is; organisations one is
the agent of; and, to take along to a hall, one's own family list. A stranger and an unknown number look the same:
PersonUnknown. Rooms ask here and know none of the ties.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from foundation import clock
from foundation.actor import Actor
from foundation.questions import ask_as_one
from identity import access, delegation, family, guardians, organisation_agents
from identity.delegation import DelegationView, Scope
from identity.family_errors import PersonUnknown

Tie = Literal["self", "principal", "ward", "organisation", "family", "minor"]


@dataclass(frozen=True, kw_only=True)
class Person:
    """Somebody a citizen may act for; a person's name and number are masked. Principals, wards and organisations alone,
    `until` the day; family comes along with oneself.
    """

    citizen_id: int
    name: str
    number: str
    tie: Tie
    relation: str = ""
    until: date | None = None


async def people_of(citizen_id: int) -> list[Person]:
    """Whom one may book for: oneself first, then principals, children, organisations, the family list; nobody twice."""
    await ask_as_one(members := family.of(citizen_id), granted := delegation.granted_to(citizen_id))
    principals = [one for one in granted.answer if Scope.BOOK in one.scope]
    records = await _records({citizen_id, *(one.principal_id for one in principals)})
    own = records[citizen_id]
    found = [Person(citizen_id=own.citizen_id, name=own.masked_name, number=own.masked_number, tie="self")]
    found += await _subjects(citizen_id, principals, records, scope=Scope.BOOK)
    for member in members.answer:
        tie: Tie = "minor" if member.minor else "family"
        found.append(
            Person(
                citizen_id=member.citizen_id, name=member.name, number=member.number, tie=tie, relation=member.relation
            )
        )
    first = {one.citizen_id: one for one in reversed(found)}
    return [one for one in found if first[one.citizen_id] is one]


async def subjects_of(agent: int, *, scope: Scope) -> list[Person]:
    """Whom somebody may act for alone in this room today, beside oneself: the longest delegation of each counts."""
    principals = [one for one in await delegation.granted_to(agent) if scope in one.scope]
    records = await _records({one.principal_id for one in principals})
    return await _subjects(agent, principals, records, scope=scope)


async def _subjects(
    agent: int, principals: Sequence[DelegationView], records: Mapping[int, access.Profile], *, scope: Scope
) -> list[Person]:
    found: dict[int, Person] = {}
    for one in sorted(principals, key=lambda one: one.until):
        number = records[one.principal_id].masked_number
        found[one.principal_id] = Person(
            citizen_id=one.principal_id, name=one.principal, number=number, tie="principal", until=one.until
        )
    for ward in await guardians.wards_of(agent):
        found[ward.citizen_id] = Person(
            citizen_id=ward.citizen_id, name=ward.name, number=ward.number, tie="ward", until=ward.until
        )
    for held in await organisation_agents.mandates_of(agent):
        if held.state == "active" and scope in held.scope:
            found[held.subject_id] = Person(
                citizen_id=held.subject_id, name=held.organisation, number=held.credit_code, tie="organisation",
                until=held.until,
            )  # fmt: skip
    return list(found.values())


async def may(*, agent: int, subject: int, scope: Scope, items: Collection[str] | None = None) -> bool:
    """Whether `agent` may act for `subject` in this room today; `items`: what it is about, where it names any."""
    if agent == subject or await delegation.may_act(agent=agent, principal=subject, scope=scope, items=items):
        return True
    if await organisation_agents.may_act(agent=agent, subject=subject, scope=scope):
        return True
    return await guardians.may_act(guardian=agent, child=subject)


async def hold(
    *, agent: int, person: int, day: date, scope: Scope = Scope.BOOK, items: Collection[str] | None = None
) -> Tie:
    """Within a transaction: by which tie the agent may act for the person on `day`.

    The tie cannot be ended before this transaction is. Raises PersonUnknown.
    """
    if agent == person:
        return "self"
    if await delegation.hold(agent=agent, principal=person, scope=scope, day=day, items=items):
        return "principal"
    if await organisation_agents.hold(agent=agent, subject=person, scope=scope, day=day):
        return "organisation"
    if await guardians.hold(guardian=agent, child=person, day=day):
        return "ward"
    if scope is Scope.BOOK and await family.hold(owner=agent, member=person, day=day):
        return "minor" if await family.guardian_of(person) == agent else "family"
    raise PersonUnknown


async def looks_after(*, agent: int, person: int, locked: bool = False) -> bool:
    """Whether what `agent` booked for the person is today still theirs to see and to change.

    `locked`, within a transaction: and stays so until the transaction ends.
    """
    if agent == person:
        return True
    if not locked and await may(agent=agent, subject=person, scope=Scope.BOOK):
        return True
    if locked and await _held_today(agent, person):
        return True
    return await family.looks_after(owner=agent, member=person, locked=locked)


async def speaks_for(*, agent: int, subject: int) -> bool:
    """Whether `subject` is an organisation or a child, whose bookings are `agent`'s to look after whoever made them."""
    if await organisation_agents.may_act(agent=agent, subject=subject, scope=Scope.BOOK):
        return True
    return await guardians.may_act(guardian=agent, child=subject)


async def _held_today(agent: int, person: int) -> bool:
    day = clock.today()
    if await delegation.hold(agent=agent, principal=person, scope=Scope.BOOK, day=day):
        return True
    if await organisation_agents.hold(agent=agent, subject=person, scope=Scope.BOOK, day=day):
        return True
    return await guardians.hold(guardian=agent, child=person, day=day)


async def _records(citizen_ids: Collection[int]) -> dict[int, access.Profile]:
    """All of them at once, and one by one who has become another (a merge). Raises NoSuchCitizen."""
    by = Actor.system("identity.acting")
    known = await access.profiles(citizen_ids, seen_by=by) if citizen_ids else {}
    return known | {one: await access.profile(one, seen_by=by) for one in citizen_ids if one not in known}
