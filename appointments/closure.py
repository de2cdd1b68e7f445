"""停办: a hall closes at short notice (台风 停电) or a calendar changes after release; nobody is forgotten.

`announce` stops the slots and writes one notice per booking in a single transaction; from its commit on nobody books.
The work of cancelling, offering and telling follows in `closure_work`, one person after another.
Lock order: the hall's closures → types by id → the closure → (person →) slots by id → …
"""

from collections.abc import Collection
from datetime import date, timedelta

import asyncpg

from appointments import booking, closure_span, closure_work, opening, passing_on, special_days
from appointments.booking import Booking
from appointments.closure_errors import ClosureInvalid, ClosureNotFound, ClosureOver
from appointments.closure_models import Closure
from appointments.closure_span import Span
from appointments.errors import TooBusy
from appointments.models import AppointmentType, ScheduleException
from appointments.timetable import clock_time
from catalogue.models import Hall
from foundation import audit, clock, crypto, database, jobs, metrics
from foundation.actor import Actor

CODE_LENGTH = 10
OFFER_DAYS = 3
WITHDRAWING = Actor.system("appointments.closure")
LOCK_HALL = "select pg_advisory_xact_lock(hashtextextended('closure:' || $1::text, 1))"

# A notice of an earlier closure stays its own; one that came to nothing (they were in the hall) is taken up again.
NOTICES = """
insert into closure_notice (code, closure_id, appointment_id, changed_at)
select code, $1, appointment_id, clock_timestamp() from unnest($2::text[], $3::bigint[]) as one (code, appointment_id)
on conflict (appointment_id) do update set closure_id = excluded.closure_id, state = 'pending', handled_at = null,
       changed_at = clock_timestamp() where closure_notice.state = 'moot'
returning id
"""


@database.retry_on_deadlock
async def announce(*, span: Span, reason: str, by: Actor, note: str = "", offer_days: int = OFFER_DAYS) -> Closure:
    """Close: no new bookings from the commit on, also of those on their way; everybody booked gets a notice.

    Announced twice it is one. Raises ClosureInvalid with every fault, HallNotFound, TypeNotFound, TooBusy.
    """
    found = closure_span.faults(span, reason=reason, note=note, offer_days=offer_days)
    if found:
        raise ClosureInvalid(detail=found)
    hall = await closure_span.place(span)
    try:
        async with database.transaction() as tx:
            await tx.execute(LOCK_HALL, hall.path)
            type_ids = await closure_span.types_within(span, hall)
            await tx.execute(closure_span.LOCK_TYPES, type_ids)
            there = await _same(span, hall)
            if there:
                return there
            made = await Closure.create(
                hall=hall, subtree=span.subtree, type_id=span.type_id, starts_at=span.starts_at, ends_at=span.ends_at,
                reason=reason.strip(), note=note.strip(), send_home=span.send_home, offer_days=offer_days,
                made_by=str(by), exception_ids=await _close_days(span, hall, reason.strip(), by),
            )  # fmt: skip
            ids = await closure_span.slots_within(type_ids, starts_at=span.starts_at, ends_at=span.ends_at)
            await _begin(made, ids, span.cancelled_states, by=by)
    except asyncpg.LockNotAvailableError as waited:
        raise TooBusy(retry_after=2) from waited
    return made


async def for_calendar_change(*, day: date, reason: str, by: Actor, offer_days: int = OFFER_DAYS) -> Closure | None:
    """A notice of 调休 came after release: businesses that the calendar now gives no hours on `day` are treated alike.

    Their slots may have followed the calendar already. None when nothing stands on that day. Raises ClosureInvalid,
    TooBusy.
    """
    starts_at, ends_at = clock_time(day, "00:00"), clock_time(day + timedelta(days=1), "00:00")
    span = Span(hall_code="", starts_at=starts_at, ends_at=ends_at)
    found = closure_span.faults(span, reason=reason, note="", offer_days=offer_days)
    if found:
        raise ClosureInvalid(detail=found)
    try:
        return await _close_off_day(day, span, reason.strip(), by, offer_days)
    except asyncpg.LockNotAvailableError as waited:
        raise TooBusy(retry_after=2) from waited


@database.retry_on_deadlock
async def _close_off_day(day: date, span: Span, reason: str, by: Actor, offer_days: int) -> Closure | None:
    async with database.transaction() as tx:
        type_ids = await _without_hours(day)
        await tx.execute(closure_span.LOCK_TYPES, type_ids)
        ids = await closure_span.slots_within(type_ids, starts_at=span.starts_at, ends_at=span.ends_at)
        if not ids:
            return None
        there = await Closure.filter(kind="calendar", starts_at=span.starts_at).exclude(state="withdrawn").first()
        made = there or await Closure.create(
            kind="calendar", starts_at=span.starts_at, ends_at=span.ends_at, reason=reason, offer_days=offer_days,
            made_by=str(by),
        )  # fmt: skip
        await _begin(made, ids, span.cancelled_states, by=by)
        return made


@database.retry_on_deadlock
async def cancel_one(*, code: str, reason: str, by: Actor) -> Booking:
    """The office takes one booking back; its holder is told and may choose another place first. Again is harmless.

    Raises BookingNotFound, CannotCancel, ReasonNeeded.
    """
    async with database.transaction():
        held = await booking.find(code=code, for_=by)
        gone = await booking.cancel(code=code, by=by, reason=reason)
        if held.state != gone.state:
            await for_cancelled([gone.id], reason=reason, by=by)
        return gone


async def for_cancelled(
    appointment_ids: Collection[int], *, reason: str, by: Actor, offer_days: int = OFFER_DAYS
) -> Closure:
    """Within the transaction in which the office cancelled these bookings, because the plan became smaller: everybody
    gets a notice, and by the same work the same offer. Slots stay as the plan has them.
    """
    tx = database.joined()
    span = await tx.fetchrow(
        """select min(s.starts_at) as starts_at, max(s.ends_at) as ends_at, min(t.hall_id) as hall_id,
                  count(distinct t.hall_id) = 1 as one_hall
             from appointment a join slot s on s.id = a.slot_id join appointment_type t on t.id = a.type_id
            where a.id = any($1) and a.state = 'office_cancelled'""",
        list(appointment_ids),
    )
    if span is None or span["starts_at"] is None:
        raise ClosureInvalid(detail=["没有需要改约的预约"])
    made = await Closure.create(
        kind="plan", hall_id=span["hall_id"] if span["one_hall"] else None, starts_at=span["starts_at"],
        ends_at=span["ends_at"], reason=reason.strip()[: closure_span.TEXT_LENGTH], offer_days=offer_days,
        made_by=str(by),
    )  # fmt: skip
    await _notice(made, list(appointment_ids), by=by, slots=0)
    return made


async def _without_hours(day: date) -> list[int]:
    """The businesses that have slots on the day and, by the calendar of now, none planned."""
    rows = await database.fetch(
        "select distinct type_id from slot where day = $1 and (state <> 'withdrawn' or booked > 0)", day
    )
    of = await AppointmentType.filter(id__in=[row["type_id"] for row in rows]).order_by("id")
    return [one.id for one in of if not (await opening.opening(one, start=day, end=day)).periods_on(day)]


async def _begin(made: Closure, slot_ids: Collection[int], states: tuple[str, ...], *, by: Actor) -> None:
    """Stop the slots, then read who is in them: that order, in two statements, is what makes nobody slip through."""
    tx = database.joined()
    await closure_span.stop(slot_ids, of=made)
    rows = await tx.fetch(
        f"select a.id from appointment a where {closure_span.AFFECTED} and a.state = any($2) order by a.slot_id, a.id",
        list(slot_ids),
        list(states),
    )
    await _notice(made, [row["id"] for row in rows], by=by, slots=len(slot_ids))


async def _notice(made: Closure, ids: list[int], *, by: Actor, slots: int) -> None:
    """A row for everybody; the work follows."""
    codes = [crypto.random_code(CODE_LENGTH) for _ in ids]
    noticed = await database.joined().fetch(NOTICES, made.id, codes, ids)
    detail = {"slots": slots, "bookings": len(noticed), "from": made.starts_at, "until": made.ends_at}
    await audit.record("closure.announced", subject=f"closure:{made.id}", by=by, reason=made.reason, detail=detail)
    await jobs.enqueue(closure_work.work_through, closure_id=made.id)
    metrics.count("closures_announced_total")


async def _same(span: Span, hall: Hall) -> Closure | None:
    """The same closure, announced before: two taps are one."""
    return (
        await Closure.filter(
            hall=hall, subtree=span.subtree, type_id=span.type_id, starts_at=span.starts_at, ends_at=span.ends_at
        )
        .exclude(state="withdrawn")
        .first()
    )


async def _close_days(span: Span, hall: Hall, reason: str, by: Actor) -> list[int]:
    """Whole days of whole halls are closed in the plan too, so that nobody draws a number there and no slot is made."""
    if span.type_id is not None:
        return []
    halls = Hall.filter(path__startswith=hall.path) if span.subtree else Hall.filter(id=hall.id)
    rows = await database.joined().fetch(
        """insert into schedule_exception (hall_id, day, kind, reason, created_by, created_at)
           select hall_id, day, 'closed', $3, $4, $5
             from unnest($1::bigint[]) as hall_id cross join unnest($2::date[]) as day
           on conflict do nothing returning id""",
        [one.id for one in await halls.order_by("id")], list(span.whole_days), reason, str(by), clock.now(),
    )  # fmt: skip
    return [row["id"] for row in rows]


@database.retry_on_deadlock
async def withdraw(*, closure_id: int, by: Actor) -> Closure:
    """The typhoon turned away: slots open again; who has not been cancelled yet keeps the booking.

    Who was cancelled keeps the offer with its priority. Again is harmless. Raises ClosureNotFound, ClosureOver.
    """
    seen = await find(closure_id)
    async with database.transaction() as tx:
        await tx.execute(closure_span.LOCK_TYPES, await _types_of(seen))
        state = await tx.fetchval("select state from closure where id = $1 for no key update", closure_id)
        if state == "withdrawn":
            return await find(closure_id)
        if seen.ends_at <= clock.now() or seen.kind == "plan":
            raise ClosureOver
        await tx.execute("update closure set state = 'withdrawn' where id = $1", closure_id)
        await ScheduleException.filter(id__in=seen.exception_ids).delete()
        spared = await tx.fetch(
            "delete from closure_notice where closure_id = $1 and handled_at is null returning id", closure_id
        )
        opened = await closure_span.reopen(closure_id)
        for slot_id in await _waited_for(opened):
            await passing_on.serve(slot_id)
        detail = {"slots": len(opened), "spared": len(spared)}
        await audit.record("closure.withdrawn", subject=f"closure:{closure_id}", by=by, detail=detail)
        await jobs.enqueue(make_slots_again, closure_id=closure_id)
    return await find(closure_id)


async def _types_of(seen: Closure) -> list[int]:
    """The businesses whose slots it stopped or, made meanwhile, would have."""
    if seen.hall is None:
        rows = await database.fetch("select distinct type_id as id from slot where closure_id = $1", seen.id)
        return sorted(row["id"] for row in rows)
    return await closure_span.types_within(closure_span.span_of(seen), seen.hall)


async def _waited_for(slot_ids: Collection[int]) -> list[int]:
    rows = await database.fetch(
        "select distinct slot_id from waitlist_entry where slot_id = any($1) and state = 'waiting' order by slot_id",
        list(slot_ids),
    )
    return [row["slot_id"] for row in rows]


async def find(closure_id: int) -> Closure:
    """With its hall and business. Raises ClosureNotFound."""
    found = await Closure.get_or_none(id=closure_id).select_related("hall", "type")
    if found is None:
        raise ClosureNotFound
    return found


@jobs.job()
async def make_slots_again(*, closure_id: int) -> None:
    """What a run of the generator took out of the plan meanwhile comes back."""
    of = await find(closure_id)
    if of.hall is None or of.type is not None:
        return
    halls = await Hall.filter(path__startswith=of.hall.path).order_by("id") if of.subtree else [of.hall]
    for day in [one for one in closure_span.span_of(of).whole_days if one >= clock.today()]:
        for hall in halls:
            await special_days.follow(hall.id, day, WITHDRAWING)
