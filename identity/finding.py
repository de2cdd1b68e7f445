"""找人: staff find a person by document or phone, or register who is not known yet; each look is audited.

Numbers come in a form's body, never in an address; what is shown is masked.
"""

from foundation import audit, crypto, database
from foundation.actor import Actor
from identity import access, phones, realname
from identity.idnumber import Identity
from identity.looks import Look, record_access
from identity.models import Citizen
from identity.verifier import Verifier

MOST = 5


async def by_identity(identity: Identity, *, by: Actor, why: str = "") -> list[int]:
    """The citizen with this document; nobody when there is none."""
    found = await realname.citizen_with(identity)
    return await _noted([] if found is None else [found], "document", by, why)


async def by_phone(phone: str, *, by: Actor, why: str = "") -> list[int]:
    """The citizens with this phone, a few at most: a phone is not a person. Raises PhoneFault."""
    wanted = crypto.fingerprints(phones.typed(phone), purpose="phone")
    rows = await Citizen.filter(phone_fingerprint__in=wanted, state="active").order_by("id").limit(MOST)
    return await _noted([row.id for row in rows], "phone", by, why)


async def register(
    *, name: str, id_type: str, number: str, phone: str, by: Actor, why: str = "", ask: Verifier | None = None
) -> int:
    """The citizen with this name and number, new or known; `phone` is kept where none was. Raises as `realname.person`,
    PhoneFault.
    """
    given = phones.typed(phone) if phone.strip() else ""
    citizen_id = await realname.person(name=name, id_type=id_type, number=number, by=by, ask=ask)
    async with database.transaction():
        if given:
            await phones.note(citizen_id=citizen_id, phone=given, by=by)
        await audit.record("citizen.found", subject=f"citizen:{citizen_id}", by=by, detail={"by": "registering"})
        await record_access([citizen_id], what=Look.FOUND, why=why, by=by)
    return citizen_id


async def phone_of(citizen_id: int, *, by: Actor, why: str = "") -> str:
    """The whole phone, for who has to call; empty when none is known. Raises NoSuchCitizen."""
    known = await access.profile(citizen_id, seen_by=by, why=why)
    async with database.transaction():
        await audit.record("citizen.phone_read", subject=f"citizen:{known.citizen_id}", by=by)
        await record_access([known.citizen_id], what=Look.PHONE, why=why, by=by)
    return known.phone


async def _noted(found: list[int], how: str, by: Actor, why: str) -> list[int]:
    async with database.transaction():
        for citizen_id in found:
            await audit.record("citizen.found", subject=f"citizen:{citizen_id}", by=by, detail={"by": how})
        await record_access(found, what=Look.FOUND, why=why, by=by)
        if not found:
            await audit.record("citizen.looked_for", subject="citizens", by=by, detail={"by": how})
    return found
