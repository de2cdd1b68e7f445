"""What a test of bookings needs. Times are near the real present, because the database's clock decides."""

import itertools
import json
from contextlib import AbstractContextManager
from datetime import date, datetime, timedelta
from typing import Any

from appointments import booking, checkin
from appointments.models import Appointment, AppointmentType, Slot
from appointments.states import LIVE
from catalogue.models import Department, Hall
from foundation import clock, crypto, database
from foundation.actor import Actor
from identity.models import Citizen
from tests.invariants import broken

STAFF = Actor.staff(1)
_numbers = itertools.count(1)


async def a_citizen(*, verified: bool = True, name: str = "张三", born: date | None = None) -> Actor:
    """A citizen who may book, and is old enough for a priority place unless `born` later."""
    row = await Citizen.create(**(_identity(name, born) if verified else {}))
    return Actor.citizen(row.id)


def _identity(name: str, born: date | None) -> dict[str, Any]:
    nth = next(_numbers)
    number = f"110101{born:%Y%m%d}{nth % 10_000:04d}" if born else f"1101011949123{nth:05d}"
    return {
        "real_name_sealed": crypto.seal(name),
        "id_type": "id_card",
        "id_number_sealed": crypto.seal(number),
        "id_fingerprint": crypto.fingerprint(number, purpose="id_number"),
        "verified_at": clock.now(),
    }


async def citizens(number: int) -> list[Actor]:
    return [await a_citizen() for _ in range(number)]


async def a_hall(*, code: str | None = None, name: str = "示例市政务服务中心") -> Hall:
    code = code or f"H{next(_numbers)}"
    return await Hall.create(code=code, name=name, level="city", path=f"{code}/", address="示例路 1 号")


async def a_type(*, hall: Hall | None = None, **rules: Any) -> AppointmentType:
    """A business that can be booked; `rules` are fields of AppointmentType."""
    number = next(_numbers)
    department = await Department.create(code=f"D{number}", name="公安窗口")
    given = {"code": f"T{number}", "name": "身份证办理", **rules}
    return await AppointmentType.create(hall=hall or await a_hall(), department=department, **given)


async def a_slot(
    *,
    of: AppointmentType | None = None,
    capacity: int = 1,
    starts_in: timedelta = timedelta(days=2),
    released_ago: timedelta = timedelta(hours=1),
    state: str = "open",
    starts_at: datetime | None = None,
    close_at: datetime | None = None,
    share: str = "public",
) -> Slot:
    """A slot that can be booked now, unless told otherwise."""
    starts_at = starts_at or clock.now() + starts_in
    return await Slot.create(
        type=of or await a_type(),
        day=clock.shanghai(starts_at).date(),
        starts_at=starts_at,
        ends_at=starts_at + timedelta(minutes=30),
        capacity=capacity,
        release_at=clock.now() - released_ago,
        close_at=close_at or starts_at,
        state=state,
        share=share,
    )


async def a_slot_of_today(*, of: AppointmentType, capacity: int = 1) -> Slot:
    """A slot of today that takes bookings now, also in the last minutes before midnight."""
    now = clock.now()
    last = clock.shanghai(now).replace(hour=23, minute=59, second=59, microsecond=0)
    starts_at, close_at = min(now + timedelta(minutes=5), last), now + timedelta(hours=1)
    return await a_slot(of=of, capacity=capacity, starts_at=starts_at, close_at=close_at)


async def slots_of_one_day(number: int, *, of: AppointmentType, capacity: int = 1) -> list[Slot]:
    """`number` slots of one type within the day after tomorrow."""
    noon = clock.shanghai(clock.now() + timedelta(days=2)).replace(hour=9, minute=0, second=0, microsecond=0)
    return [await a_slot(of=of, capacity=capacity, starts_at=noon + timedelta(minutes=30 * n)) for n in range(number)]


async def booked_and_live(slot: Slot) -> tuple[int, int]:
    """The counter of a slot, and its live appointments counted."""
    await slot.refresh_from_db()
    live = await Appointment.filter(slot_id=slot.id, state__in=LIVE).count()
    return slot.booked, live


async def told(kind: str) -> list[dict[str, Any]]:
    """The events of `kind` in the outbox, as they were told."""
    rows = await database.fetch(
        "select args -> 'event' as event from procrastinate_jobs where args ->> 'kind' = $1 order by id", kind
    )
    return [json.loads(row["event"]) for row in rows]


async def a_held_place(*, slot: Slot | None = None, by: Actor | None = None) -> tuple[booking.Booking, Actor, Slot]:
    """A booking, its citizen and its slot, which starts at 10:00 the day after tomorrow."""
    citizen = by or await a_citizen()
    ten = clock.shanghai(clock.now() + timedelta(days=2)).replace(hour=10, minute=0, second=0, microsecond=0)
    slot = slot or await a_slot(starts_at=ten)
    return await booking.reserve(slot_id=slot.id, by=citizen, key=f"held {slot.id}"), citizen, slot


async def a_full_slot() -> tuple[Slot, Actor, booking.Booking]:
    """A slot whose only place is taken: the slot, who holds it, the booking."""
    slot = await a_slot()
    held, holder, _ = await a_held_place(slot=slot)
    return slot, holder, held


async def deadline_passes(slot: Slot) -> None:
    """The offers of this slot were made long ago."""
    await database.execute(
        "update waitlist_entry set offer_until = clock_timestamp() - interval '1 second'"
        " where slot_id = $1 and state = 'offered'",
        slot.id,
    )


async def amiss() -> list[str]:
    """The invariants that are broken; empty when all is well."""
    return await broken(database.fetch)


async def free_places_and_waiters(slot: Slot) -> tuple[int, int]:
    """What may never both be there."""
    row = await database.fetchrow(
        """select capacity - booked as free, (select count(*) from waitlist_entry w
                  where w.slot_id = s.id and w.state = 'waiting') as waiters from slot s where id = $1""",
        slot.id,
    )
    assert row is not None
    return row["free"], row["waiters"]


async def waiting(number: int, *, of: AppointmentType) -> list[booking.Booking]:
    """So many people of one type, checked in on their day; see `on_the_day`."""
    (slot,) = await slots_of_one_day(1, of=of, capacity=number)
    held = [(await a_held_place(slot=slot))[0] for _ in range(number)]
    with on_the_day(held[0]):
        for one in held:
            await checkin.admit(code=one.code, hall_code=one.hall_code, by=STAFF)
    return held


def on_the_day(held: booking.Booking) -> AbstractContextManager[None]:
    """The clock at the start of the visit."""
    return clock.frozen(held.starts_at)
