"""五百万条过往预约: what people ask now must not become slower by what was.

The same questions are asked of the same people, who have a hundred past bookings each, first while nobody else has any
and then among millions.
"""

import statistics
import time
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

from appointments import booking, reserving, seats, slots, types
from appointments.reserving import Wish
from benchmarks import people
from benchmarks.house import House
from benchmarks.measuring import CheckFailed, Measured, number
from foundation import clock, database
from foundation.actor import Actor

BY = Actor.system("benchmark")
EACH = 100  # past bookings of a person
THESE = 500  # people whose history is there from the start
TIMES, ROUNDS = 100, 4  # times a question is asked in a round, and how many
AT_ONCE = 2000  # people whose history goes into one statement
SLOWER_AT_MOST = 1.3

PERSONS = """insert into citizen (state, real_name_sealed, id_type, id_number_sealed, phone_sealed, created_at)
select 'active', '', '', '', '', now() from generate_series(1, $1::int) returning id"""
PAST_SLOTS = """
insert into slot (type_id, day, starts_at, ends_at, capacity, booked, release_at, close_at)
select $1, day, day + interval '1 hour', day + interval '2 hours', 100000, 0, day - interval '9 days', day
  from generate_series(1, $2::int) as n, lateral (select $3::date - n - 8 as day) as d returning id
"""
PAST = """
insert into appointment (code, slot_id, type_id, day, citizen_id, state, idempotency_key, body_hash, created_at,
                         changed_at)
select 'H' || c || 'N' || n, s.id, s.type_id, s.day, c, 'finished', 'history-' || n, '', s.release_at, s.ends_at
  from generate_series($1::bigint, $2::bigint) as c, generate_series(1, $3::int) as n
  join slot s on s.id = $4::bigint + n - 1
"""


async def history_5m(house: House) -> Measured:
    """The slowest of the live questions: how many times as long among 5 million past bookings as without them."""
    of = await types.open_type(
        code="history", hall_code="9901", department_code="police", name="压力测试", item_codes=[], by=BY
    )
    past = await database.fetch(PAST_SLOTS, of.id, EACH, clock.today())
    first = past[0]["id"]
    await _give_history(THESE, first)
    here = await _questions(of.id)
    without = {name: await _milliseconds(ask) for name, ask in here.items()}
    await _end_what_was_reserved(of.id)
    await _give_history(house.scale.history // EACH - THESE, first)
    among = {name: await _milliseconds(ask) for name, ask in here.items()}
    ratios = {name: among[name] / without[name] for name in without}
    said = ", ".join(
        f"{name} {without[name]:.2f} → {among[name]:.2f} ms ({ratio:.2f})" for name, ratio in ratios.items()
    )
    found = number("history_5m", max(ratios.values()), "×")
    found.notes = f"{house.scale.history:,} past bookings: {said}"
    if max(ratios.values()) > SLOWER_AT_MOST:
        found.failed = found.notes
    return found


async def _end_what_was_reserved(type_id: int) -> None:
    """The live bookings of the first measure are none of the history: both measures begin with none."""
    await database.execute("update appointment set state = 'finished' where type_id = $1 and state = 'booked'", type_id)
    await database.execute("update slot set booked = 0 where type_id = $1", type_id)


async def _give_history(number_of_people: int, first_slot: int) -> None:
    for begun in range(0, number_of_people, AT_ONCE):
        some = await database.fetch(PERSONS, min(AT_ONCE, number_of_people - begun))
        await database.execute(PAST, some[0]["id"], some[-1]["id"], EACH, first_slot)
    for table in ("appointment", "citizen", "slot"):
        await database.execute(f"vacuum analyze {table}")


async def _questions(type_id: int) -> dict[str, Callable[[int], Awaitable[Any]]]:
    """What is asked all day long, each time of another person."""
    day = clock.today() + timedelta(days=2)
    rows = await database.fetch(
        """insert into slot (type_id, day, starts_at, ends_at, capacity, release_at, close_at)
           select $1, day, day + interval '1 hour', day + interval '2 hours', 100000, now(), day
             from (select $2::date as day) as d returning id""",
        type_id,
        day,
    )
    slot_id = rows[0]["id"]
    newcomers = iter(await people.arrive(TIMES * ROUNDS * 2))
    with_history = [
        Actor.citizen(row["citizen_id"])
        for row in await database.fetch(
            "select distinct citizen_id from appointment where idempotency_key = 'history-1' limit $1", TIMES
        )
    ]
    codes = [(await booking.of(one, limit=1))[0].code for one in with_history]

    async def reserve(_: int) -> None:
        by = Actor.citizen(next(newcomers))
        wish = Wish(slot_id=slot_id, citizen_id=by.number, by=by, key="a wish")
        if (await reserving.alone(wish))["created_at"] is None:
            raise CheckFailed("a reservation among the history was refused")

    return {
        "reserve": reserve,
        "my bookings": lambda nth: booking.of(with_history[nth % len(with_history)]),
        "my next": lambda nth: booking.upcoming(with_history[nth % len(with_history)]),
        "by code": lambda nth: booking.find(code=codes[nth % len(codes)], for_=BY),
        "slots of a day": lambda nth: slots.of_day(type_id=type_id, day=day),
        "days": lambda nth: slots.days(type_id=type_id),
        "reconciler": lambda nth: seats.out_of_step(),
    }


async def _milliseconds(ask: Callable[[int], Awaitable[Any]]) -> float:
    """The best median of some rounds of asking often: a busy moment of the machine is not what the question costs."""
    medians = []
    for _ in range(ROUNDS):
        seen = []
        for nth in range(TIMES):
            begun = time.perf_counter()
            await ask(nth)
            seen.append((time.perf_counter() - begun) * 1000)
        medians.append(statistics.median(seen))
    return min(medians)
