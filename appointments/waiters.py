"""候补名单: who waits at a hall and for which slot, which offers stand until when, how many places rest."""

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from appointments import types, waiting_rules
from appointments.agenda import masked
from appointments.models import AppointmentType
from appointments.states import WAITLIST_NAMES
from appointments.waiting_rules import Rule
from foundation import clock, crypto, database

MOST = 500  # people in one list


@dataclass(frozen=True, kw_only=True)
class Waiter:
    """Somebody in the queue of a slot. `name` is masked; `offer_until` is the deadline of a place that is held."""

    code: str
    name: str
    state: str
    state_name: str
    joined_at: datetime
    offer_until: datetime | None


@dataclass(frozen=True, kw_only=True)
class Queue:
    """A slot that is waited for, or in which places rest. Waiters stand in the order they are served."""

    slot_id: int
    type_id: int
    type_name: str
    starts_at: datetime
    ends_at: datetime
    state: str
    capacity: int
    booked: int
    cooling: int
    waiters: list[Waiter] = field(default_factory=list)


@dataclass(frozen=True)
class RuleOf:
    """The rule by which people wait for a business."""

    type_id: int
    name: str
    rule: Rule


SLOTS = """
select s.id as slot_id, t.id as type_id, t.name as type_name, s.starts_at, s.ends_at, s.state, s.capacity, s.booked,
       (select count(*) from cooling_place c where c.slot_id = s.id)::int as cooling
  from slot s join appointment_type t on t.id = s.type_id
 where t.hall_id = $1 and s.day >= $2 and ($3::date is null or s.day = $3) and ($4 = 0 or t.id = $4)
   and (exists (select from waitlist_entry w where w.slot_id = s.id and w.state in ('waiting', 'offered'))
        or exists (select from cooling_place c where c.slot_id = s.id))
 order by s.starts_at, t.id
"""
WAITERS = """
select w.slot_id, w.code, w.state, w.joined_at, w.offer_until, c.real_name_sealed
  from waitlist_entry w join citizen c on c.id = w.citizen_id
 where w.slot_id = any($1) and w.state in ('waiting', 'offered')
 order by w.slot_id, w.state = 'offered' desc, w.id limit $2
"""


async def of_hall(*, hall_code: str, day: date | None = None, type_id: int = 0) -> list[Queue]:
    """The queues from today on, of one day or one business if named. Raises HallNotFound."""
    hall = await types.find_hall(code=hall_code)
    queues = {row["slot_id"]: Queue(**row) for row in await database.fetch(SLOTS, hall.id, clock.today(), day, type_id)}
    for row in await database.fetch(WAITERS, list(queues), MOST):
        queues[row["slot_id"]].waiters.append(_waiter(row))
    return list(queues.values())


async def rules(*, hall_code: str) -> list[RuleOf]:
    """By which rule people wait, for each business of a hall. Raises HallNotFound."""
    hall = await types.find_hall(code=hall_code)
    return [
        RuleOf(one.id, one.name, await waiting_rules.of(one.id))
        for one in await AppointmentType.filter(hall=hall, active=True).order_by("id")
    ]


def _waiter(row: Any) -> Waiter:
    sealed = row["real_name_sealed"]
    return Waiter(
        **{name: row[name] for name in ("code", "state", "joined_at", "offer_until")},
        name=masked(crypto.open_sealed(sealed)) if sealed else "未实名",
        state_name=WAITLIST_NAMES[row["state"]],
    )
