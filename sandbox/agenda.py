"""What is to happen later: a late payment, a refund arriving, the next try of a notify. Survives a restart."""

import asyncio
import logging
import secrets
import time
from collections.abc import Awaitable, Callable
from typing import Any

import msgspec

from sandbox.memory import Memory

log = logging.getLogger("sandbox.agenda")
Task = Callable[..., Awaitable[None]]


class Errand(msgspec.Struct):
    """One task with its arguments, due at a moment (seconds since the epoch)."""

    id: str
    at: float
    task: str
    args: dict[str, Any]


class Agenda:
    """Runs each errand at its time, at least once: one that was cut short by a stop runs again at the next start."""

    def __init__(self, memory: Memory) -> None:
        self._errands = memory.shelf("errands", Errand)
        self._tasks: dict[str, Task] = {}
        self._timers: dict[str, asyncio.TimerHandle] = {}
        self._running: set[asyncio.Task[None]] = set()

    def learn(self, name: str, task: Task) -> None:
        self._tasks[name] = task

    def plan(self, name: str, *, after: float, args: dict[str, Any]) -> None:
        """Run the task of that name after so many seconds."""
        errand = Errand(secrets.token_hex(8), time.time() + after, name, args)
        self._errands.put(errand.id, errand)
        self._set_timer(errand)

    def resume(self) -> None:
        """Take up what was planned before the last stop; to be called once the event loop runs."""
        for errand in self._errands:
            self._set_timer(errand)

    async def stop(self) -> None:
        for timer in self._timers.values():
            timer.cancel()
        self._timers.clear()
        running = list(self._running)
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)

    def _set_timer(self, errand: Errand) -> None:
        delay = max(0.0, errand.at - time.time())
        self._timers[errand.id] = asyncio.get_running_loop().call_later(delay, self._start, errand)

    def _start(self, errand: Errand) -> None:
        self._timers.pop(errand.id, None)
        task = asyncio.create_task(self._run(errand))
        self._running.add(task)
        task.add_done_callback(self._running.discard)

    async def _run(self, errand: Errand) -> None:
        try:
            await self._tasks[errand.task](**errand.args)
        except Exception:
            log.exception("errand_failed task=%s", errand.task)
        self._errands.drop(errand.id)
