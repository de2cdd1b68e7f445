"""监护: a parent or guardian acts for a child with a document of its own, until the child is 18.

未满十八周岁的未成年人由法定代理人代理 (民法典 第十七、二十三条). The register is asked once; the age is asked
every time, by the day on which something is to happen.
"""

from datetime import date
from typing import Any, Protocol

import msgspec
from msgspec import Struct

from foundation import audit, clock, crypto, database, ratelimit
from foundation.actor import Actor
from foundation.questions import Asking, Question
from identity import access, delegation, levels, realname, verifier
from identity.errors import NoSuchDelegation, VerifierUnavailable
from identity.guardian_errors import NotAChild, NotTheGuardian
from identity.idnumber import Identity, masked
from identity.levels import Act
from identity.realname import masked_sealed
from identity.standing_models import Guardianship
from identity.verifier import Verifier

PATH = "/realname/guardian"
OF_AGE = 18
PER_GUARDIAN = (10, 86400)


class GuardianAsk(Protocol):
    """Whoever knows whose guardian somebody is."""

    async def __call__(self, *, guardian: tuple[str, Identity], child: tuple[str, Identity]) -> bool:
        """Raises VerifierUnavailable."""


class Ward(Struct, frozen=True, kw_only=True):
    """One of two people of a guardianship as the other sees it; masked. `until`: the day before the child is of age."""

    id: int
    citizen_id: int
    name: str
    number: str
    until: date


def _ward(child_type: str, child_sealed: str, name_sealed: str, number_sealed: str, **columns: Any) -> Ward | None:
    """None once the child is of age."""
    child = crypto.open_sealed(child_sealed)
    born = Identity.kept(child_type, child).birth_date
    if born is None or clock.today() >= of_age_on(born):
        return None
    number = child if number_sealed == child_sealed else crypto.open_sealed(number_sealed)
    last = date.fromordinal(of_age_on(born).toordinal() - 1)
    return Ward(name=masked_sealed(name_sealed), number=masked(number), until=last, **columns)


LIVE = """
select g.id, other.id as citizen_id, other.real_name_sealed as name_sealed, other.id_number_sealed as number_sealed,
       child.id_type as child_type, child.id_number_sealed as child_sealed
  from guardianship g join citizen child on child.id = g.child_id join citizen other on other.id ="""
WHILE = "where g.ended_at is null and child.id_number_sealed <> '' and"
WARDS = Question(_ward, f"{LIVE} g.child_id\n {WHILE} g.guardian_id = asked.who order by g.id", who="bigint")
GUARDIANS = Question(_ward, f"{LIVE} g.guardian_id\n {WHILE} g.child_id = asked.who order by g.id", who="bigint")
HELD = """
select c.id_type, c.id_number_sealed from guardianship g join citizen c on c.id = g.child_id
 where g.guardian_id = $1 and g.child_id = $2 and g.ended_at is null and c.verified_at is not null
"""


async def confirm(
    *,
    guardian_id: int,
    name: str,
    id_type: str,
    number: str,
    by: Actor,
    ask: GuardianAsk | None = None,
    ask_name: Verifier | None = None,
) -> int:
    """Act for this child from now on; the guardianship's id. The same again changes nothing.

    Raises RealNameNeeded, NotAChild, NotTheGuardian, NotYourRecord, TooManyRequests and as `realname.person`.
    """
    delegation.must_be(by, guardian_id)
    await levels.require(guardian_id, Act.WARD)
    child_name, identity = realname.clean_name(name), Identity.person(id_type, number)
    if not _is_child(identity, clock.today()):
        raise NotAChild
    await ratelimit.check(("guardian", guardian_id, *PER_GUARDIAN))
    child_id = await realname.person(name=name, id_type=id_type, number=number, by=by, ask=ask_name)
    own = await access.profile(guardian_id, seen_by=by)
    assert own.identity is not None
    if not await (ask or ask_register)(guardian=(own.name, own.identity), child=(child_name, identity)):
        raise NotTheGuardian
    async with database.transaction():
        await database.joined().execute("select 1 from citizen where id = $1 for update", guardian_id)
        known = await Guardianship.get_or_none(guardian_id=guardian_id, child_id=child_id, ended_at=None)
        if known is not None:
            return int(known.id)
        row = await Guardianship.create(guardian_id=guardian_id, child_id=child_id, confirmed_at=clock.now())
        await audit.record("guardianship.confirmed", subject=f"guardianship:{row.id}", by=by)
    return int(row.id)


async def end(*, guardianship_id: int, by: Actor) -> None:
    """Either of the two ends it at once. Raises NoSuchDelegation, for others' too."""
    async with database.transaction():
        row = await Guardianship.select_for_update().get_or_none(id=guardianship_id, ended_at=None)
        if row is None or by not in (Actor.citizen(row.guardian_id), Actor.citizen(row.child_id)):  # type: ignore[attr-defined]
            raise NoSuchDelegation
        row.ended_at = clock.now()
        await row.save(update_fields=["ended_at"])
        await audit.record("guardianship.ended", subject=f"guardianship:{row.id}", by=by)


async def hold(*, guardian: int, child: int, day: date) -> bool:
    """Within a transaction: whether the guardian acts for the child on `day`; an end waits for this transaction."""
    return _covers(await database.joined().fetchrow(f"{HELD} for share of g", guardian, child), day)


async def may_act(*, guardian: int, child: int) -> bool:
    """Whether the guardian acts for the child today."""
    return _covers(await database.fetchrow(HELD, guardian, child), clock.today())


def wards_of(guardian_id: int) -> Asking[list[Ward]]:
    """The children this person acts for today."""
    return WARDS.asking(guardian_id, then=_still_children)


def guardians_of(child_id: int) -> Asking[list[Ward]]:
    """Who acts for this child today."""
    return GUARDIANS.asking(child_id, then=_still_children)


async def ask_register(*, guardian: tuple[str, Identity], child: tuple[str, Identity]) -> bool:
    """The register of households, by way of the real-name verifier. Raises VerifierUnavailable."""
    question = {"guardian": _person(*guardian), "child": _person(*child)}
    try:
        return msgspec.json.decode(await verifier.answer(PATH, question), type=verifier.Answer).match
    except msgspec.DecodeError as error:
        raise VerifierUnavailable(retry_after=30) from error


def of_age_on(born: date) -> date:
    """The eighteenth birthday; of a 29 February, the 1 March."""
    try:
        return born.replace(year=born.year + OF_AGE)
    except ValueError:
        return date(born.year + OF_AGE, 3, 1)


def _is_child(identity: Identity, day: date) -> bool:
    born = identity.birth_date
    return born is not None and day < of_age_on(born)


def _covers(row: Any, day: date) -> bool:
    if row is None:
        return False
    return _is_child(Identity.kept(row["id_type"], crypto.open_sealed(row["id_number_sealed"])), day)


def _still_children(found: list[Ward | None]) -> list[Ward]:
    return [one for one in found if one]


def _person(name: str, identity: Identity) -> dict[str, str]:
    return {"name": name, "id_type": identity.id_type.value, "id_number": identity.number}
