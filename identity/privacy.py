"""个人信息: what we hold of a citizen, handed to them, and made to go when they leave.

Every room registers what it keeps with `foundation.personal_data`; this room asks them all and knows none.
What the law wants kept (bills, cases, audit) the rooms keep, without the name.
"""

from typing import Any

from foundation import audit, database, personal_data
from foundation.actor import Actor
from foundation.events import tell
from identity import family, sessions
from identity.errors import NoSuchCitizen, NotYourRecord
from identity.events import CitizenForgotten
from identity.models import Citizen
from identity.own_data import ROOM


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
        await let_go(citizen_id, by=by, reason=reason)
    await sessions.sign_out_everywhere(citizen_id)


async def let_go(citizen_id: int, *, by: Actor, reason: str = "") -> None:
    """Within a transaction, as `forget`. The sign-ins end with the event it tells."""
    if await Citizen.select_for_update().get_or_none(id=citizen_id, state="active") is None:
        raise NoSuchCitizen
    for one in (*await family.minors_of(citizen_id), citizen_id):  # a child is known through its guardian only
        for room in sorted(personal_data.collectors, key=lambda room: (room == ROOM, room)):
            await personal_data.collectors[room].forget(one)
    await audit.record("citizen.forgotten", subject=f"citizen:{citizen_id}", by=by, reason=reason)
    await tell(CitizenForgotten(citizen_id=citizen_id))


def _must_be(by: Actor, citizen_id: int) -> None:
    if by.kind == "citizen" and by != Actor.citizen(citizen_id):
        raise NotYourRecord
