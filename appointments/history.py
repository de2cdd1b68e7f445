"""谁在何时做了什么: what was done to a type and its hall, to a slot, and to one booking from first to last."""

from collections.abc import Collection

from appointments import types
from appointments.closure_models import ClosureNotice
from appointments.hall_models import Kiosk, Ticket
from appointments.models import Schedule
from appointments.waiting_models import WaitlistEntry
from foundation import audit, workdays
from foundation.audit import Deed


async def of_type(*, type_id: int, limit: int = 20) -> list[Deed]:
    """The latest first. Raises TypeNotFound."""
    of = await types.find(type_id=type_id)
    versions = await Schedule.filter(type_id=type_id).values_list("id", flat=True)
    schedules = [f"schedule:{one}" for one in versions]
    subjects = [f"appointment_type:{type_id}", f"hall:{of.hall.code}", *schedules]
    return await audit.latest(subjects, limit=limit)


async def of_closure(closure_id: int, *, limit: int = 20) -> list[Deed]:
    """What was done to a closure, and who telephoned; the latest first."""
    notices = await ClosureNotice.filter(closure_id=closure_id, state="called").values_list("id", flat=True)
    return await audit.latest([f"closure:{closure_id}", *(f"closure_notice:{one}" for one in notices)], limit=limit)


async def of_hall(*, hall_code: str, limit: int = 20) -> list[Deed]:
    """What was done to a hall, its windows and its kiosks; the latest first."""
    kiosks = await Kiosk.filter(hall__code=hall_code).values_list("id", flat=True)
    return await audit.latest([f"hall:{hall_code}", *(f"kiosk:{one}" for one in kiosks)], limit=limit)


async def of_booking(*, appointment_id: int, limit: int = 100) -> list[Deed]:
    """A booking with the wait before it and its ticket; the latest first."""
    tickets = await Ticket.filter(appointment_id=appointment_id).values_list("id", flat=True)
    waits = await WaitlistEntry.filter(appointment_id=appointment_id).values_list("id", flat=True)
    subjects = [f"appointment:{appointment_id}", *(f"ticket:{one}" for one in tickets)]
    return await audit.latest([*subjects, *(f"waitlist_entry:{one}" for one in waits)], limit=limit)


async def of_calendar(*, limit: int = 20) -> list[Deed]:
    """What was declared of working days; the latest first."""
    return await audit.latest([workdays.CALENDAR], limit=limit)


async def of_slots(slot_ids: Collection[int], *, limit: int = 20) -> list[Deed]:
    """What was done to single slots; the latest first."""
    return await audit.latest([f"slot:{one}" for one in slot_ids], limit=limit)
