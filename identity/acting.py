"""代办: for whom somebody may act, in which room and until when, and whether what they did is still theirs to see.

Oneself; principals whose delegation covers the room and the item; children whose guardian one is; organisations one is
the agent of; and, to take along to a hall, one's own family list. A stranger and an unknown number look the same:
PersonUnknown. Rooms ask here and know none of the ties.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import Literal

from msgspec import Struct

from foundation import clock
from foundation.questions import Asking, as_one
from identity import delegation, family, guardians, organisation_agents, own_record
from identity.delegation import DelegationView, Scope
from identity.family import Member
from identity.family_errors import PersonUnknown
from identity.guardians import Ward
from identity.organisation_agents import Mandate
from identity.own_record import Document

Tie = Literal["self", "principal", "ward", "organisation", "family", "minor"]


class Person(Struct, frozen=True, kw_only=True):
    """Somebody a citizen may act for; a person's name is masked. Principals, wards and organisations alone, `until` the
    day; family comes along with oneself.
    """

    citizen_id: int
    name: str
    tie: Tie
    relation: str = ""
    until: date | None = None


@dataclass(frozen=True)
class Ties:
    """All by which somebody acts for others alone today, whatever the room."""

    principals: list[DelegationView]
    wards: list[Ward]
    mandates: list[Mandate]

    def subjects(self, scope: Scope) -> list[Person]:
        """Whom one may act for alone in this room, beside oneself: the longest delegation of each counts."""
        found: dict[int, Person] = {}
        for one in sorted([one for one in self.principals if scope in one.scope], key=lambda one: one.until):
            found[one.principal_id] = Person(
                citizen_id=one.principal_id, name=one.principal, tie="principal", until=one.until
            )
        for ward in self.wards:
            found[ward.citizen_id] = Person(citizen_id=ward.citizen_id, name=ward.name, tie="ward", until=ward.until)
        for held in self.mandates:
            if held.state == "active" and scope in held.scope:
                found[held.subject_id] = Person(
                    citizen_id=held.subject_id, name=held.organisation, tie="organisation",
                    until=held.until,
                )  # fmt: skip
        return list(found.values())


def ties_of(agent: int) -> Asking[Ties]:
    """For whom one acts: principals, children, organisations."""
    return as_one(
        delegation.granted_to(agent), guardians.wards_of(agent), organisation_agents.mandates_of(agent), then=Ties
    )


def subjects_of(agent: int, *, scope: Scope) -> Asking[list[Person]]:
    """Whom somebody may act for alone in this room today, beside oneself."""
    return as_one(ties_of(agent), then=lambda ties: ties.subjects(scope))


def people_of(citizen_id: int) -> Asking[list[Person]]:
    """Whom one may book for: oneself first, then principals, children, organisations, the family list; nobody twice.

    The answer raises NoSuchCitizen.
    """
    return as_one(own_record.document(citizen_id), ties_of(citizen_id), family.of(citizen_id), then=_people)


def _people(own: Document, ties: Ties, members: list[Member]) -> list[Person]:
    oneself = Person(citizen_id=own.citizen_id, name=own.masked_name, tie="self")
    found = [oneself, *ties.subjects(Scope.BOOK), *map(_to_take_along, members)]
    first = {one.citizen_id: one for one in reversed(found)}
    return [one for one in found if first[one.citizen_id] is one]


def _to_take_along(one: Member) -> Person:
    tie: Tie = "minor" if one.minor else "family"
    return Person(citizen_id=one.citizen_id, name=one.name, tie=tie, relation=one.relation)


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
