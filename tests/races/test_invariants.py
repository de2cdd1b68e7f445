"""The invariants see what is broken by hand: each control breaks one, in a transaction that is undone."""

from collections.abc import Iterable
from contextlib import suppress

import pytest

from appointments import booking, calling, checkin, passing, queue_end, rescheduling, waitlist
from foundation import clock, database
from tests.builders import money
from tests.builders.appointments import (
    STAFF,
    a_hall,
    a_type,
    citizens,
    deadline_passes,
    slots_of_one_day,
)
from tests.builders.hall_queue import a_walk_in
from tests.invariants import ALWAYS, QUIET, Invariant, broken

pytestmark = pytest.mark.usefixtures("db")


async def lives_of_all_kinds() -> None:
    """Bookings in every state, queues with every end, tickets that were called, held, missed and finished."""
    hall = await a_hall()
    of = await a_type(hall=hall)
    first, second, third = await slots_of_one_day(3, of=of, capacity=6)
    crowd = await citizens(16)
    held = [await booking.reserve(slot_id=first.id, by=one, key="life") for one in crowd[:6]]
    waits = [await waitlist.join(slot_id=first.id, by=one) for one in crowd[6:14]]
    await booking.cancel(code=held[0].code, by=crowd[0])
    await booking.cancel(code=held[1].code, by=STAFF, reason="停电")
    moved = await rescheduling.reschedule(code=held[2].code, slot_id=second.id, by=crowd[2], key="life-moved")
    await waitlist.accept(code=waits[0].code, by=crowd[6])
    await waitlist.decline(code=waits[1].code, by=crowd[7])
    await deadline_passes(first)
    await queue_end.lapse_offers()
    await waitlist.leave(code=waits[7].code, by=crowd[13])
    with clock.frozen(first.starts_at):
        for one in (held[3], held[4], moved):
            await checkin.admit(code=one.code, hall_code=hall.code, by=STAFF)
        await a_walk_in(hall, await of.department)
        for verb in (passing.hold, calling.miss):
            call = await calling.next_ticket(hall_code=hall.code, window="1", by=STAFF)
            await verb(ticket_id=call.ticket_id, hall_code=hall.code, by=STAFF)
        call = await calling.recall(ticket_id=call.ticket_id, hall_code=hall.code, window="1", by=STAFF)
        await calling.finish(ticket_id=call.ticket_id, hall_code=hall.code, by=STAFF)
        await booking.reserve(slot_id=third.id, by=crowd[14], key="life")
    with clock.frozen(first.starts_at.replace(hour=12)):
        for window in "23":
            await calling.next_ticket(hall_code=hall.code, window=window, by=STAFF)


ALL_ONE_PERSON = """
drop index appointment_one_live;
update appointment set idempotency_key = id, citizen_id = (select min(id) from citizen) where
"""
A_CLOSURE = """
insert into closure (id, hall_id, subtree, starts_at, ends_at, reason, offer_days, send_home, exception_ids, made_by,
                     made_at)
select 1, min(id), false, now(), now() + interval '1 hour', '台风', 3, false, '[]', 'staff:1', now() from hall;
"""
# What is done by hand → the invariant that must name it.
BY_HAND = {
    "update slot set booked = booked - 1 where booked > 0": "the_counter_is_the_count",
    """alter table slot drop constraint slot_booked_within_capacity; update slot set capacity = 0 where booked > 0""":
        "nobody_is_over_capacity",
    "update slot set release_at = release_at + interval '1 day'": "nobody_books_outside_the_hours",
    f"{ALL_ONE_PERSON} state = 'booked'": "one_live_per_person_business_and_day",
    f"{ALL_ONE_PERSON} state in ('booked', 'held', 'checked_in')": "the_limits_hold",
    "update appointment set day = day + 1 where state = 'cancelled'": "a_booking_is_of_its_slot",
    """update waitlist_entry set state = 'waiting' where state = 'left'; update slot set capacity = capacity + 1""":
        "no_free_place_is_waited_for",
    "update appointment set state = 'booked' where state = 'held'": "an_offer_is_a_held_place",
    "update waitlist_entry set state = 'accepted', appointment_id = null where state = 'lapsed'":
        "an_offer_is_a_held_place",
    f"{A_CLOSURE} update slot set closure_id = 1 where state = 'open'": "a_closed_slot_is_shut",
    f"""{A_CLOSURE}
        insert into closure_notice (code, closure_id, appointment_id, handled_at, changed_at)
        select 'N' || id, 1, id, now(), now() from appointment where state = 'office_cancelled'""":
        "whom_the_office_cancelled_is_offered_another",
    "update appointment set state = 'no_show' where state = 'cancelled'": "every_change_is_audited_once",
    """insert into audit_row (at, actor, action, subject, reason, detail, request_id)
       select at, actor, action, subject, reason, detail, request_id from audit_row where action = 'booking.cancelled'
    """: "every_change_is_audited_once",
    "delete from audit_row where action = 'visit.finished'": "every_change_is_audited_once",
    "update audit_row set reason = '' where action = 'booking.office_cancelled'": "every_change_says_who_and_why",
    "delete from waitlist_entry; delete from appointment where state = 'declined'": "what_was_made_is_still_there",
    """update audit_row set detail = '{"to": 0}' where action = 'booking.rescheduled'""":
        "a_rescheduled_booking_has_one_heir",
    "update waitlist_entry set state = 'left' where state = 'offered'": "waiting_is_audited",
    "delete from ticket where number = (select max(number) from ticket where kind = 'walk_in')":
        "numbers_are_counted_without_a_gap",
    "update ticket_counter set drawn = drawn + 1": "numbers_are_counted_without_a_gap",
    "update ticket set state = 'missed' where state = 'called'": "ticket_and_booking_agree",
    "update ticket set calls = calls + 1 where calls > 0": "calls_are_counted",
    "delete from procrastinate_jobs where args ->> 'kind' = 'BookingCancelled'": "every_deed_is_told_once",
    "delete from audit_row where action = 'booking.cancelled'": "every_deed_is_told_once",
}  # fmt: skip
BY_HAND_WHEN_QUIET = {
    "update procrastinate_jobs set status = 'failed' where queue_name = 'events'": "nothing_is_left_in_the_outbox",
    "delete from message": "every_booking_was_announced",
    """alter table citizen drop constraint citizen_gone_holds_nothing;
       update citizen set state = 'merged', merged_into_id = (select min(id) from citizen)
        where id > (select min(id) from citizen)""": "a_merged_account_holds_nothing",
}

BY_HAND |= money.BY_HAND
BY_HAND_WHEN_QUIET |= money.BY_HAND_WHEN_QUIET


class Undone(Exception):
    """Ends a transaction without a trace."""


async def broken_after(sql: str, also: Iterable[Invariant] = ()) -> list[str]:
    """The names of what is broken once `sql` was done, which is undone."""
    found: list[str] = []
    with suppress(Undone):
        async with database.transaction() as tx:
            await tx.execute("set local session_replication_role = replica")  # no trigger, no foreign key
            await tx.execute(sql)
            found = await broken(tx.fetch, also)
            raise Undone
    return [one.split(" ")[0] for one in found]


async def test_a_life_in_order_breaks_nothing():
    await lives_of_all_kinds()
    await money.of_all_kinds()
    assert await broken(database.fetch) == []


async def test_each_invariant_sees_what_it_is_for():
    await lives_of_all_kinds()
    await money.of_all_kinds()
    for sql, name in BY_HAND.items():
        assert name in await broken_after(sql), sql
    for sql, name in BY_HAND_WHEN_QUIET.items():
        assert name in await broken_after(sql, QUIET), sql
    assert await broken(database.fetch) == []


def test_each_invariant_has_its_control_and_its_sentence():
    seen = {*BY_HAND.values(), *BY_HAND_WHEN_QUIET.values()}
    assert {one.__name__ for one in (*ALWAYS, *QUIET)} == seen
    assert all(one.__doc__ for one in (*ALWAYS, *QUIET))
