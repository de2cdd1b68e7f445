"""生成号源: a year of slots for many businesses, beside what PostgreSQL needs for as many rows of mere numbers."""

import itertools
import time
from datetime import timedelta

from appointments import schedule, types
from appointments.models import AppointmentType
from appointments.timetable import Period
from benchmarks.house import House
from benchmarks.measuring import CheckFailed, Measured, Sample, interleaved
from foundation import clock, database
from foundation.actor import Actor

BY = Actor.system("benchmark")
YEAR = timedelta(days=364)
EACH_SECOND = 10_000  # so many slots, or a few more, are made in a second's round
WEEK = [
    Period(weekday=day, starts=starts, ends=ends, slot_minutes=30, windows=4)
    for day in range(1, 6)
    for starts, ends in (("09:00", "12:00"), ("13:30", "17:30"))
]
_numbers = itertools.count(1)

# The same columns and indexes; what is left out is to know which day is worked and what is there already.
ROWS = """
insert into slot (type_id, day, starts_at, ends_at, share, capacity, release_at, close_at)
select $1, (now() + n * interval '1 hour')::date, now() + n * interval '1 hour', now() + n * interval '1 hour 1 minute',
       'public', 4, now(), now() + n * interval '1 hour' from generate_series(1, $2::int) as n
"""


async def generate_year(house: House) -> Measured:
    """Each business in a transaction of its own, as the nightly job does; then all of them again, which adds none."""
    first = await _planned()
    year = await _year_of(first)
    number = max(1, house.scale.times(EACH_SECOND) // year)

    async def generate() -> Sample:
        those = [await _planned() for _ in range(number)]
        begun = time.perf_counter()
        made = sum([await _year_of(one) for one in those])
        seconds = time.perf_counter() - begun
        again = sum([await _year_of(one) for one in those])
        if made != number * year or again:
            raise CheckFailed(f"{made} slots of {number} businesses instead of {year} each, and none again")
        return Sample(made / seconds)

    async def by_sql_alone() -> Sample:
        those = [await _planned() for _ in range(number)]
        begun = time.perf_counter()
        for one in those:
            await database.execute(ROWS, one.id, year)
        return Sample(number * year / (time.perf_counter() - begun))

    beside = {"insert_select": by_sql_alone}
    found = await interleaved("generate_year", generate, beside=beside, rounds=house.scale.rounds)
    found.unit = "slots/s"
    return found


async def _planned() -> AppointmentType:
    of = await types.open_type(
        code=f"generating-{next(_numbers)}", hall_code="9901", department_code="police", name="压力测试", item_codes=[],
        by=BY,
    )  # fmt: skip
    await schedule.create(type_id=of.id, periods=WEEK, effective_from=clock.today(), by=BY)
    return of


async def _year_of(of: AppointmentType) -> int:
    """How many slots a run over a year added."""
    start = clock.today() + timedelta(days=1)
    done = await schedule.generate(
        type_id=of.id, start=start, end=start + YEAR, by=BY, longest=schedule.LONGEST_JOB_DAYS
    )
    return done.added


FIGURES = {"generate_year": generate_year}
