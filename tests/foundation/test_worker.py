"""The worker as a process: killed, told to stop, without its database."""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from foundation import database, jobs
from tests.foundation.wire import wire_to
from tests.foundation.working import declared_anew, due_now, queue, started, until
from worker import work

ROOT = Path(__file__).parents[2]
ran: list[Any] = []

# A worker with two jobs of the test's own and none of the rooms'.
SCRIPT = """
import asyncio, rooms
from foundation import database, jobs
rooms.JOBS = ["foundation.events", "foundation.jobs_upkeep"]
rooms.MODELS = ["foundation.models"]

@jobs.job()
async def mark(name: str, seconds: float = 0) -> None:
    await database.execute("insert into workday_override(day, is_workday, reason, set_by, set_at)"
        " values (current_date + (select count(*)::int from workday_override), true, $1, 'begun', now())", name)
    await asyncio.sleep(seconds)
    await database.execute("update workday_override set set_by = 'ended' where reason = $1", name)

import worker
asyncio.run(worker.main())
"""


@asynccontextmanager
async def worker_process(environment: dict[str, str]) -> AsyncIterator[asyncio.subprocess.Process]:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", SCRIPT, cwd=ROOT, env={**os.environ, **environment}
    )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


async def mark(name: str, seconds: float = 0) -> None:
    raise AssertionError("runs in the worker's process only")


mark.__module__ = "__main__"  # as the worker's process names it


async def marks() -> dict[str, str]:
    return {row["reason"]: row["set_by"] for row in await database.fetch("select reason, set_by from workday_override")}


async def has(name: str, state: str) -> bool:
    return (await marks()).get(name) == state


@pytest.mark.slow
async def test_a_killed_workers_job_is_done_by_the_next(db: None, environment: dict[str, str]) -> None:
    with declared_anew():
        jobs.job()(mark)
        await jobs.enqueue(mark, name="long", seconds=60)
    async with worker_process(environment) as first:
        await until(lambda: has("long", "begun"))
        first.send_signal(signal.SIGKILL)
        await first.wait()
    await database.execute("update procrastinate_workers set last_heartbeat = now() - interval '1 minute'")
    await database.execute("update procrastinate_jobs set args = args || '{\"seconds\": 0}'")
    async with worker_process(environment):
        await until(lambda: has("long", "ended"), within=30)


@pytest.mark.slow
async def test_a_worker_told_to_stop_finishes_what_it_has_begun(db: None, environment: dict[str, str]) -> None:
    with declared_anew():
        jobs.job()(mark)
        await jobs.enqueue(mark, name="short", seconds=1)
    async with worker_process(environment) as process:
        await until(lambda: has("short", "begun"))
        process.send_signal(signal.SIGTERM)
        assert await asyncio.wait_for(process.wait(), 10) == 0
    assert await marks() == {"short": "ended"}
    assert [row["status"] for row in await queue() if row["task_name"] == "__main__.mark"] == ["succeeded"]


@pytest.mark.slow
async def test_a_worker_starts_without_a_warning(db: None, environment: dict[str, str]) -> None:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "worker.py", cwd=ROOT, env={**os.environ, **environment}, stdout=asyncio.subprocess.PIPE
    )
    assert process.stdout
    try:
        async with asyncio.timeout(30):
            said = await process.stdout.readuntil(b"worker_started")
    finally:
        process.terminate()
        rest, _ = await process.communicate()
    assert b"worker_stopped" in rest
    assert b'"level": "warning"' not in said + rest, said


async def note(what: Any) -> None:
    ran.append(what)


@pytest.mark.slow
async def test_a_database_that_goes_away_stops_the_work_and_not_the_worker(db: None, database_url: str) -> None:
    ran.clear()

    async def ran_all(*wanted: str) -> bool:
        return ran == list(wanted)

    with declared_anew():
        jobs.declared.clear()
        jobs.job()(note)
        async with wire_to(database_url) as (wire, url), started(work(url, concurrency=2)):
            await jobs.enqueue(note, what="before")
            await until(lambda: ran_all("before"))
            await wire.cut()
            await jobs.enqueue(note, what="meanwhile")
            await asyncio.sleep(3)
            assert ran == ["before"]
            await wire.mend()
            await jobs.enqueue(note, what="after")
            await until(lambda: ran_all("before", "meanwhile", "after"), within=60)


@pytest.mark.slow
async def test_how_a_job_ended_is_written_down_when_the_database_is_back(db: None, database_url: str) -> None:
    ran.clear()

    async def half_way(what: str) -> None:
        ran.append(what)
        await wire.cut()

    async def written() -> bool:
        return [row["status"] for row in await queue()] == ["succeeded"]

    with declared_anew():
        jobs.declared.clear()
        jobs.job()(half_way)
        async with wire_to(database_url) as (wire, url), started(work(url, concurrency=2)):
            await jobs.enqueue(half_way, what="once")
            await until(lambda: _is(ran, ["once"]))
            await asyncio.sleep(1)
            assert not await written()
            await wire.mend()
            await until(written, within=60)
    assert ran == ["once"]


async def _is(found: list[Any], wanted: list[Any]) -> bool:
    return found == wanted


async def test_jobs_of_one_lock_follow_each_other_without_waiting_for_a_poll(db: None, database_url: str) -> None:
    ran.clear()

    async def all_ran() -> bool:
        return len(ran) == 10

    with declared_anew():
        jobs.declared.clear()
        jobs.job()(note)
        for number in range(10):
            await jobs.enqueue(note, lock="order:1", what=number)
        async with started(work(database_url, concurrency=4)):
            await until(all_ran, within=8)
    assert ran == list(range(10))


async def test_a_job_without_a_declaration_fails_and_the_rest_go_on(db: None, database_url: str) -> None:
    ran.clear()

    async def one_ran() -> bool:
        return ran == ["known"]

    with declared_anew():
        jobs.declared.clear()
        jobs.job()(note)
        jobs.job()(mark)
        await jobs.enqueue(mark, name="unknown")
        del jobs.declared["__main__.mark"]
        await jobs.enqueue(note, what="known")
        async with started(work(database_url, concurrency=1)):
            await until(one_ran)
    await due_now()
    assert [row["status"] for row in await queue()] == ["failed", "succeeded"]
