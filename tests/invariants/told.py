"""Of events and the messages they lead to."""

from collections import Counter

from tests.invariants.asking import Fetch, always, texts, when_quiet

# Deeds on one side, events on the other: for each appointment and meaning there are as many of these as of those.
DEEDS_MEAN = {
    "booking.reserved": "booked", "booking.accepted": "booked", "booking.rebooked": "booked",
    "booking.cancelled": "over",
    "booking.office_cancelled": "over", "booking.held": "offered", "booking.checked_in": "came",
    "booking.no_show": "missed", "visit.finished": "finished",
}  # fmt: skip
EVENTS_MEAN = {
    "BookingConfirmed": "booked", "BookingRescheduled": "booked", "BookingCancelled": "over",
    "WaitlistOffered": "offered", "CheckedIn": "came", "VisitMissed": "missed", "VisitFinished": "finished",
}  # fmt: skip


@always
async def every_deed_is_told_once(fetch: Fetch) -> list[str]:
    """Each deed stands with its event in the outbox, once: neither is there without the other. What a closure holds
    for somebody is told with the closure.
    """
    told = await fetch(
        """select args ->> 'kind' as what, (args -> 'event' ->> 'appointment_id')::bigint as of from procrastinate_jobs
            where task_name = 'foundation.events.spread' and args ->> 'kind' = any($1)""",
        list(EVENTS_MEAN),
    )
    done = await fetch(
        """select r.action as what, a.id as of from audit_row r join appointment a on r.subject = 'appointment:' || a.id
            where r.action = any($1) and (r.action <> 'booking.held' or a.idempotency_key not like 'rebook:%')""",
        list(DEEDS_MEAN),
    )
    deeds, events = (Counter((means[row["what"]], row["of"]) for row in rows)
                     for means, rows in ((DEEDS_MEAN, done), (EVENTS_MEAN, told)))  # fmt: skip
    return [
        f"appointment {one} {meaning}: {deeds[meaning, one]} done, {events[meaning, one]} told"
        for meaning, one in deeds.keys() | events.keys()
        if deeds[meaning, one] != events[meaning, one]
    ]


@when_quiet
async def nothing_is_left_in_the_outbox(fetch: Fetch) -> list[str]:
    """Every event was spread and heard; no job has failed for good."""
    return texts(
        await fetch(
            """select id, task_name, status, attempts from procrastinate_jobs
                where status not in ('succeeded', 'cancelled') and queue_name in ('events', 'messages')"""
        )
    )


@when_quiet
async def every_booking_was_announced(fetch: Fetch) -> list[str]:
    """Whoever booked, moved or lost a booking has exactly one message about it in the inbox, with its status."""
    return texts(
        await fetch(
            """with due as (
                 select distinct (args -> 'event' ->> 'appointment_id')::bigint as id,
                        case args ->> 'kind' when 'BookingConfirmed' then 'booking_confirmed:'
                                             when 'BookingRescheduled' then 'booking_rescheduled:'
                                             else 'booking_cancelled:' end as word
                   from procrastinate_jobs where task_name = 'foundation.events.spread'
                    and args ->> 'kind' in ('BookingConfirmed', 'BookingRescheduled', 'BookingCancelled'))
               select due.word || due.id as occasion, count(m.id) as messages
                 from due join appointment a on a.id = due.id
                 join citizen c on c.id = a.citizen_id and c.state = 'active'
                 left join message m on m.occasion = due.word || due.id and m.channel = 'inbox' and m.citizen_id = c.id
                group by 1 having count(m.id) <> 1"""
        )
    )
