"""个人预约记录: what staff read of one person's bookings in their halls. Every look is audited, with the reason."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime

from appointments import agenda, booking, credit, waitlist
from appointments.booking import Booking
from appointments.errors import ReasonNeeded
from appointments.states import VISITS
from appointments.waitlist import Waiting
from foundation import audit, clock, database
from foundation.actor import Actor
from identity import access, acting
from identity.looks import Look, record_access

MOST = 50
MOST_CALLS = 200


@dataclass(frozen=True)
class Record:
    """The latest day first; `elsewhere` counts live bookings in halls that are not the reader's to read."""

    bookings: list[Booking]
    waits: list[Waiting]
    blocks: list[credit.Held]
    elsewhere: int


async def of_citizen(citizen_id: int, *, within: Collection[str], by: Actor, reason: str) -> Record:
    """One person's bookings and places in queues under the hall paths `within`. Raises ReasonNeeded."""
    if not reason.strip():
        raise ReasonNeeded
    async with database.transaction():
        detail = {"within": sorted(within)}
        await audit.record(
            "citizen.bookings_read", subject=f"citizen:{citizen_id}", by=by, reason=reason.strip(), detail=detail
        )
        await record_access([citizen_id], what=Look.BOOKINGS, why=reason, by=by)
        whose = Actor.citizen(citizen_id)
        held = await booking.of(whose, limit=MOST)
        waits = await waitlist.of(whose, limit=MOST)
        blocks = await credit.of(whose)
    theirs = [one for one in held if one.hall_path.startswith(tuple(within))]
    halls = {one.code for one in await agenda.halls(within=within)}
    elsewhere = sum(one.state in VISITS for one in held) - sum(one.state in VISITS for one in theirs)
    return Record(
        bookings=theirs,
        waits=[one for one in waits if one.hall_code in halls],
        blocks=[one for one in blocks if all(path.startswith(tuple(within)) for path in one.halls)],
        elsewhere=elsewhere,
    )


@dataclass(frozen=True, kw_only=True)
class Call:
    """Somebody whom no message reaches: name and phone are masked."""

    citizen_id: int
    name: str
    phone: str
    code: str
    state: str
    day: date
    starts_at: datetime
    type_name: str
    hall_name: str


UNREACHED = """
where a.day >= $1 and a.state in ('booked', 'office_cancelled')
  and exists (select from unnest($2::text[]) as prefix where starts_with(h.path, prefix))
  and not exists (select from platform_account p where p.citizen_id = a.citizen_id)
  and not exists (select from audit_row u where u.subject = 'appointment:' || a.id
                     and u.action = 'booking.told_by_phone' and u.at >= a.changed_at)
  and not exists (select from closure_notice n where n.appointment_id = a.id and n.state in ('told', 'called'))
order by s.starts_at, a.id limit $3
"""


async def call_list(*, within: Collection[str], by: Actor) -> list[Call]:
    """须电话通知: who has a booking to come, or lost one by the office, has no account and was not told since:
    not called about the booking, and neither called nor reached by SMS about the closure that ended it.
    """
    rows = await database.fetch(booking.READ + UNREACHED, clock.today(), list(within), MOST_CALLS)
    held = [one for one in map(booking.read, rows) if not await _told_by_their_booker(one)]
    people = await access.profiles({one.citizen_id for one in held}, seen_by=by, what=Look.CALL_LIST, why="须电话通知")
    return [
        Call(
            citizen_id=one.citizen_id, name=people[one.citizen_id].masked_name,
            phone=people[one.citizen_id].masked_phone, code=one.code, state=one.state, day=one.day,
            starts_at=one.starts_at, type_name=one.type_name, hall_name=one.hall_name,
        )
        for one in held if one.citizen_id in people
    ]  # fmt: skip


async def _told_by_their_booker(held: Booking) -> bool:
    """Who booked for them, and still looks after them, reads their messages."""
    kind, _, agent = held.booked_by.partition(":")
    return kind == "citizen" and await acting.looks_after(agent=int(agent), person=held.citizen_id)


async def called(*, code: str, by: Actor) -> None:
    """Somebody was told by phone how their booking stands now. Raises BookingNotFound."""
    async with database.transaction():
        held = await booking.find(code=code, for_=by)
        await audit.record("booking.told_by_phone", subject=f"appointment:{held.id}", by=by)
