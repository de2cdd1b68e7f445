"""Two accounts, one person: the elder citizen stays, the younger one's accounts and delegations move to it."""

from dataclasses import dataclass

from foundation import audit, crypto, database
from foundation.actor import Actor
from foundation.events import tell
from identity import becoming_one
from identity.errors import AlreadyVerified, NoSuchCitizen, NumberHeldByAnother
from identity.events import CitizensMerged
from identity.idnumber import Identity, IdType
from identity.models import Citizen, PlatformAccount


@dataclass(frozen=True)
class Merged:
    kept: int
    gone: int


async def merge(one: int, twin: int, *, name: str, identity: Identity, by: Actor) -> Merged:
    """Inside a transaction: make `one` and the verified `twin` a single citizen.

    Raises NoSuchCitizen, AlreadyVerified, NumberHeldByAnother.
    """
    elder, younger = await _locked(one, twin)
    newcomer, known = (elder, younger) if elder.id == one else (younger, elder)
    if newcomer.id_fingerprint is not None:
        raise AlreadyVerified
    _must_be_one_person(known, name, identity)
    await PlatformAccount.filter(citizen_id=younger.id).update(citizen_id=elder.id)
    await Citizen.filter(merged_into_id=younger.id).update(merged_into_id=elder.id)
    await _move_delegations(gone=younger.id, kept=elder.id)
    await _move_family(gone=younger.id, kept=elder.id)
    await becoming_one.move(gone=younger.id, kept=elder.id)
    phone = _phone_of(elder, younger)
    await _retire(younger, into=elder)
    await Citizen.filter(id=elder.id).update(
        phone_sealed=phone.phone_sealed,
        phone_fingerprint=phone.phone_fingerprint,
        phone_verified_at=phone.phone_verified_at,
    )
    detail = {"gone": younger.id}
    await audit.record("citizens.merged", subject=f"citizen:{elder.id}", by=by, detail=detail)
    await tell(CitizensMerged(kept=elder.id, gone=younger.id))
    return Merged(elder.id, younger.id)


async def _locked(one: int, other: int) -> tuple[Citizen, Citizen]:
    """Both rows, the elder first; locked in that order wherever two are locked."""
    rows = await Citizen.filter(id__in=[one, other], state="active").order_by("id").select_for_update()
    if len(rows) != 2:
        raise NoSuchCitizen
    return rows[0], rows[1]


def _phone_of(elder: Citizen, younger: Citizen) -> Citizen:
    """Whose phone stays: one that a platform vouches for before one that was only told, then the elder's."""
    return max((elder, younger), key=lambda one: (one.phone_verified_at is not None, bool(one.phone_sealed)))


def _must_be_one_person(known: Citizen, name: str, identity: Identity) -> None:
    """Numbers of passports are unique in one country only: another name is another person there."""
    if identity.id_type is IdType.PASSPORT and crypto.open_sealed(known.real_name_sealed).upper() != name.upper():
        raise NumberHeldByAnother


async def _retire(citizen: Citizen, *, into: Citizen) -> None:
    await Citizen.filter(id=citizen.id).update(
        state="merged",
        merged_into_id=into.id,
        real_name_sealed="",
        id_number_sealed="",
        id_type="",
        id_fingerprint=None,
        verified_at=None,
        phone_sealed="",
        phone_fingerprint=None,
        phone_verified_at=None,
    )


async def _move_delegations(*, gone: int, kept: int) -> None:
    tx = database.joined()
    between = "delete from delegation where principal_id in ($1, $2) and agent_id in ($1, $2)"
    await tx.execute(between, gone, kept)
    await tx.execute("update delegation set principal_id = $2 where principal_id = $1", gone, kept)
    await tx.execute("update delegation set agent_id = $2 where agent_id = $1", gone, kept)


async def _move_family(*, gone: int, kept: int) -> None:
    """Lists and requests of both become one list; nobody is on it twice, and nobody on their own."""
    tx = database.joined()
    for statement in FAMILY:
        await tx.execute(statement, gone, kept)


FAMILY = (
    "delete from family_member where owner_id in ($1, $2) and member_id in ($1, $2)",
    # of two entries of one pair the objection stays, else the one of the citizen that is kept
    """delete from family_member f using family_member k
        where (f.owner_id = $1 and k.owner_id = $2 and f.member_id = k.member_id
               or f.member_id = $1 and k.member_id = $2 and f.owner_id = k.owner_id)
          and k.state = 'refused'""",
    """delete from family_member k using family_member f
        where (f.owner_id = $1 and k.owner_id = $2 and f.member_id = k.member_id
               or f.member_id = $1 and k.member_id = $2 and f.owner_id = k.owner_id)
          and (f.state = 'refused' or k.state = 'removed')""",
    """delete from family_member f using family_member k
        where f.owner_id = $1 and k.owner_id = $2 and f.member_id = k.member_id
           or f.member_id = $1 and k.member_id = $2 and f.owner_id = k.owner_id""",
    "update family_member set owner_id = $2 where owner_id = $1",
    "update family_member set member_id = $2 where member_id = $1",
    "update citizen set guardian_id = $2 where guardian_id = $1",
    "update delegation_invitation set principal_id = $2 where principal_id = $1",
    "update delegation_request set agent_id = $2 where agent_id = $1",
)
