"""日程: what the staff of a hall see: the sheet of a day, and how full a week is."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import asyncpg

from appointments import types
from appointments.errors import SlotNotFound
from appointments.states import NAMES
from foundation import crypto, database


@dataclass(frozen=True, kw_only=True)
class Line:
    """One booking on a day sheet. `name` is masked."""

    code: str
    state: str
    state_name: str
    name: str
    ticket_number: str | None
    ticket_state: str | None
    window: str | None


@dataclass(frozen=True, kw_only=True)
class SheetSlot:
    """A slot on a day sheet; `held` counts who holds or held a place and did not cancel."""

    slot_id: int
    type_name: str
    department_name: str
    starts_at: datetime
    ends_at: datetime
    capacity: int
    held: int
    state: str
    lines: list[Line]


@dataclass(frozen=True, kw_only=True)
class Occupancy:
    """How full a type is on a day: places, and those taken (cancelled ones are not)."""

    day: date
    type_id: int
    type_name: str
    capacity: int
    held: int


@dataclass(frozen=True)
class WorkHall:
    """A hall where bookings are looked after."""

    code: str
    name: str
    path: str


CANCELLED = ("cancelled", "office_cancelled", "rescheduled", "declined", "lapsed")
NOT_CANCELLED = f"a.state not in {CANCELLED}"
# The places of a slot `s` that are taken, those of long businesses that began before it too.
HELD = f"""
left join lateral (select (select count(*) from appointment a where a.slot_id = s.id and {NOT_CANCELLED})
       + (select count(*) from further_slot f join appointment a on a.id = f.appointment_id
           where f.slot_id = s.id and {NOT_CANCELLED}) as places) held on true
"""


async def halls(*, within: Collection[str]) -> list[WorkHall]:
    """The halls with something to book under any of the hall paths `within`; ``""`` is the whole city."""
    rows = await database.fetch(
        """select h.code, h.name, h.path from hall h
            where h.active and exists (select from appointment_type t where t.hall_id = h.id)
              and exists (select from unnest($1::text[]) as prefix where starts_with(h.path, prefix))
            order by h.path""",
        list(within),
    )
    return [WorkHall(**row) for row in rows]


async def day_sheet(*, hall_code: str, day: date) -> list[SheetSlot]:
    """当日预约表: every slot of the hall's day with its bookings. Raises HallNotFound."""
    hall = await types.find_hall(code=hall_code)
    return await _sheets("t.hall_id = $1 and s.day = $2 and (s.state <> 'withdrawn' or a.id is not null)", hall.id, day)


async def slot_sheet(*, slot_id: int) -> SheetSlot:
    """One slot with its bookings. Raises SlotNotFound."""
    sheets = await _sheets("s.id = $1", slot_id)
    if not sheets:
        raise SlotNotFound
    return sheets[0]


async def _sheets(where: str, *values: Any) -> list[SheetSlot]:
    rows = await database.fetch(
        f"""select s.id as slot_id, t.name as type_name, d.name as department_name, s.starts_at, s.ends_at, s.capacity,
                  s.state as slot_state, a.code, a.state, c.real_name_sealed, k.number as ticket_number,
                  k.state as ticket_state, k."window"
             from slot s join appointment_type t on t.id = s.type_id join department d on d.id = t.department_id
             left join appointment a on a.slot_id = s.id left join citizen c on c.id = a.citizen_id
             left join ticket k on k.appointment_id = a.id
            where {where} order by s.starts_at, t.id, a.id""",
        *values,
    )
    by_slot: dict[int, list[asyncpg.Record]] = {}
    for row in rows:
        by_slot.setdefault(row["slot_id"], []).append(row)
    return [_slot(those) for those in by_slot.values()]


async def week(*, hall_code: str, day: date) -> list[Occupancy]:
    """How full each type of the hall is on the seven days of the week of `day`. Raises HallNotFound."""
    hall = await types.find_hall(code=hall_code)
    monday = day - timedelta(days=day.weekday())
    rows = await database.fetch(
        f"""select s.day, t.id as type_id, t.name as type_name, sum(s.capacity)::int as capacity,
                   sum(held.places)::int as held
              from slot s join appointment_type t on t.id = s.type_id {HELD}
             where t.hall_id = $1 and s.day between $2 and $3 and (s.state <> 'withdrawn' or held.places > 0)
             group by s.day, t.id order by s.day, t.id""",
        hall.id,
        monday,
        monday + timedelta(days=6),
    )
    return [Occupancy(**row) for row in rows]


def masked(name: str) -> str:
    """张三 → 张*."""
    return name[:1] + "*" * (len(name) - 1) if len(name) > 1 else "*" * len(name)


def _slot(rows: list[asyncpg.Record]) -> SheetSlot:
    first, lines = rows[0], [_line(row) for row in rows if row["code"]]
    return SheetSlot(
        **{
            name: first[name]
            for name in ("slot_id", "type_name", "department_name", "starts_at", "ends_at", "capacity")
        },
        state=first["slot_state"],
        held=sum(line.state not in CANCELLED for line in lines),
        lines=lines,
    )


def _line(row: asyncpg.Record) -> Line:
    sealed = row["real_name_sealed"]
    return Line(
        code=row["code"],
        state=row["state"],
        state_name=NAMES[row["state"]],
        name=masked(crypto.open_sealed(sealed)) if sealed else "未实名",
        ticket_number=row["ticket_number"],
        ticket_state=row["ticket_state"],
        window=row["window"] or None,
    )
