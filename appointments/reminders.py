"""提醒: the day before and two hours before, each booking hears once.

Who booked after the moment of a reminder needs none: the confirmation has just been read.
"""

from datetime import datetime, time, timedelta

from appointments.events import BookingSoon
from foundation import clock, database, events

DAY_BEFORE_FROM = time(9)
SHORTLY = timedelta(hours=2)
BATCH = 500

# $1 now, $2 from when the reminder is due … of the bookings on day $3 that start in ($1, $4].
DUE = f"""
insert into booking_reminder (appointment_id, kind, told_at)
select a.id, $5::text, $1 from appointment a join slot s on s.id = a.slot_id
 where a.state = 'booked' and a.day = $3 and s.starts_at > $1 and s.starts_at <= $4
   and a.created_at < coalesce($2::timestamptz, s.starts_at - interval '2 hours')
   and not exists (select from booking_reminder r where r.appointment_id = a.id and r.kind = $5::text)
 order by a.id limit {BATCH}
on conflict (appointment_id, kind) do nothing
returning appointment_id, (select citizen_id from appointment where id = appointment_id) as citizen_id
"""


async def tell_due() -> int:
    """Tell what is due now; how many. A run that comes late tells what still helps."""
    now = clock.now()
    return await _tell_day_before(now) + await _tell_two_hours(now)


async def _tell_day_before(now: datetime) -> int:
    local, tomorrow = clock.shanghai(now), clock.shanghai(now).date() + timedelta(days=1)
    if local.time() < DAY_BEFORE_FROM:
        return 0
    due = datetime.combine(local.date(), DAY_BEFORE_FROM, clock.SHANGHAI)
    return await _tell("day_before", now, due, tomorrow, until=now + timedelta(days=2))


async def _tell_two_hours(now: datetime) -> int:
    days = {clock.shanghai(now).date(), clock.shanghai(now + SHORTLY).date()}
    return sum([await _tell("two_hours", now, None, day, until=now + SHORTLY) for day in sorted(days)])


async def _tell(kind: str, now: datetime, due: datetime | None, day: object, *, until: datetime) -> int:
    async with database.transaction() as tx:
        rows = await tx.fetch(DUE, now, due, day, until, kind)
        for row in rows:
            await events.tell(
                BookingSoon(appointment_id=row["appointment_id"], citizen_id=row["citizen_id"], kind=kind)
            )
    return len(rows)
