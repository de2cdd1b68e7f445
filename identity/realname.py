"""实名认证: a name and number that belong together make a citizen a known person, two accounts of one person one."""

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

from foundation import audit, clock, crypto, database, logs, ratelimit, redis
from foundation.actor import Actor
from foundation.errors import TooManyRequests
from foundation.events import tell
from identity import merging, sessions, verifier
from identity.errors import (
    AlreadyVerified,
    NameFault,
    NameMismatch,
    NoSuchCitizen,
    NumberHeldByAnother,
    TooManyVerifications,
)
from identity.events import CitizenVerified
from identity.idnumber import Identity, IdType
from identity.models import Citizen
from identity.verifier import Verifier

PER_CITIZEN = (5, 86400)
PER_REGISTRAR = (20, 86400)
PER_NUMBER = (10, 86400)
MOST_STARS = 4
NAME = re.compile(r"[\u3400-\u9fff\U00020000-\U0003ffff·]{2,50}|[A-Za-z][A-Za-z ,.'\-·]{0,98}[A-Za-z.]")

log = logs.logger(__name__)


@dataclass(frozen=True)
class Verified:
    """`citizen_id` is who the person is from now on; `gone` the account that was folded into it, if there was one."""

    citizen_id: int
    gone: int | None = None


async def verify(
    *, citizen_id: int, name: str, id_type: str, number: str, by: Actor, ask: Verifier | None = None
) -> Verified:
    """Raises NumberFault and its kinds, NameFault, NameMismatch, AlreadyVerified, NumberHeldByAnother,
    TooManyVerifications, VerifierUnavailable. Verifying the same person again is harmless.
    """
    name, identity = clean_name(name), Identity.person(id_type, number)
    if await _is_already(citizen_id, identity):
        return Verified(citizen_id)
    await _count_attempt(("realname-citizen", citizen_id, *PER_CITIZEN), identity)
    assert not database.in_a_transaction(), "the verifier is asked with no transaction open"
    if not await (ask or verifier.ask)(name=name, identity=identity):
        raise NameMismatch
    verified = await _become(citizen_id, name, identity, by)
    if verified.gone is not None:
        await _hand_over_sessions(gone=verified.gone, kept=verified.citizen_id)
    return verified


async def person(*, name: str, id_type: str, number: str, by: Actor, ask: Verifier | None = None) -> int:
    """The citizen with this name and number, who need not have an account; one is made when there is none.

    For who registers somebody else: a citizen (counted) or staff. Raises as `verify`, but AlreadyVerified.
    """
    name, identity = clean_name(name), Identity.person(id_type, number)
    if by.kind == "citizen":
        await _count_attempt(("realname-other", by.number, *PER_REGISTRAR), identity)
    assert not database.in_a_transaction(), "the verifier is asked with no transaction open"
    if not await (ask or verifier.ask)(name=name, identity=identity):
        raise NameMismatch
    return await _known_or_new(name, identity, by)


@database.retry_on_deadlock
async def _known_or_new(name: str, identity: Identity, by: Actor) -> int:
    async with database.transaction():
        await lock_number(identity)
        found = await citizen_with(identity)
        if found is None:
            found = int((await Citizen.create()).id)
            await seal_name(found, name, identity, by)
        elif not names_agree(identity, name, crypto.open_sealed((await Citizen.get(id=found)).real_name_sealed)):
            raise NumberHeldByAnother
        return found


async def citizen_with(identity: Identity) -> int | None:
    """The citizen with this document, if one was verified."""
    query = "select id from citizen where id_fingerprint = any($1::text[]) and id_type = $2 and state = 'active'"
    found: int | None = await database.fetchval(query, identity.fingerprints, identity.id_type.value)
    return found


async def owner_of(identity: Identity, *, name: str) -> int | None:
    """Inside a transaction: whose a record is that names this person.

    Until the transaction ends nobody is verified with this number, so that a record being written and a person being
    verified at the same moment do not miss each other.
    """
    await database.joined().execute(
        "select pg_advisory_xact_lock_shared(hashtextextended($1, 12))", identity.fingerprint
    )
    found = await citizen_with(identity)
    if found is None:
        return None
    citizen = await Citizen.get(id=found)
    return found if names_agree(identity, name, crypto.open_sealed(citizen.real_name_sealed)) else None


def names_agree(identity: Identity, one: str, other: str) -> bool:
    """Numbers of passports are unique in one country only: another name is another person there."""
    return identity.id_type is not IdType.PASSPORT or same_name(one, other)


def same_name(one: str, other: str) -> bool:
    """Whether two people wrote one name, spaces and capitals aside."""
    return _plain(one) == _plain(other)


def _plain(name: str) -> str:
    return "".join(unicodedata.normalize("NFKC", name).split()).upper()


def clean_name(name: str) -> str:
    """The name as the document prints it: one kind of dot, no stray spaces. Raises NameFault."""
    name = " ".join(unicodedata.normalize("NFKC", name).split())
    name = re.sub(r"[•‧・∙⋅․.](?=[\u3400-\u9fff])", "·", name)
    if re.search(r"[\u3400-\u9fff]", name):
        name = name.replace(" ", "")
    if not NAME.fullmatch(name):
        raise NameFault
    return name


def masked_name(name: str) -> str:
    """张三 → 张*; 欧阳小明 → 欧***; a longer name shows no longer a row of stars."""
    return name[:1] + "*" * min(max(1, len(name) - 1), MOST_STARS) if name else ""


@lru_cache(20_000)
def masked_sealed(sealed: str) -> str:
    """A sealed name as `masked_name` shows it, empty for none. Opening it costs more than a row, and whoever looks at
    their own pages looks at the same few names: what may be shown of them is remembered, the names are not.
    """
    return masked_name(crypto.open_sealed(sealed)) if sealed else ""


async def _is_already(citizen_id: int, identity: Identity) -> bool:
    citizen = await Citizen.get_or_none(id=citizen_id, state="active")
    if citizen is None:
        raise NoSuchCitizen
    return _same_person(citizen, identity)


def _same_person(citizen: Citizen, identity: Identity) -> bool:
    if citizen.id_fingerprint is None:
        return False
    if citizen.id_fingerprint not in identity.fingerprints or citizen.id_type != identity.id_type:
        raise AlreadyVerified
    return True


async def _count_attempt(whose: tuple[str, int, int, int], identity: Identity) -> None:
    # Counted before asking, so that neither one account nor many can guess whose number it is; one after the other,
    # so that an account which is stopped cannot use up somebody else's number.
    try:
        await ratelimit.check(whose)
        await ratelimit.check(("realname-number", identity.fingerprint, *PER_NUMBER))
    except TooManyRequests as refusal:
        raise TooManyVerifications(retry_after=refusal.retry_after) from None


@database.retry_on_deadlock
async def _become(citizen_id: int, name: str, identity: Identity, by: Actor) -> Verified:
    async with database.transaction():
        await lock_number(identity)
        twin = await citizen_with(identity)
        if twin is not None and twin != citizen_id:
            merged = await merging.merge(citizen_id, twin, name=name, identity=identity, by=by)
            await seal_name(merged.kept, name, identity, by)
            return Verified(merged.kept, merged.gone)
        await seal_name(citizen_id, name, identity, by)
        return Verified(citizen_id)


async def lock_number(identity: Identity) -> None:
    """One at a time per number: two accounts of one person, verified at the same moment, must see each other."""
    lock = "select pg_advisory_xact_lock(hashtextextended($1, 12))"
    await database.joined().execute(lock, identity.fingerprint)


async def seal_name(citizen_id: int, name: str, identity: Identity, by: Actor) -> None:
    citizen = await Citizen.select_for_update().get_or_none(id=citizen_id, state="active")
    if citizen is None:
        raise NoSuchCitizen
    if _same_person(citizen, identity):
        return
    citizen.real_name_sealed, citizen.id_number_sealed = crypto.seal(name), crypto.seal(identity.number)
    citizen.id_type, citizen.id_fingerprint, citizen.verified_at = identity.id_type, identity.fingerprint, clock.now()
    await citizen.save(
        update_fields=["real_name_sealed", "id_number_sealed", "id_type", "id_fingerprint", "verified_at"]
    )
    await audit.record("citizen.verified", subject=f"citizen:{citizen_id}", by=by, detail={"id_type": identity.id_type})
    await tell(CitizenVerified(citizen_id=citizen_id))


async def _hand_over_sessions(*, gone: int, kept: int) -> None:
    try:
        await sessions.hand_over(gone=gone, kept=kept)
    except redis.RedisGone:
        log.warning("sessions_handed_over_later", kept=kept)  # the listener of CitizensMerged does it again
