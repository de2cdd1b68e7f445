"""个人信息: what we hold of a citizen, handed to them, and made to go when they leave.

Every room registers what it keeps with `foundation.personal_data`; this room asks them all and knows none.
What the law wants kept (bills, cases, audit) the rooms keep, without the name.
"""

from typing import Any

from foundation import audit, database, personal_data
from foundation.actor import Actor
from foundation.events import tell
from identity import access, asking, family, inviting, sessions
from identity.errors import NoSuchCitizen, NotYourRecord
from identity.events import CitizenForgotten
from identity.family_models import DelegationInvitation, DelegationRequest, FamilyMember
from identity.models import Citizen, Delegation, PlatformAccount

ROOM = "identity"


async def export(*, citizen_id: int, by: Actor) -> dict[str, Any]:
    """Everything we hold of them, by room. Raises NotYourRecord, NoSuchCitizen."""
    _must_be(by, citizen_id)
    async with database.transaction():
        found = {room: await one.export(citizen_id) for room, one in sorted(personal_data.collectors.items())}
        await audit.record("personal_data.exported", subject=f"citizen:{citizen_id}", by=by)
    return found


async def forget(*, citizen_id: int, by: Actor, reason: str = "") -> None:
    """注销: every room lets go, this one last. A room that cannot (money under way) refuses, and nothing is changed.

    Raises NotYourRecord, NoSuchCitizen and the rooms' refusals.
    """
    _must_be(by, citizen_id)
    async with database.transaction():
        if await Citizen.select_for_update().get_or_none(id=citizen_id, state="active") is None:
            raise NoSuchCitizen
        for one in (*await family.minors_of(citizen_id), citizen_id):  # a child is known through its guardian only
            for room in sorted(personal_data.collectors, key=lambda room: (room == ROOM, room)):
                await personal_data.collectors[room].forget(one)
        await audit.record("citizen.forgotten", subject=f"citizen:{citizen_id}", by=by, reason=reason)
        await tell(CitizenForgotten(citizen_id=citizen_id))
    await sessions.sign_out_everywhere(citizen_id)


def _must_be(by: Actor, citizen_id: int) -> None:
    if by.kind == "citizen" and by != Actor.citizen(citizen_id):
        raise NotYourRecord


async def export_identity(citizen_id: int) -> dict[str, Any]:
    """This room's part."""
    own = await access.profile(citizen_id, seen_by=Actor.citizen(citizen_id))
    accounts = await PlatformAccount.filter(citizen_id=citizen_id).order_by("id")
    agents = await Delegation.filter(principal_id=citizen_id).order_by("id")
    principals = await Delegation.filter(agent_id=citizen_id).order_by("id")
    return {
        "name": own.name,
        "id_type": own.identity.id_type.chinese if own.identity else "",
        "id_number": own.identity.number if own.identity else "",
        "phone": own.phone,
        "accounts": [{"platform": one.platform, "since": one.created_at.isoformat()} for one in accounts],
        "delegations": [{"scope": one.scope, "until": one.until.isoformat()} for one in agents],
        "acts_for": [{"scope": one.scope, "until": one.until.isoformat()} for one in principals],
        # of others only what the list itself shows: their record is theirs
        "family": [
            {"name": one.name, "number": one.number, "relation": family.RELATION_NAMES[one.relation]}
            for one in await family.of(citizen_id)
        ],
        "requests": [{"name": one.name, "scope": one.scope} for one in await asking.asked_by(citizen_id)],
        "invitations": [{"scope": one.scope} for one in await inviting.open_of(citizen_id)],
    }


async def forget_identity(citizen_id: int) -> None:
    """The row stays, empty, so that what the law keeps still points at somebody; nobody can sign in to it."""
    await PlatformAccount.filter(citizen_id=citizen_id).delete()
    await DelegationInvitation.filter(principal_id=citizen_id).delete()
    await DelegationRequest.filter(agent_id=citizen_id).delete()
    await FamilyMember.filter(owner_id=citizen_id).delete()
    await FamilyMember.filter(member_id=citizen_id).delete()
    await Delegation.filter(principal_id=citizen_id).delete()
    await Delegation.filter(agent_id=citizen_id).delete()
    await Citizen.filter(id=citizen_id).update(
        state="deleted",
        real_name_sealed="",
        id_type="",
        id_number_sealed="",
        id_fingerprint=None,
        verified_at=None,
        phone_sealed="",
        phone_fingerprint=None,
        guardian_id=None,
    )


personal_data.register(ROOM, export=export_identity, forget=forget_identity)
