"""Of slots and the places in them."""

from appointments import counting
from appointments.states import LIVE
from tests.invariants.asking import Fetch, always, texts, when_quiet


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
    return texts(rows)


@always
async def nobody_is_over_capacity(fetch: Fetch) -> list[str]:
    """0 ≤ booked ≤ capacity, and beyond it only what was announced as kept over."""
    return texts(
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
    return texts(
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
    return texts(
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
    return texts(rows)


@when_quiet
async def a_merged_account_holds_nothing(fetch: Fetch) -> list[str]:
    """An account that became another's holds no booking once the merge was heard of."""
    return texts(
        await fetch(
            f"""select a.id as appointment, a.citizen_id from appointment a join citizen c on c.id = a.citizen_id
                 where c.state = 'merged' and a.state in {LIVE}"""
        )
    )


@always
async def a_booking_is_of_its_slot(fetch: Fetch) -> list[str]:
    """Type and day of a booking are those of its slot, or of the pool its type takes places from."""
    return texts(
        await fetch(
            """select a.id as appointment from appointment a join slot s on s.id = a.slot_id
                 join appointment_type t on t.id = a.type_id
                where a.day <> s.day or s.type_id not in (t.id, coalesce(t.pool_id, t.id))"""
        )
    )
