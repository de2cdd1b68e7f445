"""What can be booked: halls, departments, businesses, days and the slots of a day. Reads only, for anybody.

Numbers may be old by the time they are read: `booking.reserve` decides.
"""

import json
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal

from appointments.errors import HallNotFound, TypeNotFound
from foundation import clock, database

Why = Literal["open", "not_released", "closed", "suspended", "full"]


@dataclass(frozen=True, slots=True)
class BookableHall:
    code: str
    name: str
    address: str
    phone: str
    opening_hours: str
    longitude: float | None
    latitude: float | None


@dataclass(frozen=True, slots=True)
class BookableDepartment:
    code: str
    name: str
    types: int


@dataclass(frozen=True, slots=True)
class BookableType:
    id: int
    code: str
    name: str
    item_codes: list[str]
    real_name_needed: bool
    release_workdays: int
    release_time: str
    cancel_minutes: int


@dataclass(frozen=True, slots=True)
class BookableDay:
    """A day of a type: `left` places that can be had now; otherwise `release_at` when more open, if that is to come."""

    day: date
    left: int
    capacity: int
    release_at: datetime | None


@dataclass(frozen=True, slots=True)
class SlotView:
    """A slot of a day; `why` is ``open`` when it can be had now, by 老年人 残疾人 军人 if its `share` is priority."""

    id: int
    starts_at: datetime
    ends_at: datetime
    capacity: int
    left: int
    release_at: datetime
    why: Why
    share: str


async def halls(*, item_code: str | None = None) -> list[BookableHall]:
    """The halls where something can be booked, or where this item can."""
    rows = await database.fetch(
        """select h.code, h.name, h.address, h.phone, h.opening_hours, h.longitude, h.latitude from hall h
            where h.active and exists (select from appointment_type t where t.hall_id = h.id and t.active
                                          and ($1::text is null or t.item_codes ? $1)) order by h.path""",
        item_code,
    )
    return [BookableHall(**row) for row in rows]


async def departments(*, hall_code: str) -> list[BookableDepartment]:
    """Who can be visited at a hall. Raises HallNotFound."""
    rows = await database.fetch(
        """select d.code, d.name, count(t.id)::int as types from hall h
             left join appointment_type t on t.hall_id = h.id and t.active
             left join department d on d.id = t.department_id
            where h.code = $1 and h.active group by d.id order by d.id""",
        hall_code,
    )
    if not rows:
        raise HallNotFound
    return [BookableDepartment(**row) for row in rows if row["code"]]


async def types(*, hall_code: str, department_code: str | None = None) -> list[BookableType]:
    """What can be booked at a hall, at one department of it if named."""
    rows = await database.fetch(
        """select t.id, t.code, t.name, t.item_codes, t.real_name_needed, t.release_workdays, t.release_time,
                  t.cancel_minutes
             from appointment_type t join hall h on h.id = t.hall_id join department d on d.id = t.department_id
            where h.code = $1 and h.active and t.active and ($2::text is null or d.code = $2) order by t.id""",
        hall_code,
        department_code,
    )
    return [BookableType(**{**row, "item_codes": json.loads(row["item_codes"])}) for row in rows]


STATE = """case when clock_timestamp() >= s.close_at then 'closed' when s.state <> 'open' then 'suspended'
                when clock_timestamp() < s.release_at then 'not_released'
                when s.booked >= s.capacity then 'full' else 'open' end"""


async def days(*, type_id: int) -> list[BookableDay]:
    """The days from today on that have slots of a type, its own or its pool's; what is left for everybody.

    Raises TypeNotFound.
    """
    rows = await database.fetch(
        f"""select s.day, coalesce(sum(s.capacity - s.booked) filter (where {STATE} = 'open'), 0)::int as left,
                   sum(s.capacity)::int as capacity,
                   min(s.release_at) filter (where {STATE} = 'not_released') as release_at
              from appointment_type t left join slot s on s.type_id = coalesce(t.pool_id, t.id) and s.day >= $2
                                                      and s.share = 'public' and s.state <> 'withdrawn'
             where t.id = $1 and t.active group by s.day order by s.day""",
        type_id,
        clock.today(),
    )
    if not rows:
        raise TypeNotFound
    return [BookableDay(**row) for row in rows if row["day"]]


# The hot path of a release morning: one statement over one index. Priority places are shown while there are any; what
# is kept for staff is theirs to give.
OF_DAY = f"""
select s.id, s.starts_at, s.ends_at, s.capacity, greatest(0, s.capacity - s.booked) as left, s.release_at,
       {STATE} as why, s.share
  from appointment_type t left join slot s on s.type_id = coalesce(t.pool_id, t.id) and s.day = $2
   and s.state <> 'withdrawn' and (s.share = 'public' or (s.share = 'priority' and s.capacity > 0))
 where t.id = $1 and t.active order by s.starts_at, s.share desc
"""


async def of_day(*, type_id: int, day: date) -> list[SlotView]:
    """The slots of a type on a day. Raises TypeNotFound."""
    rows: list[Any] = await database.fetch(OF_DAY, type_id, day)
    if not rows:
        raise TypeNotFound
    return [SlotView(*row) for row in rows if row["id"] is not None]
