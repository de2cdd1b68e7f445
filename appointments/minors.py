"""未成年人同行: a child without a document comes with the guardian, and is never left behind in a party."""

from appointments.party_errors import MinorLeftAlone
from appointments.states import LIVE
from foundation import database
from identity import family

LEFT = "select exists (select from appointment where party_id = $1 and citizen_id = any($2) and state = any($3))"


async def must_not_be_left(*, party_id: int | None, by: int, moving: bool = False) -> None:
    """Raises MinorLeftAlone when citizen `by` goes and leaves a child, or is a child that moves alone."""
    if party_id is None:
        return
    if moving and await family.guardian_of(by) is not None:
        raise MinorLeftAlone
    children = await family.minors_of(by)
    if children and await database.fetchval(LEFT, party_id, children, list(LIVE)):
        raise MinorLeftAlone
