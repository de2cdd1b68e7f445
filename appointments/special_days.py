"""例外日: a hall closes, or opens on a day off, on one day; its slots follow at once."""

from datetime import date
from typing import Literal

from tortoise.exceptions import IntegrityError

from appointments import schedule, types
from appointments.errors import ExceptionExists, ExceptionNotFound, RangeInvalid, ReasonNeeded
from appointments.models import AppointmentType, ScheduleException, Slot
from appointments.release import horizon
from foundation import audit, clock, database
from foundation.actor import Actor
from foundation.workdays import WorkCalendar


async def add(
    *, hall_code: str, day: date, kind: Literal["closed", "open"], reason: str, by: Actor
) -> ScheduleException:
    """Close the hall on a day, or open it on a day off. Slots that are held take no new bookings; nobody is cancelled.

    Raises HallNotFound, ReasonNeeded, RangeInvalid for a past day, ExceptionExists.
    """
    if not reason.strip():
        raise ReasonNeeded
    if day < clock.today() or kind not in ("closed", "open"):
        raise RangeInvalid
    async with database.transaction():
        hall = await types.find_hall(code=hall_code)
        try:
            made = await ScheduleException.create(
                hall=hall, day=day, kind=kind, reason=reason.strip(), created_by=str(by)
            )
        except IntegrityError as there_is_one:
            raise ExceptionExists from there_is_one
        await _note("added", made, hall_code, by)
        await follow(hall.id, day, by)
    return made


async def remove(*, hall_code: str, day: date, by: Actor) -> None:
    """Take an exception back; the plan of the week holds again. Raises HallNotFound, ExceptionNotFound."""
    async with database.transaction():
        hall = await types.find_hall(code=hall_code)
        found = await ScheduleException.get_or_none(hall=hall, day=day)
        if found is None:
            raise ExceptionNotFound
        await found.delete()
        await _note("removed", found, hall_code, by)
        await follow(hall.id, day, by)


async def coming(*, hall_code: str) -> list[ScheduleException]:
    """The hall's exceptional days from today on."""
    hall = await types.find_hall(code=hall_code)
    return await ScheduleException.filter(hall=hall, day__gte=clock.today()).order_by("day")


async def _note(what: str, one: ScheduleException, hall_code: str, by: Actor) -> None:
    await audit.record(
        f"schedule_exception.{what}", subject=f"hall:{hall_code}", by=by, reason=one.reason,
        detail={"day": one.day, "kind": one.kind},
    )  # fmt: skip


async def follow(hall_id: int, day: date, by: Actor) -> None:
    """Slots of that day exist, or soon will: make them anew. Types in one order, so that two runs do not cross."""
    calendar = await WorkCalendar.current()
    for of in await AppointmentType.filter(hall_id=hall_id, active=True).order_by("id"):
        if day <= horizon(of, clock.today(), calendar) or await Slot.exists(type_id=of.id, day=day):
            await schedule.generate(type_id=of.id, start=day, end=day, by=by)
