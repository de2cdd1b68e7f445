"""State machines of hypothesis whose steps are coroutines: it runs in a thread, they in the loop of the test.

A test run walks the same ways each time. `HYPOTHESIS_PROFILE=long` walks 25 times as many, others each time.
"""

import asyncio
import os
import random
from collections.abc import Awaitable, Callable
from typing import Any, ClassVar

from hypothesis import Phase, note, settings
from hypothesis.stateful import RuleBasedStateMachine, run_state_machine_as_test

LONG = os.environ.get("HYPOTHESIS_PROFILE") == "long"
LONGER = 25
AT_ONCE = 40


class Machine(RuleBasedStateMachine):
    """What a rule wants awaited it gives to `run_async`."""

    loop: ClassVar[asyncio.AbstractEventLoop]

    def run_async(self, work: Awaitable[Any]) -> Any:
        async def awaited() -> Any:
            return await work

        return asyncio.run_coroutine_threadsafe(awaited(), self.loop).result(60)

    def run_many(self, step: Callable[[str, int, int], Awaitable[Any]], weights: dict[str, int], seed: bytes) -> None:
        """Many steps of one seed: left to choose each by itself, hypothesis repeats a few and seldom comes far."""
        dice = random.Random(seed)
        for name in dice.choices(list(weights), weights=list(weights.values()), k=AT_ONCE):
            one, other = dice.randrange(60), dice.randrange(60)
            note(f"{name} {one} {other}")
            self.run_async(step(name, one, other))


async def walk(machine: type[Machine], *, examples: int, steps: int, shrink: bool = False) -> None:
    """Walk `examples` ways of up to `steps` rules. Shrinking what fails pays where a step is quick."""
    machine.loop = asyncio.get_running_loop()
    bounded = settings(
        max_examples=examples * LONGER if LONG else examples, stateful_step_count=steps, deadline=None, database=None,
        derandomize=not LONG, phases=list(Phase) if shrink else [Phase.generate],
    )  # fmt: skip
    await asyncio.to_thread(run_state_machine_as_test, machine, settings=bounded)
