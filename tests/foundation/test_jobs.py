"""Jobs: enqueued with their verb, in order, retried, scheduled."""

import asyncio
import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import croniter
import pytest

from foundation import clock, database, jobs
from foundation import queue as our_queue
from foundation.queue import Persevering, ShanghaiCron
from tests.foundation.working import declared_anew, due_now, queue, run_waiting

ran: list[Any] = []


@pytest.fixture(autouse=True)
def _clean() -> Iterator[None]:
    ran.clear()
    with declared_anew():
        jobs.declared.clear()
        yield


async def note(what: Any) -> None:
    ran.append(what)


async def test_a_job_runs_after_its_verb_has_committed(db: None) -> None:
    jobs.job()(note)
    async with database.transaction():
        await jobs.enqueue(note, what="done")
        assert ran == []
    await run_waiting()
    assert ran == ["done"]
    assert [row["status"] for row in await queue()] == ["succeeded"]


async def test_a_rolled_back_verb_leaves_no_job(db: None) -> None:
    jobs.job()(note)

    async def verb() -> None:
        async with database.transaction():
            await jobs.enqueue(note, what="never")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        await verb()
    assert await queue() == []


async def test_jobs_of_one_lock_run_in_the_order_they_came(db: None) -> None:
    async def slowly(number: int) -> None:
        ran.append(("begin", number))
        await asyncio.sleep(0.02)
        ran.append(("end", number))

    jobs.job()(slowly)
    for number in range(5):
        await jobs.enqueue(slowly, lock="order:1", number=number)
    await run_waiting()
    assert ran == [(mark, number) for number in range(5) for mark in ("begin", "end")]


async def test_a_failing_job_is_retried_later_and_later_and_then_given_up(db: None) -> None:
    async def broken() -> None:
        ran.append("tried")
        raise ValueError("no luck")

    jobs.job(retries=2)(broken)
    await jobs.enqueue(broken)
    for attempt in (1, 2):
        await run_waiting()
        (row,) = await queue()
        assert (row["status"], row["attempts"]) == ("todo", attempt)
        assert row["scheduled_at"] > datetime.now(UTC)
        await due_now()
    await run_waiting()
    (row,) = await queue()
    assert (row["status"], row["attempts"]) == ("failed", 3)
    assert len(ran) == 3


async def test_a_job_waits_for_its_moment(db: None) -> None:
    jobs.job()(note)
    await jobs.enqueue(note, at=clock.now() + timedelta(hours=1), what="later")
    await run_waiting()
    assert ran == []
    await due_now()
    await run_waiting()
    assert ran == ["later"]


async def test_a_marked_job_waits_only_once(db: None) -> None:
    jobs.job()(note)
    assert await jobs.enqueue_once(note, mark="one", what=1)
    assert not await jobs.enqueue_once(note, mark="one", what=2)
    async with database.transaction():
        assert not await jobs.enqueue_once(note, mark="one", what=3)
        await jobs.enqueue(note, what=4)  # the transaction goes on
    await run_waiting()
    assert sorted(ran) == [1, 4]


async def test_a_marked_job_that_fails_makes_room_for_the_one_that_waits(
    db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Put back into the queue they would be two of one mark, and a worker would try to write that for two minutes."""
    monkeypatch.setattr("foundation.queue.AGAIN_AFTER", 60)  # until then `run_waiting` gives up

    async def asking(what: str) -> None:
        ran.append(what)
        if what == "first":
            later = clock.now() + timedelta(hours=1)
            assert await jobs.enqueue_once(asking, mark="one", at=later, what="second")
            raise ValueError("no answer")

    jobs.job()(asking)
    await jobs.enqueue_once(asking, mark="one", what="first")
    await run_waiting()
    assert [(row["status"], json.loads(row["args"])) for row in await queue()] == [("todo", {"what": "second"})]
    await due_now()
    await run_waiting()
    assert ran == ["first", "second"]


def test_waits_grow_and_have_an_end() -> None:
    from procrastinate.jobs import Job

    def wait(attempts: int) -> float:
        queued = Job(id=1, queue="q", lock=None, queueing_lock=None, task_name="t", attempts=attempts)
        decision = Persevering(50).get_retry_decision(exception=ValueError(), job=queued)
        assert decision is not None
        assert decision.retry_at is not None
        return (decision.retry_at - datetime.now(UTC)).total_seconds()

    assert 1 < wait(0) < 4
    assert 10 < wait(3) < 20
    assert 700 < wait(40) < 1100


def test_a_stopping_worker_gives_its_jobs_back() -> None:
    from procrastinate.exceptions import JobAborted
    from procrastinate.jobs import Job

    queued = Job(id=1, queue="q", lock=None, queueing_lock=None, task_name="t", attempts=9)
    assert Persevering(0).get_retry_decision(exception=JobAborted(), job=queued) is not None
    assert Persevering(0).get_retry_decision(exception=ValueError(), job=queued) is None


def test_schedules_are_read_in_shanghai() -> None:
    cron = ShanghaiCron(croniter.croniter("30 8 * * *"))
    start = datetime(2026, 3, 1, 0, 0, tzinfo=UTC).timestamp()
    assert datetime.fromtimestamp(cron.get_next(float, start_time=start), UTC) == datetime(
        2026, 3, 1, 0, 30, tzinfo=UTC
    )
    cron.set_current(start_time=start)
    assert datetime.fromtimestamp(cron.get_prev(float), UTC) == datetime(2026, 2, 28, 0, 30, tzinfo=UTC)


def test_a_schedule_may_name_seconds() -> None:
    cron = ShanghaiCron(croniter.croniter("* * * * * */10"))
    assert cron.get_next(float, start_time=1_000_000_003.0) == 1_000_000_010.0


async def test_jobs_that_went_well_are_told_to_who_debugs(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    async def broken() -> None:
        raise ValueError("no luck")

    said: list[tuple[str, str]] = []
    levels = {
        level: lambda event, level=level, **_: said.append((level, event)) for level in ("debug", "info", "error")
    }
    monkeypatch.setattr(our_queue, "log", SimpleNamespace(**levels))
    jobs.job(retries=0)(note)
    jobs.job(retries=0)(broken)
    await jobs.enqueue(note, what=1)
    await run_waiting()
    await jobs.enqueue(broken)
    await run_waiting()
    assert said == [("debug", "job_ended"), ("error", "job_failed"), ("info", "job_ended")]
