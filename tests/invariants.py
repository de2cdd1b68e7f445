"""What must always hold of bookings, queues and tickets (docs/behaviours.md), each a question to the database.

Every invariant is a function whose docstring is its sentence; it gives what it found amiss, nothing when all is well.
`broken(fetch)` asks those that hold after every commit; `broken(fetch, QUIET)` also those that hold once the worker has
nothing left to do. `fetch` is `foundation.database.fetch` or an asyncpg connection's. A new one only needs `@always`.
"""

from collections import Counter, defaultdict
from collections.abc import Awaitable, Callable, Iterable, Sequence
from typing import Any

from appointments import counting
from appointments.states import LIVE, TERMINAL

Fetch = Callable[..., Awaitable[Sequence[Any]]]
Invariant = Callable[[Fetch], Awaitable[list[str]]]

ALWAYS: list[Invariant] = []
QUIET: list[Invariant] = []


def always(one: Invariant) -> Invariant:
    """Holds after every commit."""
    ALWAYS.append(one)
    return one


def when_quiet(one: Invariant) -> Invariant:
    """Holds once the worker has nothing left to do."""
    QUIET.append(one)
    return one


async def broken(fetch: Fetch, also: Iterable[Invariant] = ()) -> list[str]:
    """Each broken invariant by its name and sentence, with what was found; empty when all hold."""
    found = [(one, await one(fetch)) for one in (*ALWAYS, *also)]
    return [f"{one.__name__} ({one.__doc__}) {', '.join(amiss[:5])}" for one, amiss in found if amiss]


def _texts(rows: Sequence[Any]) -> list[str]:
    return [str(dict(row)) for row in rows]


@always
async def the_counter_is_the_count(fetch: Fetch) -> list[str]:
    """`slot.booked` is its live appointments plus its resting places."""
    rows = await fetch(
        f"""select s.id as slot, s.booked, taken.live, taken.further, resting.places from slot s,
              lateral (select (select count(*) from appointment a where a.slot_id = s.id and a.state in {LIVE}) as live,
                              (select count(*) from further_slot f join appointment a on a.id = f.appointment_id
                                where f.slot_id = s.id and a.state in {LIVE}) as further) taken,
              lateral (select count(*) as places from cooling_place c where c.slot_id = s.id) resting
             where s.booked <> taken.live + taken.further + resting.places"""
    )
    return _texts(rows)


@always
async def nobody_is_over_capacity(fetch: Fetch) -> list[str]:
    """0 ≤ booked ≤ capacity, and beyond it only what was announced as kept over."""
    return _texts(
        await fetch(
            "select id as slot, booked, capacity, over from slot"
            " where booked < 0 or over < 0 or booked > capacity + over"
        )
    )


@always
async def nobody_books_outside_the_hours(fetch: Fetch) -> list[str]:
    """No booking is made before `release_at`, but by a draw or instead of one the office cancelled, or after
    `close_at`, by the database's clock.
    """
    return _texts(
        await fetch(
            """select a.id as appointment, a.created_at, s.release_at, s.close_at
                 from appointment a join slot s on s.id = a.slot_id
                where a.created_at >= s.close_at + interval '1 second' or (a.created_at < s.release_at
                      and not exists (select from draw_entry e where e.appointment_id = a.id)
                      and a.idempotency_key !~ '^(rebook|moved):')"""
        )
    )


@always
async def one_live_per_person_business_and_day(fetch: Fetch) -> list[str]:
    """A person holds at most one live appointment of a type on a day."""
    return _texts(
        await fetch(
            f"""select citizen_id, type_id, day, count(*) from appointment where state in {LIVE}
                 group by 1, 2, 3 having count(*) > 1"""
        )
    )


@always
async def the_limits_hold(fetch: Fetch) -> list[str]:
    """Nobody holds more than the limits allow; who two accounts were merged into may keep what both had, and what the
    office gave instead of what it cancelled is not counted.
    """
    most = {row["code"]: row["threshold"] for row in await fetch(f"select code, threshold from ({counting.RULES}) r")}
    alone = """not exists (select from citizen gone where gone.merged_into_id = a.citizen_id)
               and a.idempotency_key !~ '^(rebook|moved):'"""
    rows = await fetch(
        f"""select citizen_id, null::date as day, count(*) from appointment a where state in {LIVE} and {alone}
             group by 1 having count(*) > $1
            union all
            select citizen_id, day, count(*) from appointment a where state in {LIVE} and {alone}
             group by 1, 2 having count(*) > $2""",
        most["overall"],
        most["that_day"],
    )
    return _texts(rows)


@when_quiet
async def a_merged_account_holds_nothing(fetch: Fetch) -> list[str]:
    """An account that became another's holds no booking once the merge was heard of."""
    return _texts(
        await fetch(
            f"""select a.id as appointment, a.citizen_id from appointment a join citizen c on c.id = a.citizen_id
                 where c.state = 'merged' and a.state in {LIVE}"""
        )
    )


@always
async def a_booking_is_of_its_slot(fetch: Fetch) -> list[str]:
    """Type and day of a booking are those of its slot, or of the pool its type takes places from."""
    return _texts(
        await fetch(
            """select a.id as appointment from appointment a join slot s on s.id = a.slot_id
                 join appointment_type t on t.id = a.type_id
                where a.day <> s.day or s.type_id not in (t.id, coalesce(t.pool_id, t.id))"""
        )
    )


@always
async def no_free_place_is_waited_for(fetch: Fetch) -> list[str]:
    """No place is free while an eligible waiter waits; a resting place is not free."""
    return _texts(
        await fetch(
            """select s.id as slot, s.capacity - s.booked as free, count(w.id) as waiting
                 from slot s join appointment_type t on t.id = s.type_id
                 join waitlist_entry w on w.slot_id = s.id and w.state = 'waiting'
                where s.booked < s.capacity and s.state = 'open' and t.active
                  and s.release_at <= clock_timestamp() and clock_timestamp() < s.close_at
                group by s.id"""
        )
    )


@always
async def an_offer_is_a_held_place(fetch: Fetch) -> list[str]:
    """An entry is offered exactly while its appointment is held; an accepted one has become a booking. What is held for
    somebody whose booking a closure cancelled has no entry, but an open offer.
    """
    return _texts(
        await fetch(
            """select w.id as entry, w.state, a.id as appointment, a.state as place
                 from waitlist_entry w full join appointment a on a.id = w.appointment_id
                where (w.id is not null or a.state in ('held', 'declined', 'lapsed')
                       and a.idempotency_key !~ '^(rebook|moved):')
                  and ((coalesce(w.state, '') = 'offered') <> (coalesce(a.state, '') = 'held')
                    or (w.state = 'accepted') and coalesce(a.state, 'held') in ('held', 'declined', 'lapsed')
                    or (a.state in ('declined', 'lapsed')) and coalesce(w.state, '') <> a.state)
               union all
               select null, n.offer, a.id, a.state from appointment a
                 left join closure_notice n on n.new_appointment_id = a.id
                where a.idempotency_key like 'rebook:%' and a.state = 'held' and coalesce(n.offer, '') <> 'open'"""
        )
    )


@always
async def a_closed_slot_is_shut(fetch: Fetch) -> list[str]:
    """What a closure stopped takes no bookings while it holds."""
    return _texts(await fetch("select id as slot from slot where state = 'open' and closure_id is not null"))


@always
async def whom_the_office_cancelled_is_offered_another(fetch: Fetch) -> list[str]:
    """Each booking that a closure cancelled has an offer to rebook."""
    return _texts(
        await fetch(
            """select n.id as notice, n.appointment_id as appointment from closure_notice n
                 join appointment a on a.id = n.appointment_id
                where n.offer = 'none' and n.handled_at is not null and a.state = 'office_cancelled'"""
        )
    )


# What each audited deed makes of an appointment. `ticket.*` rows are those of its ticket.
STEPS = {
    "": {"booking.reserved": "booked", "booking.held": "held", "booking.rebooked": "booked"},
    "held": {
        "booking.accepted": "booked", "booking.rebooked": "booked", "booking.declined": "declined",
        "booking.lapsed": "lapsed",
    },
    "booked": {
        "booking.checked_in": "checked_in", "booking.cancelled": "cancelled", "booking.rescheduled": "rescheduled",
        "booking.no_show": "no_show",
    },
    "checked_in": {
        "ticket.called": "serving", "ticket.resumed": "checked_in", "ticket.transferred": "checked_in",
        "booking.unserved": "unserved",
    },
    "serving": {
        "ticket.called": "serving", "ticket.held": "checked_in", "ticket.transferred": "checked_in",
        "visit.missed_call": "checked_in", "visit.finished": "finished",
    },
}  # fmt: skip
for one in LIVE:
    STEPS[one]["booking.office_cancelled"] = "office_cancelled"
DEEDS = {deed for steps in STEPS.values() for deed in steps}


@always
async def every_change_is_audited_once(fetch: Fetch) -> list[str]:
    """The audit rows of a booking, read in order, lead to its state: none is missing, double or after the end."""
    rows = await fetch(
        "select a.id, a.state, k.id as ticket from appointment a left join ticket k on k.appointment_id = a.id"
    )
    deeds: dict[str, list[str]] = defaultdict(list)
    for row in await fetch("select subject, action from audit_row where action = any($1) order by id", sorted(DEEDS)):
        deeds[row["subject"]].append(row["action"])
    ordered = await _in_order(fetch, {f"ticket:{row['ticket']}": row["id"] for row in rows if row["ticket"]})
    amiss = []
    for row in rows:
        path = ordered.get(row["id"]) or deeds[f"appointment:{row['id']}"]
        state = ""
        for deed in path:
            state = STEPS.get(state, {}).get(deed, "impossible")
        if state != row["state"]:
            amiss.append(f"appointment {row['id']} is {row['state']}, its audit says {' → '.join(path) or 'nothing'}")
    return amiss


async def _in_order(fetch: Fetch, tickets: dict[str, int]) -> dict[int, list[str]]:
    """Appointment → what was done to it and to its ticket, of those that have one."""
    subjects = tickets | {f"appointment:{one}": one for one in tickets.values()}
    done: dict[int, list[str]] = defaultdict(list)
    rows = await fetch(
        "select subject, action from audit_row where subject = any($1) and action = any($2) order by id",
        sorted(subjects), sorted(DEEDS),
    )  # fmt: skip
    for row in rows:
        done[subjects[row["subject"]]].append(row["action"])
    return done


@always
async def every_change_says_who_and_why(fetch: Fetch) -> list[str]:
    """Each audited deed names its actor; what the office takes back has a reason."""
    return _texts(
        await fetch(
            """select subject, action from audit_row where subject ~ '^(appointment|ticket|waitlist_entry|slot):'
                  and (actor = '' or action = 'booking.office_cancelled' and reason = '')"""
        )
    )


@always
async def what_was_made_is_still_there(fetch: Fetch) -> list[str]:
    """Created = live + terminal: no booking that was ever audited has vanished."""
    return _texts(
        await fetch(
            """select r.subject, a.state from audit_row r left join appointment a on r.subject = 'appointment:' || a.id
                where r.action in ('booking.reserved', 'booking.held', 'booking.rebooked')
                  and (a.id is null or not a.state = any($1))""",
            [*LIVE, *TERMINAL],
        )
    )


@always
async def a_rescheduled_booking_has_one_heir(fetch: Fetch) -> list[str]:
    """What was rescheduled leads to exactly one booking, of the same person and business."""
    return _texts(
        await fetch(
            """select old.id as old, r.detail ->> 'to' as heir from appointment old
                 left join audit_row r on r.subject = 'appointment:' || old.id and r.action = 'booking.rescheduled'
                 left join appointment new on new.id = (r.detail ->> 'to')::bigint
                where old.state = 'rescheduled'
                  and (new.id is null or (new.citizen_id, new.type_id) <> (old.citizen_id, old.type_id))
               union all
               select null, r.detail ->> 'to' from audit_row r where r.action = 'booking.rescheduled'
                group by r.detail ->> 'to' having count(*) > 1"""
        )
    )


@always
async def waiting_is_audited(fetch: Fetch) -> list[str]:
    """Each place in a queue has one row for joining, and one for leaving or being closed without an offer."""
    return _texts(
        await fetch(
            """select w.id as entry, w.state, count(*) filter (where r.action = 'waitlist.joined') as joined,
                      count(*) filter (where r.action <> 'waitlist.joined') as ended
                 from waitlist_entry w left join audit_row r on r.subject = 'waitlist_entry:' || w.id
                  and r.action in ('waitlist.joined', 'waitlist.left', 'waitlist.closed')
                group by w.id
               having count(*) filter (where r.action = 'waitlist.joined') <> 1
                   or count(*) filter (where r.action <> 'waitlist.joined')
                      <> (w.state = 'left' or w.state = 'closed' and w.appointment_id is null)::int"""
        )
    )


@always
async def numbers_are_counted_without_a_gap(fetch: Fetch) -> list[str]:
    """The tickets of a hall, day and kind are numbered 1 … n, and the counter stands at n."""
    return _texts(
        await fetch(
            """select c.hall_id, c.day, c.prefix, c.drawn, count(k.id) as tickets, max(substr(k.number, 2)::int) as last
                 from ticket_counter c left join ticket k
                   on (k.hall_id, k.day, left(k.number, 1)) = (c.hall_id, c.day, c.prefix)
                group by c.id having count(k.id) <> c.drawn or count(distinct k.number) <> c.drawn
                                  or coalesce(max(substr(k.number, 2)::int), 0) <> c.drawn"""
        )
    )


# The state of an appointment → the states its ticket may be in.
TOGETHER = {
    "checked_in": ("waiting", "held", "missed"), "serving": ("called",), "finished": ("finished",),
    "office_cancelled": ("dropped",), "unserved": ("dropped",),
}  # fmt: skip


@always
async def ticket_and_booking_agree(fetch: Fetch) -> list[str]:
    """Who is being served is called, who has checked in waits, and who is done has a ticket that is done."""
    rows = await fetch(
        """select a.id as appointment, a.state, k.state as ticket from appointment a
             left join ticket k on k.appointment_id = a.id
            where k.id is not null or a.state in ('checked_in', 'serving', 'finished', 'unserved')"""
    )
    return _texts([row for row in rows if row["ticket"] not in TOGETHER.get(row["state"], ())])


@always
async def calls_are_counted(fetch: Fetch) -> list[str]:
    """`ticket.calls` is how often it was called, each call is audited, and a window has one visitor at a time."""
    return _texts(
        await fetch(
            """select k.id as ticket, k.calls, count(r.id) as audited from ticket k
                 left join audit_row r on r.subject = 'ticket:' || k.id and r.action = 'ticket.called'
                group by k.id having count(r.id) <> k.calls
               union all
               select min(id), count(*), 1 from ticket where state = 'called'
                group by hall_id, day, "window" having count(*) > 1"""
        )
    )


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
    return _texts(
        await fetch(
            """select id, task_name, status, attempts from procrastinate_jobs
                where status not in ('succeeded', 'cancelled') and queue_name in ('events', 'messages')"""
        )
    )


@when_quiet
async def every_booking_was_announced(fetch: Fetch) -> list[str]:
    """Whoever booked, moved or lost a booking has exactly one message about it in the inbox, with its status."""
    return _texts(
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
