"""What `identity` does for itself, later: sessions follow a merge, sealed numbers follow a new key."""

from foundation import clock, crypto, database, jobs
from foundation.events import on
from identity import exports, keeping, leaving, own_data, privacy, resealing, sessions
from identity.events import CitizenForgotten, CitizensMerged
from identity.family_models import DelegationInvitation, DelegationRequest
from identity.models import Citizen
from identity.organisation_models import OrganisationAgent

BATCH = 500

__all__ = [
    "end_sessions",
    "exports",
    "forget_what_was_asked",
    "hand_over_sessions",
    "keeping",
    "leaving",
    "own_data",
    "privacy",
    "reseal",
    "reseal_columns",
    "reseal_what_was_asked",
]


@on(CitizensMerged)
async def hand_over_sessions(event: CitizensMerged) -> None:
    """Once more, for sign-ins that were under way while the two became one."""
    await sessions.hand_over(gone=event.gone, kept=event.kept)


@on(CitizenForgotten)
async def end_sessions(event: CitizenForgotten) -> None:
    await sessions.sign_out_everywhere(event.citizen_id)


@jobs.scheduled("17 3 * * *")
async def reseal() -> None:
    """Seal anew what an older key sealed, some rows at a time, so that the older key can be taken away."""
    last = 0
    while rows := await Citizen.filter(id__gt=last, state="active").order_by("id").limit(BATCH):
        for row in rows:
            await _reseal_one(row)
        last = rows[-1].id


async def _reseal_one(row: Citizen) -> None:
    if not any(map(_is_old, (row.real_name_sealed, row.id_number_sealed, row.phone_sealed))):
        return
    async with database.transaction():
        fresh = await Citizen.select_for_update().get(id=row.id)
        number, phone = _open(fresh.id_number_sealed), _open(fresh.phone_sealed)
        fresh.real_name_sealed = _anew(_open(fresh.real_name_sealed))
        fresh.id_number_sealed, fresh.phone_sealed = _anew(number), _anew(phone)
        fresh.id_fingerprint = crypto.fingerprint(number, purpose="id_number") if number else None
        fresh.phone_fingerprint = crypto.fingerprint(phone, purpose="phone") if phone else None
        await fresh.save()


@jobs.scheduled("27 3 * * *")
async def forget_what_was_asked() -> None:
    """A request nobody answered in its time is over, and so is what was typed of a person; used codes go as well."""
    await DelegationRequest.filter(good_until__lt=clock.now()).delete()
    await DelegationInvitation.filter(good_until__lt=clock.now()).delete()


@jobs.scheduled("47 3 * * *")
async def reseal_columns() -> None:
    """Whatever else is sealed, in every room, follows a new key."""
    await resealing.everything()


@jobs.scheduled("24 3 * * *")
async def reseal_what_was_asked() -> None:
    """The names typed of somebody whom an organisation asked follow a new key; answered, they are gone."""
    for row in await OrganisationAgent.filter(state="asked"):
        if _is_old(row.name_sealed):
            anew = _anew(_open(row.name_sealed))
            await OrganisationAgent.filter(id=row.id, name_sealed=row.name_sealed).update(name_sealed=anew)


def _is_old(sealed: str) -> bool:
    return bool(sealed) and crypto.needs_resealing(sealed)


def _open(sealed: str) -> str:
    return crypto.open_sealed(sealed) if sealed else ""


def _anew(text: str) -> str:
    return crypto.seal(text) if text else ""
