"""What runs by itself: slots for the days to come, the end of the day, the count of places; and what identity tells.

Cron times are read in Asia/Shanghai.
"""

from typing import Any

from appointments import (
    booking,
    cooling,
    day_end,
    leaving_and_merging,
    limits,
    passing_on,
    place_check,
    proposal,
    queue_end,
    release,
    reminders,
    schedule,
    share_back,
    waitlist,
)
from appointments.events import BookingConfirmed, BookingRescheduled
from appointments.models import Appointment, AppointmentType
from appointments.states import LIVE, NAMES, WAITLIST_NAMES
from foundation import audit, clock, database, logs, metrics, personal_data
from foundation.actor import Actor
from foundation.events import on
from foundation.jobs import scheduled
from foundation.workdays import WorkCalendar
from identity.events import CitizensMerged

NIGHT = Actor.system("appointments.night")
SHARES = Actor.system("appointments.shares")
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
            until = release.horizon(of, today, calendar)
            made = await schedule.generate(
                type_id=of.id, start=today, end=until, by=NIGHT, longest=schedule.LONGEST_JOB_DAYS
            )
            if made.orphaned:
                log.warning("people_left_in_withdrawn_slots", type_id=of.id, slots=len(made.orphaned))
        except Exception:
            failed += 1
            log.exception("slots_not_made", type_id=of.id)
    metrics.level("appointment_types_without_new_slots", failed)


@scheduled("*/5 * * * *")
async def give_shares_back() -> None:
    """Priority and staff places that nobody took are everybody's when their time has come."""
    places = await share_back.due(by=SHARES)
    if places:
        log.info("shares_given_back", places=places)


@scheduled("40 1 * * *")
async def forget_old_proposals() -> None:
    """A preview names people; it is kept no longer than somebody may ask about it."""
    log.info("proposals_forgotten", unapplied=await proposal.forget_old())


@scheduled("20 1 * * *")
async def end_the_day() -> None:
    """Only this marks 爽约; run again it changes nothing."""
    marked = await day_end.close_until(clock.today(), by=NIGHT)
    walk_ins = await day_end.close_walk_ins(clock.today(), by=NIGHT)
    log.info("day_ended", walk_ins=walk_ins, **marked)


@scheduled("*/10 * * * *")
async def compare_places() -> None:
    """`booked` equals the live appointments of each slot, or an alarm is raised."""
    await place_check.compare()


@scheduled("* * * * * */10")
async def pass_places_on() -> None:
    """Offers nobody answered go to the next; places that have rested return."""
    await queue_end.lapse_offers()
    for cooling_id, slot_id in await cooling.rested():
        await passing_on.bring_back(cooling_id, slot_id)


@scheduled("* * * * *")
async def close_queues() -> None:
    """Nobody waits for a slot that is over."""
    await queue_end.close_over()


@scheduled("* * * * *")
async def remind() -> None:
    """The day before and two hours before."""
    while await reminders.tell_due() >= reminders.BATCH:
        pass


@on(BookingConfirmed)
@database.retry_on_deadlock
async def end_waiting(event: BookingConfirmed) -> None:
    await queue_end.close_for_booked(event.appointment_id)


@on(BookingRescheduled)
@database.retry_on_deadlock
async def end_waiting_of_rescheduled(event: BookingRescheduled) -> None:
    await queue_end.close_for_booked(event.appointment_id)


@on(CitizensMerged)
@database.retry_on_deadlock
async def follow_merge(event: CitizensMerged) -> None:
    """What `gone` booked belongs to `kept`. Of two live bookings of one type and day the one not yet begun goes."""
    async with database.transaction() as tx:
        await limits.lock_persons(event.kept, event.gone)
        for row in await tx.fetch(DOUBLES, event.kept, event.gone, list(LIVE)):
            await booking.withdraw(row["id"], by=MERGE, reason="两个账号合并后同日同业务重复预约，保留一个")
        await tx.execute(REPOINT, event.kept, event.gone)
        await tx.execute(BOOKED_BY, f"citizen:{event.kept}", f"citizen:{event.gone}")
        for row in await tx.fetch(ONE_QUEUE, event.kept, event.gone):
            await passing_on.close(row["id"], why="booked")
        await tx.execute("update waitlist_entry set citizen_id = $1 where citizen_id = $2", event.kept, event.gone)
        await tx.execute(JOINED_BY, f"citizen:{event.kept}", f"citizen:{event.gone}")


# The one that has come less far goes; of two that have come equally far, the one of the account that goes.
DOUBLES = f"""
select case when array_position($3::text[], a.state::text) <= array_position($3::text[], b.state::text)
            then a.id else b.id end as id
  from appointment a join appointment b on (a.type_id, a.day) = (b.type_id, b.day)
 where a.citizen_id = $2 and a.state in {LIVE} and b.citizen_id = $1 and b.state in {LIVE}
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
# Who booked, or waits, for others goes on seeing it.
BOOKED_BY = "update appointment set booked_by = $1 where booked_by = $2"
JOINED_BY = "update waitlist_entry set joined_by = $1 where joined_by = $2"
# Both accounts may have waited for one type and day: an offer stays, else the place of the account that is kept.
ONE_QUEUE = """
select w.id from waitlist_entry w
 where w.citizen_id in ($1, $2) and w.state = 'waiting'
   and exists (select from waitlist_entry k
                where k.citizen_id in ($1, $2) and k.citizen_id <> w.citizen_id
                  and k.type_id = w.type_id and k.day = w.day
                  and (k.state = 'offered' or (k.state = 'waiting' and w.citizen_id = $2)))
 order by w.id for update
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
    ] + [
        {
            "waitlist": one.code, "state": WAITLIST_NAMES[one.state], "hall": one.hall_name, "business": one.type_name,
            "starts_at": one.starts_at.isoformat(), "joined_at": one.joined_at.isoformat(),
        }
        for one in await waitlist.of(Actor.citizen(citizen_id), limit=10_000)
    ] + await leaving_and_merging.export(citizen_id)  # fmt: skip


async def forget(citizen_id: int) -> None:
    """Places still held are freed; the rows stay for the counts, they say nothing of a person but an id."""
    async with database.transaction() as tx:
        await limits.lock_persons(citizen_id)
        held = await Appointment.filter(citizen_id=citizen_id, state__in=LIVE).order_by("slot_id", "id")
        for one in held:
            await booking.withdraw(one.id, by=PRIVACY, reason="用户注销")
        left = await tx.fetch(
            """update waitlist_entry set state = 'left', changed_at = clock_timestamp()
                where citizen_id = $1 and state = 'waiting' returning id""",
            citizen_id,
        )
        for row in left:
            await audit.record("waitlist.left", subject=f"waitlist_entry:{row['id']}", by=PRIVACY, reason="用户注销")
        await leaving_and_merging.forget(citizen_id, by=PRIVACY)


personal_data.register(
    "appointments", export=export, forget=forget,
    title="预约与候补",
    holds=(
        personal_data.Holding("appointment", "预约记录", "只保留时间、大厅和业务，用于核对，不再含姓名和证件号码。"),
        personal_data.Holding("waitlist_entry", "候补记录", "只保留时间、大厅和业务，用于统计，不再含姓名和证件号码。"),
        personal_data.Holding("sanction", "预约限制", "限制未到期的保留到期满，防止注销后重新登录绕过。"),
        personal_data.Holding("appeal", "申诉"),
    ),
)  # fmt: skip
