"""Planned types with slots near the real present, and what is proposed for them."""

from datetime import date
from typing import Any

from appointments import changes, schedule
from appointments.models import AppointmentType, Slot
from appointments.timetable import Period
from foundation import clock
from foundation.workdays import WorkCalendar
from tests.builders.appointments import STAFF, a_type

EVERY_DAY = range(1, 8)


def periods(starts: str = "09:00", ends: str = "11:00", *, windows: int = 2, **more: Any) -> list[Period]:
    """The same on every weekday: four slots of half an hour, unless told otherwise."""
    given = {"slot_minutes": 30, **more}
    return [Period(weekday=day, starts=starts, ends=ends, windows=windows, **given) for day in EVERY_DAY]


async def workday(number: int = 3) -> date:
    """The working day so many working days ahead."""
    return (await WorkCalendar.current()).add_workdays(clock.today(), number)


async def a_planned_type(those: list[Period] | None = None, *, days: int = 3, **rules: Any) -> AppointmentType:
    """A type with slots, released already, from today until `days` working days ahead."""
    of = await a_type(**{"release_workdays": 60, **rules})
    await schedule.create(type_id=of.id, periods=those or periods(), effective_from=clock.today(), by=STAFF)
    await schedule.generate(type_id=of.id, start=clock.today(), end=await workday(days), by=STAFF)
    return of


async def slots_on(of: AppointmentType, day: date) -> list[Slot]:
    return await Slot.filter(type_id=of.id, day=day).order_by("starts_at", "share")


async def timetable_from(of: AppointmentType, day: date, those: list[Period]) -> changes.NewTimetable:
    return changes.NewTimetable(type_id=of.id, effective_from=day, periods=those)
