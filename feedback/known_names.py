"""Names that a text may hold and the public may not read: of whoever wrote it, and of colleagues."""

from foundation import database
from foundation.actor import Actor
from identity import access

BY = Actor.system("feedback.known_names")


async def around(citizen_id: int | None) -> list[str]:
    """The real name of the citizen, where known, and what colleagues are called."""
    staff = await database.fetch("select display_name from staff")
    known = await access.profiles([citizen_id], seen_by=BY) if citizen_id else {}
    return [*(one.name for one in known.values() if one.name), *(row["display_name"] for row in staff)]
