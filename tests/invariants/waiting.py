"""Of queues, offers and closures."""

from tests.invariants.asking import Fetch, always, texts


@always
async def no_free_place_is_waited_for(fetch: Fetch) -> list[str]:
    """No place is free while an eligible waiter waits; a resting place is not free."""
    return texts(
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
    return texts(
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
    return texts(await fetch("select id as slot from slot where state = 'open' and closure_id is not null"))


@always
async def whom_the_office_cancelled_is_offered_another(fetch: Fetch) -> list[str]:
    """Each booking that a closure cancelled has an offer to rebook."""
    return texts(
        await fetch(
            """select n.id as notice, n.appointment_id as appointment from closure_notice n
                 join appointment a on a.id = n.appointment_id
                where n.offer = 'none' and n.handled_at is not null and a.state = 'office_cancelled'"""
        )
    )
