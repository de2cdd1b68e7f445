"""Whether this process can do its work: what stands behind it, named part by part."""

import asyncio
import importlib
import pkgutil
from collections.abc import Awaitable, Callable

from foundation import database, jobs, metrics, redis

PATIENCE = 2.0  # seconds for each part

Part = Callable[[], Awaitable[str]]


async def parts() -> dict[str, str]:
    """Each part's state: ``"ok"``, or in a few words what is wrong."""
    asked: dict[str, Part] = {"database": _database, "redis": _redis, "migrations": _migrations}
    states = await asyncio.gather(*(_within_patience(ask) for ask in asked.values()))
    return dict(zip(asked, states, strict=True))


async def _within_patience(ask: Part) -> str:
    try:
        async with asyncio.timeout(PATIENCE):
            return await ask()
    except Exception as error:
        return f"gone ({type(error).__name__})"


async def _database() -> str:
    await database.fetchval("select 1")
    return "ok"


async def _redis() -> str:
    await redis.client().echo("alive")
    return "ok"


async def _migrations() -> str:
    """Every step of ours applied? A newer database than this release is fine: that is how a release rolls out."""
    steps = {
        name for _, name, package in pkgutil.iter_modules(importlib.import_module("migrations").__path__) if not package
    }
    applied = {row["name"] for row in await database.fetch("select name from tortoise_migrations")}
    missing = sorted(steps - applied)
    return f"behind ({', '.join(missing)})" if missing else "ok"


QUEUE = """select queue_name, status::text, count(*) as jobs
             from procrastinate_jobs where status in ('todo', 'doing', 'failed') group by 1, 2"""
WORKERS = "select count(*) from procrastinate_workers where last_heartbeat > now() - interval '30 seconds'"


async def measure_queue() -> None:
    """Levels for `/metrics`: jobs by queue and state, workers alive. Asked at the door, for workers serve no HTTP."""
    found = {(row["queue_name"], row["status"]): row["jobs"] for row in await database.fetch(QUEUE)}
    for queue in {job.queue for job in jobs.declared.values()} | {queue for queue, _ in found}:
        for state in ("todo", "doing", "failed"):
            metrics.level("jobs_in_queue", found.get((queue, state), 0), queue=queue, state=state)
    metrics.level("workers_alive", await database.fetchval(WORKERS))
