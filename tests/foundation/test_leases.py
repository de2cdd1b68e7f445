"""Places taken several at once: never more are let through than the bucket itself would, and who is slow loses none."""

import asyncio
import random
from collections.abc import Callable
from time import monotonic

import pytest
import redis.asyncio

from foundation import ratelimit
from foundation.leases import MOST, QUIET, SHARE, Leases
from foundation.ratelimit import Limit


class Bucket:
    """What the script does in Redis, by a clock of the test's own."""

    def __init__(self, times: int, seconds: float) -> None:
        self.step, self.seconds, self.full_at = seconds / times, seconds, 0.0

    def take(self, now: float, wanted: int) -> tuple[int, float]:
        """How many, and in how long the first begins."""
        begins = max(self.full_at, now)
        if begins + self.step - self.seconds - now > 1e-9:
            return 0, 0.0
        given = max(1, min(wanted, int((now + self.seconds - begins) / self.step)))
        self.full_at = begins + given * self.step
        return given, begins - now


class Town:
    """So many processes before one bucket; `passed` says when somebody was let through."""

    def __init__(self, processes: int, *, times: int = 64, seconds: float = 60, lapse: bool = True) -> None:
        self.now, self.times = 1000.0, times
        self.bucket = Bucket(times, seconds)
        self.processes = [Leases(lambda: self.now if lapse else 0.0) for _ in range(processes)]
        self.passed: list[float] = []
        self.journeys = self.refused = 0
        self.under_way: list[Callable[[], None]] = []

    def asks(self, of: int, *, takes: float = 0.0, later: bool = False) -> None:
        """One request; `takes` so long to Redis. `later`: its answer is under way while others ask."""
        leases = self.processes[of]
        if leases.spend("key"):
            self.passed.append(self.now)
            return
        wanted, asked_at = leases.wanted("key", times=self.times), self.now
        self.now += takes
        given, begins = self.bucket.take(self.now, wanted)
        self.journeys += 1
        self.refused += not given
        self.passed += [self.now] if given else []

        def hears() -> None:
            if wanted > 1:
                leases.took("key", given, begins=asked_at + begins, step=self.bucket.step)

        if later:
            self.under_way.append(hears)
        else:
            hears()

    def too_many(self) -> float:
        """By how many, in the worst stretch of time, more were let through than a bucket does."""
        step = self.bucket.step
        return max(
            (nth - first + 1) - (self.times + (until - since) / step)
            for first, since in enumerate(self.passed)
            for nth, until in enumerate(self.passed[first:], first)
        )


def a_wild_day(seed: int, *, lapse: bool = True) -> Town:
    """Bursts and pauses, slow answers, by turns and at random, over two or three processes."""
    chance = random.Random(seed)
    town = Town(chance.choice([2, 3]), lapse=lapse)
    for _ in range(30):
        town.now += chance.choice([0, 0.3, 2, 20, 61, chance.uniform(0, 120)])
        pause = chance.choice([0, 0.01, town.bucket.step, chance.uniform(0, 2)])
        for _ in range(chance.choice([1, 5, 20, 70])):
            town.now += pause
            town.asks(
                chance.randrange(len(town.processes)), takes=chance.choice([0, 0.002, 0.3]), later=chance.random() < 0.2
            )
            while town.under_way and chance.random() < 0.5:
                town.under_way.pop(chance.randrange(len(town.under_way)))()
    return town


@pytest.mark.parametrize("seed", range(12))
def test_in_no_stretch_of_time_are_more_let_through_than_by_the_bucket(seed: int) -> None:
    town = a_wild_day(seed)
    assert town.too_many() <= 1e-6
    assert town.journeys < len(town.passed) + town.refused, "nothing came out of a lease"


def test_without_lapsing_there_would_be() -> None:
    assert max(a_wild_day(seed, lapse=False).too_many() for seed in range(12)) > 1


@pytest.mark.parametrize("processes", [1, 2, 4])
def test_who_asks_slowly_gets_all_of_their_allowance(processes: int) -> None:
    """At just the rate of the limit, for an hour, wherever each request happens to arrive."""
    chance, town = random.Random(processes), Town(processes, times=240)
    for _ in range(60 * 240):
        town.now += town.bucket.step * chance.uniform(0.9, 1.12)
        town.asks(chance.randrange(processes))
    assert town.refused == 0


def test_who_wants_all_at_once_from_one_door_gets_all() -> None:
    town = Town(1, times=240)
    for _ in range(240):
        town.asks(0)
    assert (len(town.passed), town.refused) == (240, 0)
    assert town.journeys < 240 / SHARE * 2
    town.asks(0)
    assert town.refused == 1


def test_who_comes_once_in_a_while_takes_one_each_time() -> None:
    town = Town(1, times=240)
    for nth in range(1, 6):
        town.asks(0)
        assert town.bucket.full_at == pytest.approx(town.now + town.bucket.step)
        assert town.journeys == nth
        town.now += QUIET + 0.1


def test_a_small_limit_is_counted_one_by_one() -> None:
    leases = Leases()
    assert [leases.wanted("key", times=2 * SHARE - 1) for _ in range(3)] == [1, 1, 1]
    assert [leases.wanted("key", times=2 * SHARE) for _ in range(3)] == [
        1,
        2,
        1,
    ]  # the third while two are on their way


def test_what_did_not_come_can_be_wanted_again() -> None:
    leases = Leases()
    assert [leases.wanted("key", times=160), leases.wanted("key", times=160)] == [1, 10]
    leases.took("key", 0, begins=0, step=1)
    assert not leases.spend("key")
    assert leases.wanted("key", times=160) == 10


def test_only_so_many_are_kept() -> None:
    leases = Leases()
    for nth in range(MOST + 5):
        leases.wanted(f"{nth}", times=160)
    assert len(leases._held) == MOST


async def test_two_doors_before_one_redis(redis_db: redis.asyncio.Redis) -> None:
    limit, doors = Limit("two-doors", "203.0.113.9", 160, 3600), [Leases(), Leases()]
    began = monotonic()
    passed = 0
    for _ in range(10):
        waits = await asyncio.gather(*(ratelimit._ask(limit, doors[nth % 2]) for nth in range(30)))
        passed += waits.count(0)
    withheld = 2 * 160 // SHARE
    may_be_refilled = 1 + (monotonic() - began) * 160 / 3600
    assert 160 - withheld <= passed <= 160 + may_be_refilled
    (key,) = await redis_db.keys("limit:*")
    assert 3_000_000 < await redis_db.pttl(key) <= 3_601_000  # the bucket is full, and not fuller


async def test_a_door_that_hears_nothing_of_redis_goes_on(
    redis_db: redis.asyncio.Redis, monkeypatch: pytest.MonkeyPatch
) -> None:
    limit, leases = Limit("alone", "203.0.113.9", 160, 3600), Leases()
    ratelimit._local.clear()
    assert [await ratelimit._ask(limit, leases) for _ in range(2)] == [0, 0]
    with monkeypatch.context() as cut:
        cut.setattr(ratelimit.redis, "_client", None)
        assert [await ratelimit._ask(limit, leases) for _ in range(30)] == [0] * 30
    assert await ratelimit._ask(limit, leases) == 0
    ratelimit._local.clear()
