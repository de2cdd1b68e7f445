"""The whole life of bookings, queues and tickets in any order: every invariant holds after every step.

`HYPOTHESIS_PROFILE=long` looks longer than a test run may take. Where the exact outcome of a step matters, see
`test_any_order` (one booking's way) and `test_any_order_waiting` (who gets which place).
"""

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import initialize, rule

from foundation import database
from tests.invariants import broken
from tests.invariants.places import a_merged_account_holds_nothing
from tests.machine import Machine, walk
from tests.races.whole_life import STEPS, LittleWorld

worlds: list[LittleWorld] = []


class WholeLife(Machine):
    @initialize()
    def open(self) -> None:
        self.world = LittleWorld()
        worlds.append(self.world)
        self.run_async(self.world.open())

    @rule(seed=st.binary(min_size=8, max_size=8))
    def live(self, seed: bytes) -> None:
        self.run_many(self.step, STEPS, seed)

    async def step(self, name: str, one: int, other: int) -> None:
        await self.world.step(name, one, other)
        assert await broken(database.fetch, [a_merged_account_holds_nothing]) == [], name


@pytest.mark.usefixtures("db")
async def test_every_invariant_holds_after_every_step_of_a_whole_life() -> None:
    worlds.clear()
    await walk(WholeLife, examples=12, steps=3)
    reached = {step for world in worlds for step, times in world.reached.items() if times}
    assert set(STEPS) - reached == set(), "steps that were never done"
