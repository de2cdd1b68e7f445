"""亲友: whom a citizen may take along to a hall; who is on another's list may object, for good.

A member with a document is the citizen of that identity, so that limits hold per person whoever books. A minor
without one is known through the guardian who registers them.
"""

from collections.abc import Collection
from datetime import date
from enum import StrEnum

from msgspec import Struct

from foundation import audit, clock, crypto, database
from foundation.actor import Actor
from foundation.events import tell
from foundation.questions import Asking, Question
from identity import access, delegation, realname
from identity.events import FamilyAdded
from identity.family_errors import (
    AlreadyFamily,
    DoesNotWant,
    FamilyFull,
    FamilyNotFound,
    MinorTooOld,
    OneselfAsFamily,
    RelationUnknown,
    TooManyMinors,
)
from identity.family_models import FamilyMember
from identity.idnumber import masked
from identity.models import Citizen
from identity.realname import masked_sealed
from identity.verifier import Verifier

MOST = 10
MOST_MINORS = 4
OF_AGE = 16  # years: from then on everybody has a document of their own


class Relation(StrEnum):
    """与本人关系."""

    SPOUSE = "spouse"
    PARENT = "parent"
    CHILD = "child"
    OTHER = "other"


RELATION_NAMES = {"spouse": "配偶", "parent": "父母", "child": "子女", "other": "其他"}


class Member(Struct, frozen=True, kw_only=True):
    """One on a list; name and number are masked, but the name of a `minor`, who has no document, is whole. Each is
    opened when it is asked for.
    """

    id: int
    owner_id: int
    owner_sealed: str
    citizen_id: int
    name_sealed: str
    number_sealed: str
    relation: str
    minor: bool

    @property
    def owner(self) -> str:
        return masked_sealed(self.owner_sealed)

    @property
    def name(self) -> str:
        return _own_child(self.name_sealed) if self.minor else masked_sealed(self.name_sealed)

    @property
    def number(self) -> str:
        return masked(crypto.open_sealed(self.number_sealed)) if self.number_sealed else ""


async def add(
    *, owner_id: int, relation: str, name: str, id_type: str, number: str, by: Actor, ask: Verifier | None = None
) -> int:
    """Register a person with a document; the new row's id. The person, if they have an account, is told.

    Raises as `realname.person`; RelationUnknown, OneselfAsFamily, AlreadyFamily, FamilyFull, DoesNotWant,
    RealNameNeeded, NotYourRecord.
    """
    await _must_be_owner(owner_id, relation, by)
    member_id = await realname.person(name=name, id_type=id_type, number=number, by=by, ask=ask)
    return await _put_on_the_list(owner_id, member_id, relation, by=by)


@database.retry_on_deadlock
async def _put_on_the_list(owner_id: int, member_id: int, relation: str, *, by: Actor) -> int:
    """Whoever was made for the number may have become another's account meanwhile: who they are today is held."""
    async with database.transaction() as tx:
        who = await tx.fetchval("select coalesce(merged_into_id, id) from citizen where id = $1 for share", member_id)
        if who == owner_id:
            raise OneselfAsFamily
        await _room_for(owner_id, who)
        return await _added(owner_id, who, relation, by=by)


async def add_minor(*, owner_id: int, name: str, born: date, by: Actor) -> int:
    """Register a child under 16 who has no document yet; the new row's id. They only come along with the guardian.

    Raises NameFault, MinorTooOld, AlreadyFamily, FamilyFull, TooManyMinors, RealNameNeeded, NotYourRecord.
    """
    name = realname.clean_name(name)
    await _must_be_owner(owner_id, Relation.CHILD, by)
    if not born <= clock.today() < _of_age(born):
        raise MinorTooOld
    async with database.transaction():
        await _room_for(owner_id, None)
        minors = await FamilyMember.filter(
            owner_id=owner_id, state="active", member__guardian_id=owner_id
        ).prefetch_related("member")
        known = [
            (crypto.open_sealed(one.member.real_name_sealed), crypto.open_sealed(one.born_sealed)) for one in minors
        ]
        if (name, born.isoformat()) in known:
            raise AlreadyFamily
        if len(minors) >= MOST_MINORS:
            raise TooManyMinors(detail={"most": MOST_MINORS})
        child = await Citizen.create(real_name_sealed=crypto.seal(name), guardian_id=owner_id)
        return await _added(owner_id, child.id, Relation.CHILD, by=by, born_sealed=crypto.seal(born.isoformat()))


async def remove(*, family_id: int, by: Actor) -> None:
    """The owner takes somebody off the list; what is booked stays theirs to look after. Raises FamilyNotFound."""
    await _end(family_id, owner_id=by.number, to="removed", by=by)


async def refuse(*, family_id: int, by: Actor) -> None:
    """Who is on a list objects: the owner neither sees nor does anything for them again. Raises FamilyNotFound."""
    await _end(family_id, member_id=by.number, to="refused", by=by)


def _own_child(sealed: str) -> str:
    """Whole, to the guardian who gave it and nobody else has it from: brothers and sisters are told apart by it."""
    return crypto.open_sealed(sealed) if sealed else ""


LISTED = """
select f.id, f.owner_id, o.real_name_sealed as owner_sealed, f.member_id as citizen_id,
       m.real_name_sealed as name_sealed, m.id_number_sealed as number_sealed, f.relation,
       f.born_sealed <> '' as minor
  from family_member f join citizen o on o.id = f.owner_id join citizen m on m.id = f.member_id
 where f.state = 'active' and"""
TAKEN_ALONG = Question(Member, f"{LISTED} f.owner_id = asked.who order by f.id", who="bigint")
ON_LISTS = Question(Member, f"{LISTED} f.member_id = asked.who order by f.id", who="bigint")


def of(owner_id: int) -> Asking[list[Member]]:
    """Whom I may take along, the first registered first."""
    return TAKEN_ALONG.asking(owner_id, then=list)


def lists_with(member_id: int) -> Asking[list[Member]]:
    """On whose lists I am."""
    return ON_LISTS.asking(member_id, then=list)


HELD = "select born_sealed, state from family_member where owner_id = $1 and member_id = $2"


async def hold(*, owner: int, member: int, day: date) -> bool:
    """Within a transaction: whether the owner may take the member along on `day`; an objection waits for the commit.

    A minor who will be 16 by then needs a document of their own.
    """
    row = await database.joined().fetchrow(f"{HELD} and state = 'active' for share", owner, member)
    if row is None:
        return False
    return not row["born_sealed"] or day < _of_age(date.fromisoformat(crypto.open_sealed(row["born_sealed"])))


async def looks_after(*, owner: int, member: int, locked: bool = False) -> bool:
    """Whether what the owner booked for the member is still theirs to see and to change."""
    row = await database.fetchrow(f"{HELD} and state <> 'refused'{' for share' if locked else ''}", owner, member)
    return row is not None


async def minors_of(guardian_id: int) -> list[int]:
    """The children without a document who are known through this citizen."""
    return await Citizen.filter(guardian_id=guardian_id, state="active").values_list("id", flat=True)  # type: ignore[return-value]


async def whole_names(guardian_id: int, among: Collection[int]) -> dict[int, str]:
    """Of `among`, the guardian's own children without a document, by their names as the guardian gave them."""
    found = await Citizen.filter(guardian_id=guardian_id, id__in=list(among), state="active")
    return {one.id: _own_child(one.real_name_sealed) for one in found}


async def guardian_of(citizen_id: int) -> int | None:
    """Through whom this minor is known; None for everybody else."""
    found: int | None = await database.fetchval("select guardian_id from citizen where id = $1", citizen_id)
    return found


async def _must_be_owner(owner_id: int, relation: str, by: Actor) -> None:
    delegation.must_be(by, owner_id)
    if relation not in RELATION_NAMES:
        raise RelationUnknown
    await access.require_real_name(owner_id)


async def _room_for(owner_id: int, member_id: int | None) -> None:
    """The owner's row is locked from here: two additions at once see each other."""
    await Citizen.select_for_update().get(id=owner_id)
    held = {one.member_id: one.state for one in await FamilyMember.filter(owner_id=owner_id)}  # type: ignore[attr-defined]
    state = held.get(member_id) if member_id is not None else None
    if state == "refused":
        raise DoesNotWant
    if state == "active":
        raise AlreadyFamily
    if sum(one == "active" for one in held.values()) >= MOST:
        raise FamilyFull(detail={"most": MOST})


async def _added(owner_id: int, member_id: int, relation: str, *, by: Actor, born_sealed: str = "") -> int:
    given = {"relation": relation, "state": "active", "ended_at": None, "born_sealed": born_sealed}
    row, _ = await FamilyMember.update_or_create(given, owner_id=owner_id, member_id=member_id)
    await audit.record("family.added", subject=f"family_member:{row.id}", by=by, detail={"member": member_id})
    await tell(FamilyAdded(family_id=row.id, citizen_id=member_id))
    return int(row.id)


async def _end(family_id: int, *, to: str, by: Actor, **whose: int) -> None:
    async with database.transaction():
        row = await FamilyMember.select_for_update().get_or_none(id=family_id, **whose)
        if row is None or row.state not in ("active", *(["removed"] if to == "refused" else [])):
            raise FamilyNotFound
        row.state, row.ended_at = to, clock.now()
        await row.save(update_fields=["state", "ended_at"])
        await audit.record(f"family.{to}", subject=f"family_member:{row.id}", by=by)


def _of_age(born: date) -> date:
    """The birthday from which nobody is a minor; of a 29 February, the 1 March."""
    try:
        return born.replace(year=born.year + OF_AGE)
    except ValueError:
        return date(born.year + OF_AGE, 3, 1)
