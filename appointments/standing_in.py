"""代办: whether somebody may stand in for another alone, and whether what was done for another is theirs to look after.

The same holds for bookings, places in a queue and entries in a draw: who did it sees it while the tie lasts, and so
does whoever speaks for an organisation or a child, whoever did it. Afterwards it is still the other's.
"""

import json
from datetime import date

from foundation import database
from foundation.actor import Actor
from identity import acting
from identity.family_errors import PersonUnknown

ALONE = ("self", "principal", "ward", "organisation")


async def is_theirs(*, citizen_id: int, done_by: str, who: Actor, locked: bool = False) -> bool:
    """Whether what is `citizen_id`'s, done by `done_by` (an Actor, empty for oneself), is `who`'s to see and to change.

    `locked`, within a transaction: and stays so until its end.
    """
    if citizen_id == who.number:
        return True
    if done_by != str(who) and not await acting.speaks_for(agent=who.number, subject=citizen_id):
        return False
    return await acting.looks_after(agent=who.number, person=citizen_id, locked=locked)


async def of_others(
    who: Actor, *, done_by: str, citizen: str, of_citizen: int | None
) -> tuple[str, tuple[object, ...]]:
    """Which rows of others a list of `who` may hold: a condition on the columns `done_by` and `citizen`, of $1 and $2.

    Of one person alone, if named; then what others did for an organisation or a child is there as well.
    """
    if of_citizen is None:
        return f"{done_by} = $1 and {citizen} <> $2", (str(who), who.number)
    if await acting.speaks_for(agent=who.number, subject=of_citizen):
        return f"{citizen} = $1 and {citizen} <> $2", (of_citizen, who.number)
    return f"{done_by} = $1 and {citizen} = $2", (str(who), of_citizen)


async def hold_alone(*, person: int, type_id: int, day: date, by: Actor) -> None:
    """Within a transaction: `by` may do this business for the person alone on `day`; the tie lasts until its end.

    A delegation that names items covers a business through which one of them is done. Raises PersonUnknown, also for
    family, who only come along.
    """
    codes = await database.fetchval("select item_codes from appointment_type where id = $1", type_id)
    if await acting.hold(agent=by.number, person=person, day=day, items=json.loads(codes)) not in ALONE:
        raise PersonUnknown


def named(by: Actor, citizen_id: int) -> str:
    """As it is kept who did it: empty for oneself."""
    return "" if by == Actor.citizen(citizen_id) else str(by)


def agent(done_by: str, citizen_id: int) -> int | None:
    """The citizen who did it for another."""
    kind, _, number = done_by.partition(":")
    return int(number) if kind == "citizen" and int(number) != citizen_id else None
