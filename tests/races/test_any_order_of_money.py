"""Bills, orders, refunds and channels that do everything to us, in any order: every invariant holds after every step.

At the end of each life the channels calm down, and whatever money moved must have come to its end: settled, or back.
`HYPOTHESIS_PROFILE=long` looks longer than a test run may take.
"""

from collections.abc import Iterator

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import initialize, rule

from foundation import database
from payments import gateway
from tests.invariants import amiss
from tests.invariants.moving import MONEY
from tests.machine import LONG, Machine, walk
from tests.races.money_life import STEPS, LittleTreasury

SPARED = 0 if LONG else 6  # rare ones that a short run may miss
OUTCOMES = {"settled", "repeated", "returned", "noted", "quarantined", "unknown_order"}
lives: list[LittleTreasury] = []


class AnyOrderOfMoney(Machine):
    @initialize()
    def open(self) -> None:
        self.life = LittleTreasury()
        lives.append(self.life)
        self.run_async(self.life.open())

    @rule(seed=st.binary(min_size=8, max_size=8))
    def live(self, seed: bytes) -> None:
        self.run_many(self.step, STEPS, seed)

    async def step(self, name: str, one: int, other: int) -> None:
        if await self.life.step(name, one, other):
            assert await amiss(database.fetch, MONEY) == [], name

    def teardown(self) -> None:
        self.run_async(self.end())

    async def end(self) -> None:
        await self.life.calm_down()
        assert await amiss(database.fetch, MONEY) == []
        assert await self.life.unfinished() == []


@pytest.fixture
def quiet_end() -> Iterator[None]:
    yield
    gateway.use({})


@pytest.mark.usefixtures("db", "redis_db", "quiet_end")
async def test_money_adds_up_after_every_step_of_any_order() -> None:
    lives.clear()
    await walk(AnyOrderOfMoney, examples=8, steps=3)
    reached = {step for life in lives for step, times in life.reached.items() if times}
    missing = (set(STEPS) | OUTCOMES) - reached
    assert {"settled", "repeated", "quarantined", "refund", "work"} <= reached
    assert len(missing) <= SPARED, missing
