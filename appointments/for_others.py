"""代办: what somebody booked for others, and whether it is still theirs to see and to change.

`appointment.citizen` is for whom, `booked_by` who booked. Who booked loses sight of it when the delegation is over; the
booking stays the principal's.
"""

import hashlib
from collections.abc import Iterable
from typing import Protocol

from appointments import booking, standing_in
from appointments.booking import Booking
from appointments.states import OFFERS
from foundation import database
from foundation.actor import Actor
from foundation.questions import Asking, Question
from identity import access, acting, family

MOST = 50


LATEST = f"and a.state not in {OFFERS} order by s.starts_at desc, a.id desc limit {MOST}"
ALL = Question(
    Booking,
    f"""select * from ({booking.READ} where a.citizen_id = asked.who {LATEST}) as own
         union all
        select * from ({booking.READ} where a.booked_by = asked.booker and a.citizen_id <> asked.who {LATEST}) as others
         order by starts_at desc, id desc""",
    who="bigint",
    booker="text",
)


async def of(who: Actor, *, of_citizen: int | None = None) -> list[Booking]:
    """What this citizen booked for others whom they still look after, the latest day first; for one of them alone, if
    named: then what others booked for an organisation or a child is there as well.
    """
    where, values = await standing_in.of_others(
        who, done_by="a.booked_by", citizen="a.citizen_id", of_citizen=of_citizen
    )
    rows = await database.fetch(f"{booking.READ} where {where} {LATEST}", *values)
    return await looked_after([booking.read(row) for row in rows], who)


async def and_own(who: Actor) -> list[Booking]:
    """我的预约: the citizen's own and those of `of`, the latest day first."""
    return await looked_after(await all_of(who), who)


def all_of(who: Actor) -> Asking[list[Booking]]:
    """The citizen's own and whatever they booked for others, whom they may look after no more: see `looked_after`."""
    return ALL.asking(who.number, str(who), then=list)


async def looked_after(found: list[Booking], who: Actor) -> list[Booking]:
    """Those of them that are the citizen's to see today."""
    others = {held.citizen_id for held in found}
    after = {one: await acting.looks_after(agent=who.number, person=one) for one in others}
    return [one for one in found if after[one.citizen_id]]


class Someones(Protocol):
    """What is one citizen's."""

    @property
    def citizen_id(self) -> int: ...


async def names_of(found: Iterable[Someones], who: Actor) -> dict[int, str]:
    """Citizen → name, of those who are not `who`: masked, and whole of a child without a document whose guardian they
    are, as on their list.
    """
    others = {one.citizen_id for one in found} - {who.number}
    if not others:
        return {}
    known = await access.profiles(others, seen_by=Actor.system("appointments.for_others"))
    masked = {citizen_id: one.masked_name for citizen_id, one in known.items()}
    return masked | await family.whole_names(who.number, others)


def key_of(by: Actor, citizen_id: int, key: str) -> str:
    """The key as it is kept with the booking: who books for another never meets that other's own keys."""
    if by == Actor.citizen(citizen_id):
        return key
    return "for:" + hashlib.sha256(f"{by} {key}".encode()).hexdigest()
