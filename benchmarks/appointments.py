"""预约: reserving over many slots, on one slot, being too late, and the morning when all of them come at once."""

import itertools
from datetime import timedelta

from appointments import booking, seats, types
from benchmarks import history, looking, people, pgbench
from benchmarks.house import House
from benchmarks.load import Saw
from benchmarks.measuring import CheckFailed, Measured, Sample, interleaved, percentile
from benchmarks.wire import post
from foundation import clock, database
from foundation.actor import Actor

BY = Actor.system("benchmark")
SPREAD = 200
BUSY = "429 TooManyAtOnce"
_numbers = itertools.count(1)

INSERT = """
insert into slot (type_id, day, starts_at, ends_at, capacity, booked, release_at, close_at, state)
select $1, $2, at, at + interval '5 minutes', $4, 0, now() - interval '1 hour', at, 'open'
  from generate_series(0, $3::int - 1) as n, lateral (select $5::timestamptz + n * interval '5 minutes' as at) as t
 order by n returning id
"""


async def open_slots(number: int, *, capacity: int) -> range:
    """The ids of so many slots of a business of their own, all on one day, open now."""
    nth = next(_numbers)
    of = await types.open_type(
        code=f"benchmark-{nth}", hall_code="9901", department_code="police", name="压力测试", item_codes=[], by=BY
    )
    midnight = clock.shanghai(clock.now() + timedelta(days=2)).replace(hour=0, minute=0, second=0, microsecond=0)
    rows = await database.fetch(INSERT, of.id, midnight.date(), number, capacity, midnight)
    ids = range(rows[0]["id"], rows[0]["id"] + number)
    assert [row["id"] for row in rows] == list(ids), "somebody else makes slots here"
    return ids


async def must_hold(where: range, number: int) -> None:
    """Raises CheckFailed unless these slots hold so many live bookings and every counter says what is there."""
    row = await database.fetchrow(
        """select (select sum(booked) from slot where id = any($1)) as booked,
                  (select count(*) from appointment where slot_id = any($1)
                      and state in ('held', 'booked', 'checked_in', 'serving')) as live""",
        list(where),
    )
    astray = await seats.out_of_step()
    if row is None or not number == row["booked"] == row["live"] or astray:
        raise CheckFailed(f"{number} accepted, counted and live: {dict(row or {})}, out of step: {len(astray)} slots")


async def reserve_spread(house: House) -> Measured:
    return await _reserving("reserve_spread", house, slots=SPREAD, each_second=800)


async def reserve_hot(house: House) -> Measured:
    return await _reserving("reserve_hot", house, slots=1, each_second=400)


async def _reserving(figure: str, house: House, *, slots: int, each_second: int) -> Measured:
    """Everybody who asks gets a place; beside it, what PostgreSQL alone makes of the same statements."""
    number = house.scale.times(each_second)
    recorded = await _record()

    async def reserve() -> Sample:
        where = await open_slots(slots, capacity=number)
        tokens = await people.sign_in(await people.arrive(number))
        requests = [_wish(where[nth % slots], token) for nth, token in enumerate(tokens)]
        sample = await house.done(house.bff, requests, expect="201")
        await must_hold(where, number)
        return sample

    async def by_sql_alone() -> Sample:
        where = await open_slots(slots, capacity=number)
        sample = await pgbench.run(recorded, citizens=await people.arrive(number), slots=where)
        await must_hold(where, number // pgbench.CLIENTS * pgbench.CLIENTS)
        return sample

    beside = {"bare_json": house.yardstick, "pgbench": by_sql_alone}
    return await interleaved(figure, reserve, beside=beside, rounds=house.scale.rounds)


async def _record() -> pgbench.Recorded:
    """What two real reservations say to PostgreSQL.

    The first is the later citizen's, in the earlier of two slots that do not follow one another: no two numbers can be
    the same in both.
    """
    (one, other), (early, _, late) = await people.arrive(2), await open_slots(3, capacity=1)
    first = await pgbench.record(citizen_id=other, slot_id=early)
    return first.told_apart_from(await pgbench.record(citizen_id=one, slot_id=late))


RUSH_PLACES, RUSH_REQUESTS, RUSH_CONNECTIONS, RUSH_PATIENCE = 500, 20_000, 200, 2000.0


async def rush(house: House) -> Measured:
    """放号的一刻: 20,000 citizens for 500 places from 200 connections, as fast as they go, once.

    The door has run for a while by then. Fails unless exactly 500 got a place, p99 is below two seconds and the door
    holds at most a quarter more memory than after a rush before.
    """
    found = Measured("rush")
    try:
        before = 0.0
        for nth in range(2):  # the first makes caches and pools as big as they get
            where = await open_slots(5, capacity=RUSH_PLACES // 5)
            saw = await house.rushed(house.bff, await wishes(RUSH_REQUESTS, where), connections=RUSH_CONNECTIONS)
            await must_hold(where, RUSH_PLACES)
            sample, after = _rushed(saw), house.memory(house.bff)
            if nth:
                found.samples.append(sample)
                found.notes = f"memory of the door: {before:.0f} → {after:.0f} MB; {dict(sorted(saw.answers.items()))}"
                if after > before * 1.25:
                    raise CheckFailed(found.notes)
            before = after
    except CheckFailed as why:
        found.failed = str(why)
    return found


def _rushed(saw: Saw) -> Sample:
    if saw.answers.get("201") != RUSH_PLACES or saw.lost or set(saw.answers) > {"201", "409 SlotFull", BUSY}:
        raise CheckFailed(f"{saw.answers}, lost {saw.lost} {saw.odd}")
    milliseconds = [one * 1000 for one in saw.latencies]
    sample = Sample(len(milliseconds) / saw.seconds, percentile(milliseconds, 50), percentile(milliseconds, 99))
    if sample.p99 is None or sample.p99 > RUSH_PATIENCE:
        raise CheckFailed(f"p99 {sample.p99} ms")
    return sample


async def sold_out(house: House) -> Measured:
    """One slot, full: everybody is told so, nobody gets in."""
    where = await open_slots(1, capacity=1)
    holder, *late = await people.arrive(1 + house.scale.times(100))
    await booking.reserve(slot_id=where[0], by=Actor.citizen(holder), key="the last place")
    requests = [_wish(where[0], token) for token in await people.sign_in(late)]

    async def be_late() -> Sample:
        sample = await house.asked(house.bff, requests, expect="409 SlotFull")
        await must_hold(where, 1)
        return sample

    return await interleaved("sold_out", be_late, beside={"bare_json": house.yardstick}, rounds=house.scale.rounds)


async def wishes(number: int, where: range) -> list[bytes]:
    """So many citizens who each want a place in one of these slots."""
    tokens = await people.sign_in(await people.arrive(number))
    return [_wish(where[nth % len(where)], token) for nth, token in enumerate(tokens)]


def _wish(slot_id: int, token: str) -> bytes:
    return post("/v1/bookings", {"slot_id": slot_id}, token=token, headers={"Idempotency-Key": f"wish-{token[:20]}"})


FIGURES = {
    "slot_list": looking.slot_list,
    "reserve_spread": reserve_spread,
    "reserve_hot": reserve_hot,
    "sold_out": sold_out,
    "rush": rush,
    "history_5m": history.history_5m,
}
