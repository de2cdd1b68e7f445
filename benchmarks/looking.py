"""看余号: the slots of each day of a month, when thousands look at one business and when everybody looks elsewhere."""

import itertools
from datetime import timedelta

from appointments import types
from benchmarks.house import House
from benchmarks.measuring import Measured, Sample, interleaved
from benchmarks.wire import get
from foundation import clock, database
from foundation.actor import Actor

BY = Actor.system("benchmark")
BUSINESSES, DAYS, SLOTS = 60, 30, 16
_numbers = itertools.count(1)

MONTH = """
insert into slot (type_id, day, starts_at, ends_at, capacity, booked, release_at, close_at, state)
select $1, day, at, at + interval '30 minutes', 5, n % 5, now() - interval '1 hour', at, 'open'
  from generate_series(0, $3::int - 1) as d, generate_series(0, $4::int - 1) as n,
       lateral (select $2::date + d) as t(day),
       lateral (select (day + interval '1 hour' + n * interval '30 minutes') at time zone 'UTC') as u(at)
"""


async def a_month() -> list[bytes]:
    """The requests for the days of a month of a business of their own."""
    of = await types.open_type(
        code=f"month-{next(_numbers)}",
        hall_code="9901",
        department_code="police",
        name="压力测试",
        item_codes=[],
        by=BY,
    )
    first = clock.today() + timedelta(days=2)
    await database.execute(MONTH, of.id, first, DAYS, SLOTS)
    return [get(f"/v1/slots?type_id={of.id}&date={first + timedelta(days=n)}") for n in range(DAYS)]


async def slot_list(house: House) -> Measured:
    """The 30 days of one business, over and over: a crowd shares an answer a second. Beside it, 60 businesses in turn,
    where each question is asked too seldom to be shared.
    """
    popular, each = await a_month(), [await a_month() for _ in range(BUSINESSES)]
    scattered = [one for day in zip(*each, strict=True) for one in day]

    async def look() -> Sample:
        return await house.asked(house.bff, popular, expect="200")

    async def look_elsewhere() -> Sample:
        return await house.asked(house.bff, scattered, expect="200")

    beside = {"bare_json": house.yardstick, "uncached": look_elsewhere}
    return await interleaved("slot_list", look, beside=beside, rounds=house.scale.rounds)
