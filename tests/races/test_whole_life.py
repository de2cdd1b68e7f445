"""The whole life of bookings, queues and tickets in any order: every invariant holds after every step.

`HYPOTHESIS_PROFILE=long` looks longer than a test run may take. Where the exact outcome of a step matters, see
`test_any_order` (one booking's way) and `test_any_order_waiting` (who gets which place).
"""

import asyncio
import os
import random
from typing import Any

import pytest
from hypothesis import Phase, note, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test

from foundation import database
from tests.invariants import broken
from tests.invariants.places import a_merged_account_holds_nothing
from tests.races.whole_life import STEPS, LittleWorld

EXAMPLES = {"ci": 12, "long": 200}[os.environ.get("HYPOTHESIS_PROFILE", "ci")]
STEPS_AT_ONCE, TIMES = 40, 3
worlds: list[LittleWorld] = []


class WholeLife(RuleBasedStateMachine):
    loop: asyncio.AbstractEventLoop

    def run_async(self, work: Any) -> Any:
        return asyncio.run_coroutine_threadsafe(work, self.loop).result(60)

    @initialize()
    def open(self) -> None:
        self.world = LittleWorld()
        worlds.append(self.world)
        self.run_async(self.world.open())

    # Many steps of a seed: left to choose each by itself, hypothesis repeats a few and seldom comes far.
    @rule(seed=st.binary(min_size=8, max_size=8))
    def live(self, seed: bytes) -> None:
        dice = random.Random(seed)
        for name in dice.choices(list(STEPS), weights=list(STEPS.values()), k=STEPS_AT_ONCE):
            one, other = dice.randrange(60), dice.randrange(60)
            note(f"{name} {one} {other}")
            self.run_async(self.step(name, one, other))

    async def step(self, name: str, one: int, other: int) -> None:
        await self.world.step(name, one, other)
        assert await broken(database.fetch, [a_merged_account_holds_nothing]) == [], name


@pytest.mark.usefixtures("db")
async def test_every_invariant_holds_after_every_step_of_a_whole_life() -> None:
    worlds.clear()
    WholeLife.loop = asyncio.get_running_loop()
    bounded = settings(
        max_examples=EXAMPLES, stateful_step_count=TIMES, deadline=None, database=None, derandomize=EXAMPLES < 100,
        phases=[Phase.generate],
    )  # fmt: skip
    await asyncio.to_thread(run_state_machine_as_test, WholeLife, settings=bounded)
    reached = {step for world in worlds for step, times in world.reached.items() if times}
    assert set(STEPS) - reached == set(), "steps that were never done"
