"""Days that are over, written straight into the tables: what statistics count must not depend on today."""

import itertools
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from appointments.models import AppointmentType, Slot
from appointments.queueing import PREFIXES
from catalogue.models import Hall
from foundation import clock, database
from identity.models import Citizen

MONDAY = date(2026, 3, 2)
_numbers = itertools.count(1)


@dataclass
class Visit:
    """One booking of a slot, and the ticket it drew, if any: minutes until it was called, and from there to the end."""

    state: str = "finished"
    lead: timedelta = timedelta(days=3)
    drawn_before: timedelta | None = None  # before the slot begins
    called_after: float | None = None
    served: float | None = None
    further: Slot | None = None


async def a_sub_hall(*, under: Hall | None = None) -> Hall:
    """A hall below another, with a path of its own."""
    code = f"P{next(_numbers)}"
    path = f"{under.path if under else ''}{code}/"
    return await Hall.create(code=code, name=f"大厅 {code}", level="district", path=path, address="示例路 2 号")


async def a_past_slot(
    of: AppointmentType, *, day: date = MONDAY, hour: int = 9, minute: int = 0, capacity: int = 2, state: str = "open"
) -> Slot:
    starts_at = datetime(day.year, day.month, day.day, hour, minute, tzinfo=clock.SHANGHAI)
    return await Slot.create(
        type=of, day=day, starts_at=starts_at, ends_at=starts_at + timedelta(minutes=30), capacity=capacity,
        release_at=starts_at - timedelta(days=7), close_at=starts_at, state=state,
    )  # fmt: skip


async def a_past_visit(slot: Slot, visit: Visit, *, of: AppointmentType | None = None) -> int:
    """The appointment's id; `of` when the slot is that of a pool."""
    type_id = of.id if of else slot.type_id  # type: ignore[attr-defined]
    number, citizen = next(_numbers), await Citizen.create()
    made_at = slot.starts_at - visit.lead
    appointment_id = int(await database.fetchval(
        """insert into appointment (code, slot_id, type_id, day, citizen_id, state, idempotency_key, body_hash,
                                    created_at, changed_at)
           values ($1, $2, $3, $4, $5, $6, '', '', $7, $7) returning id""",
        f"V{number}", slot.id, type_id, slot.day, citizen.id, visit.state, made_at,
    ))  # fmt: skip
    if visit.further:
        await database.execute(
            "insert into further_slot (appointment_id, slot_id) values ($1, $2)", appointment_id, visit.further.id
        )
    if visit.drawn_before is not None:
        drawn_at = slot.starts_at - visit.drawn_before
        await a_past_ticket(
            type_id=type_id, day=slot.day, drawn_at=drawn_at, called_after=visit.called_after, served=visit.served,
            appointment_id=appointment_id,
        )  # fmt: skip
    return appointment_id


async def a_past_ticket(
    *,
    type_id: int,
    day: date,
    drawn_at: datetime,
    called_after: float | None = None,
    served: float | None = None,
    appointment_id: int | None = None,
) -> None:
    """A number at the hall and department of a business; without an appointment it is a walk-in's."""
    called_at = None if called_after is None else drawn_at + timedelta(minutes=called_after)
    finished_at = None if called_at is None or served is None else called_at + timedelta(minutes=served)
    state = "finished" if finished_at else "missed" if called_at else "dropped"
    kind = "booked" if appointment_id else "walk_in"
    await database.execute(
        """insert into ticket (hall_id, day, number, kind, department_id, appointment_id, state, "window", calls,
                               due_at, drawn_at, first_called_at, called_at, finished_at)
           select hall_id, $2, $3, $4, department_id, $5, $6, '1', $7, $8, $8, $9, $9, $10
             from appointment_type where id = $1""",
        type_id, day, f"{PREFIXES[kind]}{next(_numbers):06d}", kind, appointment_id, state,
        int(called_at is not None), drawn_at, called_at, finished_at,
    )  # fmt: skip
