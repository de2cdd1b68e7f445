"""What runs by itself: slots for the days to come, the end of the day, the count of places; and what identity tells.

Cron times are read in Asia/Shanghai.
"""

from typing import Any

from appointments import booking, day_end, limits, release, schedule, seats
from appointments.models import Appointment, AppointmentType
from appointments.states import LIVE, NAMES
from foundation import clock, database, logs, metrics, personal_data
from foundation.actor import Actor
from foundation.events import on
from foundation.jobs import scheduled
from foundation.workdays import WorkCalendar
from identity.events import CitizensMerged

NIGHT = Actor.system("appointments.night")
MERGE = Actor.system("appointments.merge")
PRIVACY = Actor.system("appointments.privacy")

log = logs.logger(__name__)


@scheduled("10 1 * * *")
async def make_slots_ahead() -> None:
    """Every type has its slots up to the horizon, well before they are released. One type's fault stops no other."""
    calendar, today = await WorkCalendar.current(), clock.today()
    failed = 0
    for of in await AppointmentType.filter(active=True).order_by("id"):
        try:
            await schedule.generate(type_id=of.id, start=today, end=release.horizon(of, today, calendar), by=NIGHT)
        except Exception:
            failed += 1
            log.exception("slots_not_made", type_id=of.id)
    metrics.level("appointment_types_without_new_slots", failed)


@scheduled("20 1 * * *")
async def end_the_day() -> None:
    """Only this marks 爽约; run again it changes nothing."""
    marked = await day_end.close_until(clock.today(), by=NIGHT)
    walk_ins = await day_end.close_walk_ins(clock.today(), by=NIGHT)
    log.info("day_ended", walk_ins=walk_ins, **marked)


@scheduled("*/10 * * * *")
async def compare_places() -> None:
    """`booked` equals the live appointments of each slot. Where it does not, people look: nothing is repaired here."""
    wrong = await seats.out_of_step()
    metrics.level("slots_out_of_step", len(wrong))
    for slot in wrong:
        log.error("slot_out_of_step", **slot)


@on(CitizensMerged)
@database.retry_on_deadlock
async def follow_merge(event: CitizensMerged) -> None:
    """What `gone` booked belongs to `kept`. Of two live bookings of one type and day the one not yet begun goes."""
    async with database.transaction() as tx:
        await limits.lock_persons(event.kept, event.gone)
        for row in await tx.fetch(DOUBLES, event.kept, event.gone):
            await booking.withdraw(row["id"], by=MERGE, reason="两个账号合并后同日同业务重复预约，保留一个")
        await tx.execute(REPOINT, event.kept, event.gone)


DOUBLES = """
select case when a.state = 'booked' or b.state <> 'booked' then a.id else b.id end as id
  from appointment a join appointment b on (a.type_id, a.day) = (b.type_id, b.day)
 where a.citizen_id = $2 and a.state in ('booked', 'checked_in', 'serving')
   and b.citizen_id = $1 and b.state in ('booked', 'checked_in', 'serving')
 order by a.slot_id, a.id
"""
# Both accounts may have used one key; the key of the one kept goes on answering.
REPOINT = """
update appointment a set citizen_id = $1,
       idempotency_key = case when exists (select from appointment b where b.citizen_id = $1
                                              and b.idempotency_key = a.idempotency_key)
                              then 'merged:' || a.id else a.idempotency_key end
 where a.citizen_id = $2
"""


async def export(citizen_id: int) -> list[dict[str, Any]]:
    """What is kept of a person's bookings, as rows of JSON."""
    return [
        {
            "code": one.code, "state": NAMES[one.state], "hall": one.hall_name, "business": one.type_name,
            "starts_at": one.starts_at.isoformat(), "created_at": one.created_at.isoformat(),
            "ticket": one.ticket_number,
        }
        for one in await booking.of(Actor.citizen(citizen_id), limit=10_000)
    ]  # fmt: skip


async def forget(citizen_id: int) -> None:
    """Places still held are freed; the rows stay for the counts, they say nothing of a person but an id."""
    async with database.transaction():
        await limits.lock_persons(citizen_id)
        held = await Appointment.filter(citizen_id=citizen_id, state__in=LIVE).order_by("slot_id", "id")
        for one in held:
            await booking.withdraw(one.id, by=PRIVACY, reason="用户注销")


personal_data.register("appointments", export=export, forget=forget)
