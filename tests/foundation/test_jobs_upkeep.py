"""The queue's housework: nothing a dead worker left behind is lost, nothing long done stays."""

from collections.abc import Iterator
from typing import Any

import pytest

from foundation import database, idempotency, jobs, jobs_upkeep
from tests.foundation.working import declared_anew, queue, run_waiting

ran: list[Any] = []


@pytest.fixture(autouse=True)
def _clean() -> Iterator[None]:
    ran.clear()
    with declared_anew():
        jobs.job()(note)
        yield


async def note(what: Any) -> None:
    ran.append(what)


async def fetched_by_a_worker(*, heartbeat_age: int) -> None:
    """A worker took the job and was last heard of `heartbeat_age` seconds ago."""
    await jobs.enqueue(note, lock="order:1", what="left")
    await jobs.enqueue(note, lock="order:1", what="behind it")
    worker = await database.fetchval(
        "insert into procrastinate_workers(last_heartbeat) values (now() - make_interval(secs => $1)) returning id",
        heartbeat_age,
    )
    await database.execute("select procrastinate_fetch_job_v2(null, $1)", worker)


async def test_a_dead_workers_job_is_run_again_before_those_behind_it(db: None) -> None:
    await fetched_by_a_worker(heartbeat_age=60)
    await run_waiting()
    assert ran == []  # the lock is held by a job that nobody runs
    await jobs_upkeep.retry_left_behind()
    await run_waiting()
    assert ran == ["left", "behind it"]


async def test_a_living_workers_job_is_left_alone(db: None) -> None:
    await fetched_by_a_worker(heartbeat_age=5)
    await jobs_upkeep.retry_left_behind()
    assert [row["status"] for row in await queue()] == ["doing", "todo"]


async def test_a_job_whose_end_was_never_written_is_rescued_although_its_worker_lives(db: None) -> None:
    await fetched_by_a_worker(heartbeat_age=0)
    await database.execute("update procrastinate_events set at = at - interval '20 minutes'")
    await jobs_upkeep.retry_left_behind()
    assert [row["status"] for row in await queue()] == ["todo", "todo"]


async def test_a_job_that_kills_every_worker_is_given_up(db: None) -> None:
    await fetched_by_a_worker(heartbeat_age=60)
    await database.execute("update procrastinate_jobs set attempts = $1 where status = 'doing'", 12)
    await jobs_upkeep.retry_left_behind()
    assert [row["status"] for row in await queue()] == ["failed", "todo"]


async def test_a_dead_job_of_which_one_waits_already_holds_up_no_other(db: None) -> None:
    await jobs.enqueue_once(note, mark="one", what="of two")
    worker = await database.fetchval(
        "insert into procrastinate_workers(last_heartbeat) values (now() - interval '1 minute') returning id"
    )
    await database.execute("select procrastinate_fetch_job_v2(null, $1)", worker)
    assert await jobs.enqueue_once(note, mark="one", what="of one")
    await jobs.enqueue(note, what="another")
    await database.execute(
        "update procrastinate_jobs set status = 'doing', worker_id = $1 where args ->> 'what' = 'another'", worker
    )
    await jobs_upkeep.retry_left_behind()
    await run_waiting()
    assert sorted(ran) == ["another", "of one"]


async def test_a_job_may_be_put_before_all_that_wait(db: None) -> None:
    for number in range(3):
        await jobs.enqueue(note, what=number)
    await jobs.enqueue_once(note, mark="urgent", first=True, what="first")
    await run_waiting()
    assert ran[0] == "first"


async def test_what_ended_well_is_forgotten_after_a_day_and_what_failed_after_a_month(db: None) -> None:
    for status, days in (("succeeded", 2), ("succeeded", 0), ("failed", 2), ("failed", 40)):
        await jobs.enqueue(note, what=f"{status} {days}")
        job = await database.fetchval("select max(id) from procrastinate_jobs")
        await database.execute("select procrastinate_finish_job_v1($1, $2, false)", job, status)
        await database.execute(
            "update procrastinate_events set at = at - make_interval(days => $2) where job_id = $1", job, days
        )
    await jobs.enqueue(note, what="waiting")
    await jobs_upkeep.delete_old_jobs()
    assert [row["status"] for row in await queue()] == ["succeeded", "failed", "todo"]


async def test_old_idempotency_keys_are_forgotten(db: None) -> None:
    async with database.transaction():
        for key in ("old", "new"):
            async with idempotency.once("test", key, {}):
                pass
    await database.execute("update idempotency_key set created_at = now() - interval '3 days' where key = 'old'")
    await jobs_upkeep.delete_old_keys()
    assert [row["key"] for row in await database.fetch("select key from idempotency_key")] == ["new"]
