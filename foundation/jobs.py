"""Work for later. A job is enqueued in the verb's own transaction: a rolled-back verb leaves none, a crash loses none.

Jobs live in our PostgreSQL (procrastinate); rooms only declare them here and the worker runs them.
"""

import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

import asyncpg
import msgspec

from foundation import database

Run = Callable[..., Awaitable[None]]
R = TypeVar("R", bound=Run)


@dataclass(frozen=True)
class Job:
    """One kind of work. `cron` makes it scheduled; `retries` counts further attempts after the first.

    A scheduled job runs `alone`: not again while its last run is still going on.
    """

    name: str
    run: Run
    queue: str
    retries: int
    cron: str | None = None
    alone: bool = False


declared: dict[str, Job] = {}


def job(*, queue: str = "default", retries: int = 8) -> Callable[[R], R]:
    """Declare an async function with JSON keyword arguments as work for later."""
    return _declaring(queue=queue, retries=retries, cron=None, alone=False)


def scheduled(cron: str, *, queue: str = "scheduled", alone: bool = True) -> Callable[[R], R]:
    """Declare an async function without arguments that runs by `cron`: five fields, or six with seconds last.

    Hours and days are those of Asia/Shanghai. A run that fails is not repeated; the next one comes by itself.
    """
    return _declaring(queue=queue, retries=0, cron=cron, alone=alone)


def _declaring(*, queue: str, retries: int, cron: str | None, alone: bool) -> Callable[[R], R]:
    def declare(run: R) -> R:
        name = name_of(run)
        declared[name] = Job(name, run, queue, retries, cron, alone)
        return run

    return declare


def name_of(run: Run) -> str:
    return f"{run.__module__}.{run.__name__}"


DEFER = """select procrastinate_defer_jobs_v1(
    array[row($1, $2, 0, $3, $4, $5::jsonb, $6)::procrastinate_job_to_defer_v1])"""
# Before everything that waits, in whatever numbers.
DEFER_FIRST = DEFER.replace("row($1, $2, 0,", "row($1, $2, 100,")
# Many of one kind, each with a lock ($3) and arguments ($4) of its own.
DEFER_EACH = """select procrastinate_defer_jobs_v1(array(
    select row($1::text, $2::text, 0, lock, null, args::jsonb, null)::procrastinate_job_to_defer_v1
      from unnest($3::text[], $4::text[]) with ordinality as one (lock, args, n) order by n))"""


def deferral(run: Run, *, lock: str | None = None, at: datetime | None = None, **args: Any) -> tuple[Any, ...]:
    """The six arguments of DEFER, for a verb that enqueues within a larger statement of its own."""
    one = declared[name_of(run)]
    return (one.queue, one.name, lock, None, msgspec.json.encode(args).decode(), at)


async def enqueue(run: Run, *, lock: str | None = None, at: datetime | None = None, **args: Any) -> None:
    """Put `run(**args)` into the queue within the current transaction (or at once, outside of one).

    Jobs with the same `lock` run one after another in the order they were enqueued; `at` delays to a moment.
    """
    await database.execute(DEFER, *deferral(run, lock=lock, at=at, **args))


async def enqueue_once(run: Run, *, mark: str, at: datetime | None = None, first: bool = False, **args: Any) -> bool:
    """As `enqueue`, unless a job with `mark` waits already; returns whether it was added. `first` never queues."""
    one = declared[name_of(run)]
    try:
        async with database.transaction() as tx:
            await tx.execute(DEFER_FIRST if first else DEFER, one.queue, one.name, None, mark, json.dumps(args), at)
    except asyncpg.UniqueViolationError:
        return False
    return True
