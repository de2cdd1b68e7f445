"""优先号: whose are the places that a schedule keeps for 老年人 残疾人 军人.

Age is told by the number of a verified document. That somebody is disabled or serves is on paper only: staff look at it
and book for them.
"""

from foundation.actor import Actor
from identity import access
from identity.errors import NoSuchCitizen

ELDERLY = 60  # years
BY = Actor.system("appointments.priority")


async def qualifies(citizen_id: int) -> bool:
    """Whether this person may have a priority place without showing a paper."""
    try:
        profile = await access.profile(citizen_id, seen_by=BY)
    except NoSuchCitizen:
        return False
    age = profile.identity.age() if profile.verified and profile.identity else None
    return age is not None and age >= ELDERLY
