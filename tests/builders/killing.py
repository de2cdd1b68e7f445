"""Work that ends at its n-th await, for every n there is: what a crash leaves must be good to go on from."""

import asyncio
from collections.abc import Coroutine, Generator
from typing import Any


class _Mortal:
    """Runs `work`; its task is cancelled where it waits for the `ends_at`-th time."""

    def __init__(self, work: Coroutine[Any, Any, Any], ends_at: int) -> None:
        self.work, self.ends_at, self.waited = work, ends_at, 0

    def __await__(self) -> Generator[Any, Any, Any]:
        step, given = self.work.send, None
        while True:
            try:
                waits_for = step(given)
            except StopIteration as done:
                return done.value
            self.waited += 1
            if self.waited == self.ends_at:
                task = asyncio.current_task()
                assert task is not None
                task.cancel()
            try:
                step, given = self.work.send, (yield waits_for)
            except BaseException as thrown:
                step, given = self.work.throw, thrown


async def killed_at(nth: int, work: Coroutine[Any, Any, Any]) -> bool:
    """Whether `work` was still going on at its n-th await, where it ends. Raises what it raises before that."""

    async def live() -> None:
        await _Mortal(work, nth)

    task = asyncio.create_task(live())
    await asyncio.wait([task])
    if task.cancelled():
        return True
    task.result()
    return False
