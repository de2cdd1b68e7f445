"""Of tickets and windows."""

from tests.invariants.asking import Fetch, always, texts


@always
async def numbers_are_counted_without_a_gap(fetch: Fetch) -> list[str]:
    """The tickets of a hall, day and kind are numbered 1 … n, and the counter stands at n."""
    return texts(
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
    return texts([row for row in rows if row["ticket"] not in TOGETHER.get(row["state"], ())])


@always
async def calls_are_counted(fetch: Fetch) -> list[str]:
    """`ticket.calls` is how often it was called, each call is audited, and a window has one visitor at a time."""
    return texts(
        await fetch(
            """select k.id as ticket, k.calls, count(r.id) as audited from ticket k
                 left join audit_row r on r.subject = 'ticket:' || k.id and r.action = 'ticket.called'
                group by k.id having count(r.id) <> k.calls
               union all
               select min(id), count(*), 1 from ticket where state = 'called'
                group by hall_id, day, "window" having count(*) > 1"""
        )
    )
