"""Of what was done, by whom, and that nothing vanished."""

from collections import defaultdict

from appointments.states import LIVE, TERMINAL
from tests.invariants.asking import Fetch, always, texts

# What each audited deed makes of an appointment. `ticket.*` rows are those of its ticket.
STEPS = {
    "": {"booking.reserved": "booked", "booking.held": "held", "booking.rebooked": "booked"},
    "held": {
        "booking.accepted": "booked", "booking.rebooked": "booked", "booking.declined": "declined",
        "booking.lapsed": "lapsed",
    },
    "booked": {
        "booking.checked_in": "checked_in", "booking.cancelled": "cancelled", "booking.rescheduled": "rescheduled",
        "booking.moved": "rescheduled",
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
    return texts(
        await fetch(
            """select subject, action from audit_row where subject ~ '^(appointment|ticket|waitlist_entry|slot):'
                  and (actor = '' or action = 'booking.office_cancelled' and reason = '')"""
        )
    )


@always
async def what_was_made_is_still_there(fetch: Fetch) -> list[str]:
    """Created = live + terminal: no booking that was ever audited has vanished."""
    return texts(
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
    return texts(
        await fetch(
            """select old.id as old, r.detail ->> 'to' as heir from appointment old
                 left join audit_row r on r.subject = 'appointment:' || old.id
                  and r.action in ('booking.rescheduled', 'booking.moved')
                 left join appointment new on new.id = (r.detail ->> 'to')::bigint
                where old.state = 'rescheduled'
                  and (new.id is null or (new.citizen_id, new.type_id) <> (old.citizen_id, old.type_id))
               union all
               select null, r.detail ->> 'to' from audit_row r
                where r.action in ('booking.rescheduled', 'booking.moved')
                group by r.detail ->> 'to' having count(*) > 1"""
        )
    )


@always
async def waiting_is_audited(fetch: Fetch) -> list[str]:
    """Each place in a queue has one row for joining, and one for leaving or being closed without an offer."""
    return texts(
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
