"""份额回流: priority and staff places that nobody took are everybody's, some working days before the day.

`share_back_workdays` working days before, at the type's `release_time`. Both rows of an interval are locked by id and
the places move from one to the other; whoever waits for the public one is served first. Run again it moves nothing.
"""

from datetime import date

import asyncpg

from appointments import passing_on
from appointments.models import AppointmentType
from appointments.release import workdays_before
from appointments.timetable import clock_time
from foundation import audit, clock, database
from foundation.actor import Actor
from foundation.workdays import WorkCalendar

UNUSED = """
select distinct s.type_id, s.day from slot s join appointment_type t on t.id = s.type_id and t.active
 where s.share <> 'public' and s.day >= $1 and s.booked < s.capacity and s.state = 'open' and s.starts_at > $2
 order by s.day, s.type_id
"""
LOCK_DAY = "select 1 from slot where type_id = $1 and day = $2 order by id for update"
# Who gives and who takes, of each interval of the day; read after the locks are held.
FREE = """
select public.id as to_id, given.id as from_id, given.share, given.capacity - given.booked as free
  from slot given join slot public on public.type_id = given.type_id and public.starts_at = given.starts_at
                                  and public.share = 'public' and public.state = 'open'
 where given.type_id = $1 and given.day = $2 and given.share <> 'public' and given.booked < given.capacity
   and given.state = 'open' and given.starts_at > $3
 order by public.id, given.id
"""
MOVE = """
update slot set capacity = capacity + $2, extra = extra + $2, over = greatest(0, booked - capacity - $2) where id = $1
"""


async def due(*, by: Actor) -> int:
    """Give back what is due now, a day of a type at a time; how many places went back."""
    calendar, now = await WorkCalendar.current(), clock.now()
    rows = await database.fetch(UNUSED, clock.today(), now)
    types = {one.id: one for one in await AppointmentType.filter(id__in={row["type_id"] for row in rows})}
    return sum(
        [
            await give_back(type_id=row["type_id"], day=row["day"], by=by)
            for row in rows
            if _is_due(types[row["type_id"]], row["day"], calendar)
        ]
    )


def _is_due(of: AppointmentType, day: date, calendar: WorkCalendar) -> bool:
    return clock_time(workdays_before(calendar, day, of.share_back_workdays), of.release_time) <= clock.now()


@database.retry_on_deadlock
async def give_back(*, type_id: int, day: date, by: Actor) -> int:
    """All unused priority and staff places of a type's day are the public's from now on; how many."""
    async with database.transaction() as tx:
        await tx.execute(LOCK_DAY, type_id, day)
        rows = await tx.fetch(FREE, type_id, day, clock.now())
        for row in rows:
            await _move(row)
        for public_id in sorted({row["to_id"] for row in rows}):
            await passing_on.serve(public_id)
        places: int = sum(row["free"] for row in rows)
        if places:
            detail = {"day": day, "places": places, "slots": len(rows)}
            await audit.record("slots.shared_back", subject=f"appointment_type:{type_id}", by=by, detail=detail)
    return places


async def _move(row: asyncpg.Record) -> None:
    tx = database.joined()
    await tx.execute(MOVE, row["from_id"], -row["free"])
    await tx.execute(MOVE, row["to_id"], row["free"])
