"""Tools for tests of the queue: declare a job for one test, run what waits, look at the queue."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Any

from foundation import database, events, jobs, settings
from foundation.queue import queue_app


@contextmanager
def declared_anew() -> Iterator[None]:
    """What a test declares (jobs, events, listeners) is gone after it."""
    before = dict(jobs.declared), dict(events._kinds), {kind: list(those) for kind, those in events._listeners.items()}
    try:
        yield
    finally:
        for kept, was in zip((jobs.declared, events._kinds, events._listeners), before, strict=True):
            kept.clear()  # type: ignore[attr-defined]
            kept.update(was)  # type: ignore[attr-defined]


DUE = """select exists(select from procrastinate_jobs as job
            where status = 'todo' and coalesce(scheduled_at, now()) <= now() and not exists(
              select from procrastinate_jobs as earlier where earlier.lock = job.lock and earlier.id < job.id
                              and (earlier.status = 'doing'
                                   or earlier.status = 'todo' and earlier.scheduled_at > now())))"""


async def run_waiting(*, concurrency: int = 4) -> None:
    """Run every job that is due, and those that they enqueue, then return."""
    async with asyncio.timeout(60), queue_app(settings.current().database_url, by_schedule=False).open_async() as app:
        while await database.fetchval(DUE):
            await app.run_worker_async(wait=False, concurrency=concurrency, install_signal_handlers=False)


async def queue() -> list[Any]:
    return await database.fetch(
        "select id, task_name, status::text, attempts, lock, scheduled_at, args from procrastinate_jobs order by id"
    )


async def due_now() -> None:
    """Let every waiting retry be due at once."""
    await database.execute("update procrastinate_jobs set scheduled_at = null where status = 'todo'")


async def until(condition: Callable[[], Awaitable[bool]], *, within: float = 15) -> None:
    """Wait until `condition`; fails after `within` seconds."""
    async with asyncio.timeout(within):
        while not await condition():
            await asyncio.sleep(0.05)


@asynccontextmanager
async def started(coroutine: Any) -> AsyncIterator[asyncio.Task[Any]]:
    """`coroutine` running beside the test, cancelled at its end."""
    task = asyncio.create_task(coroutine)
    try:
        yield task
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
