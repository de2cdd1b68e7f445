"""Halls that close and people who are booked there. The hall's slots lie on the days after today, from 9:00."""

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any

from appointments import booking, closure, closure_work, rebooking
from appointments.booking import Booking
from appointments.closure_models import Closure, ClosureNotice
from appointments.closure_span import Span
from appointments.models import AppointmentType, Slot
from appointments.rebooking import Rebook
from appointments.timetable import Period
from foundation import clock, database
from foundation.actor import Actor
from tests.builders.appointments import STAFF, a_citizen, a_slot, a_type

EVERY_DAY = [Period(weekday=day, starts="09:00", ends="10:00", slot_minutes=30, windows=2) for day in range(1, 8)]


def at(days: int, hour: int, minute: int = 0) -> datetime:
    """That time of the day so many days ahead, in Asia/Shanghai."""
    day = clock.today() + timedelta(days=days)
    return datetime.combine(day, time(hour, minute), clock.SHANGHAI)


async def morning(of: AppointmentType, *, days: int, number: int = 2, capacity: int = 2, **more: Any) -> list[Slot]:
    """`number` slots from 9:00, half an hour each."""
    return [
        await a_slot(of=of, capacity=capacity, starts_at=at(days, 9) + timedelta(minutes=30 * n), **more)
        for n in range(number)
    ]


def whole_day(of: AppointmentType, *, days: int = 2, **more: Any) -> Span:
    """The hall of this business, all of that day."""
    return Span(hall_code=of.hall.code, starts_at=at(days, 0), ends_at=at(days + 1, 0), **more)


@dataclass
class Shut:
    """A business with bookings on the day after tomorrow, which closes; free slots stand on the two days after it."""

    of: AppointmentType
    people: list[Actor]
    bookings: list[Booking]
    closing: list[Slot]
    later: list[Slot]
    closure: Closure

    async def offer(self, n: int = 0) -> Rebook:
        found = await rebooking.after(self.bookings[n].id)
        assert found
        return found


async def booked(of: AppointmentType, number: int, slots: list[Slot]) -> tuple[list[Actor], list[Booking]]:
    """People, spread over the slots."""
    people = [await a_citizen() for _ in range(number)]
    held = [
        await booking.reserve(slot_id=slots[n % len(slots)].id, by=who, key=f"booked {n}")
        for n, who in enumerate(people)
    ]
    return people, held


async def announced(*, people: int = 1, later: int = 2, worked: bool = False, **more: Any) -> Shut:
    """A closure that has been announced; with `worked` its people have their offers. `later`: free places a day."""
    of = await a_type()
    closing = await morning(of, days=2, capacity=max(2, people))
    after = [slot for n in (3, 4) for slot in await morning(of, days=n, capacity=later)] if later else []
    who, held = await booked(of, people, closing)
    made = await closure.announce(span=whole_day(of), reason="台风登陆", by=STAFF, **more)
    if worked:
        await closure_work.work_through(closure_id=made.id)
    return Shut(of, who, held, closing, after, made)


async def notices(made: Closure) -> list[ClosureNotice]:
    return await ClosureNotice.filter(closure_id=made.id).order_by("id")


async def deadline_passed(offer: Rebook) -> None:
    """The offer was made long ago."""
    await database.execute(
        "update closure_notice set offered_until = clock_timestamp() - interval '1 second' where id = $1",
        offer.notice_id,
    )
