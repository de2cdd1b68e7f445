"""谁在何时做了什么: what was done to the schedule, the slots and the days of a type and its hall."""

from collections.abc import Collection

from appointments import types
from appointments.hall_models import Kiosk
from appointments.models import Schedule
from foundation import audit, workdays
from foundation.audit import Deed


async def of_type(*, type_id: int, limit: int = 20) -> list[Deed]:
    """The latest first. Raises TypeNotFound."""
    of = await types.find(type_id=type_id)
    versions = await Schedule.filter(type_id=type_id).values_list("id", flat=True)
    schedules = [f"schedule:{one}" for one in versions]
    subjects = [f"appointment_type:{type_id}", f"hall:{of.hall.code}", *schedules]
    return await audit.latest(subjects, limit=limit)


async def of_hall(*, hall_code: str, limit: int = 20) -> list[Deed]:
    """What was done to a hall, its windows and its kiosks; the latest first."""
    kiosks = await Kiosk.filter(hall__code=hall_code).values_list("id", flat=True)
    return await audit.latest([f"hall:{hall_code}", *(f"kiosk:{one}" for one in kiosks)], limit=limit)


async def of_calendar(*, limit: int = 20) -> list[Deed]:
    """What was declared of working days; the latest first."""
    return await audit.latest([workdays.CALENDAR], limit=limit)


async def of_slots(slot_ids: Collection[int], *, limit: int = 20) -> list[Deed]:
    """What was done to single slots; the latest first."""
    return await audit.latest([f"slot:{one}" for one in slot_ids], limit=limit)
