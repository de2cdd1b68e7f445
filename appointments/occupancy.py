"""号段占用: how full the slots of a business are in a week, the days of a hall in a month, and one slot in full."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from appointments import agenda, types
from appointments.agenda import HELD, SheetSlot
from appointments.errors import SlotNotFound
from foundation import clock, database
from foundation.workdays import WorkCalendar

SHARES = {"public": "公众", "priority": "优先", "staff": "工作人员"}


@dataclass(frozen=True, kw_only=True)
class SlotCell:
    """One slot in the calendar. `held` counts who took a place and did not cancel, `waiting` who is in its queue."""

    slot_id: int
    day: date
    starts_at: datetime
    ends_at: datetime
    share: str
    state: str
    capacity: int
    held: int
    waiting: int

    @property
    def full(self) -> bool:
        return self.held >= self.capacity

    @property
    def share_name(self) -> str:
        """Empty for places that are everybody's."""
        return "" if self.share == "public" else SHARES[self.share]


@dataclass(frozen=True, kw_only=True)
class DayTotal:
    """A day of a month: its places, and why there are none where that is known."""

    day: date
    capacity: int
    held: int
    workday: bool
    closed: str


@dataclass(frozen=True, kw_only=True)
class SlotInFull:
    """A slot as its staff see it. `booked` is the counter, `cooling` the places that rest."""

    slot_id: int
    type_id: int
    hall_code: str
    hall_name: str
    hall_path: str
    share: str
    booked: int
    over: int
    cooling: int
    waiting: int
    release_at: datetime
    close_at: datetime
    sheet: SheetSlot

    @property
    def is_over(self) -> bool:
        return self.sheet.ends_at <= clock.now()


WEEK = f"""
select s.id as slot_id, s.day, s.starts_at, s.ends_at, s.share, s.state, s.capacity, held.places::int as held,
       (select count(*) from waitlist_entry w where w.slot_id = s.id and w.state = 'waiting')::int as waiting
  from slot s {HELD}
 where s.type_id = $1 and s.day between $2 and $3 and (s.state <> 'withdrawn' or held.places > 0)
 order by s.starts_at, s.share = 'public' desc, s.share
"""
MONTH = f"""
select s.day, sum(s.capacity)::int as capacity, sum(held.places)::int as held
  from slot s join appointment_type t on t.id = s.type_id {HELD}
 where t.hall_id = $1 and s.day between $2 and $3 and ($4 = 0 or s.type_id = $4)
   and (s.state <> 'withdrawn' or held.places > 0)
 group by s.day
"""
SLOT = """
select s.id as slot_id, s.type_id, h.code as hall_code, h.name as hall_name, h.path as hall_path, s.share, s.booked,
       s.over, s.release_at, s.close_at, (select count(*) from cooling_place c where c.slot_id = s.id)::int as cooling,
       (select count(*) from waitlist_entry w where w.slot_id = s.id and w.state = 'waiting')::int as waiting
  from slot s join appointment_type t on t.id = s.type_id join hall h on h.id = t.hall_id where s.id = $1
"""


async def week(*, type_id: int, day: date) -> dict[tuple[str, date], list[SlotCell]]:
    """(Time of day, day) → the slots that begin then, in the week of `day`; times and days in order."""
    monday = day - timedelta(days=day.weekday())
    found: dict[tuple[str, date], list[SlotCell]] = defaultdict(list)
    for row in await database.fetch(WEEK, type_id, monday, monday + timedelta(days=6)):
        found[f"{clock.shanghai(row['starts_at']):%H:%M}", row["day"]].append(SlotCell(**row))
    return dict(found)


async def month(*, hall_code: str, day: date, type_id: int = 0) -> list[DayTotal]:
    """Every day of the month of `day`, of one business if named. Raises HallNotFound."""
    hall = await types.find_hall(code=hall_code)
    first = day.replace(day=1)
    last = (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)
    rows = {row["day"]: row for row in await database.fetch(MONTH, hall.id, first, last, type_id)}
    closed = await _closures(hall.id, first, last)
    calendar = await WorkCalendar.current()
    return [_day(first + timedelta(days=n), rows, closed, calendar) for n in range((last - first).days + 1)]


async def slot(*, slot_id: int) -> SlotInFull:
    """One slot with whoever is in it. Raises SlotNotFound."""
    row = await database.fetchrow(SLOT, slot_id)
    if row is None:
        raise SlotNotFound
    return SlotInFull(**row, sheet=await agenda.slot_sheet(slot_id=slot_id))


async def _closures(hall_id: int, first: date, last: date) -> dict[date, str]:
    rows = await database.fetch(
        "select day, reason from schedule_exception where hall_id = $1 and kind = 'closed' and day between $2 and $3",
        hall_id, first, last,
    )  # fmt: skip
    return {row["day"]: row["reason"] for row in rows}


def _day(day: date, rows: dict[date, Any], closed: dict[date, str], calendar: WorkCalendar) -> DayTotal:
    row = rows.get(day) or {"capacity": 0, "held": 0}
    return DayTotal(
        day=day, capacity=row["capacity"], held=row["held"], workday=calendar.is_workday(day),
        closed=closed.get(day, ""),
    )  # fmt: skip
