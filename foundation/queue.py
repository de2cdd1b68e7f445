"""The queue as procrastinate runs it: every declared job in it, tried again when it fails, by Shanghai's clock.

A job that fails is tried again, later each time; one that has failed for good is counted and logged loudly.
"""

import asyncio
import contextlib
import random
import time
from collections.abc import Awaitable, Callable
from typing import Any

from procrastinate import App, JobContext, PsycopgConnector, RetryDecision
from procrastinate.exceptions import ConnectorException, JobAborted, UniqueViolation
from procrastinate.jobs import Job as QueuedJob
from procrastinate.jobs import Status
from procrastinate.retry import BaseRetryStrategy
from procrastinate.utils import datetime_from_timedelta_params

from foundation import clock, database, jobs, logs, metrics
from foundation.jobs_upkeep import LONGEST_JOB

log = logs.logger(__name__)

LONGEST_WAIT = 900  # seconds between two attempts
AGAIN_AFTER = 2  # seconds until we look whether the database is back
PERSEVERE = 120  # seconds to write down how a job ended
SLOW = 5.0  # seconds from which on a job that went well is worth a line in the log


class Persevering(BaseRetryStrategy):
    """Wait 2, 4, 8 … seconds, somewhat at random, at most a quarter of an hour; give up after `retries`."""

    def __init__(self, retries: int) -> None:
        self.retries = retries

    def get_retry_decision(self, *, exception: BaseException, job: QueuedJob) -> RetryDecision | None:
        if isinstance(exception, JobAborted | asyncio.CancelledError):  # we are stopping, the job did nothing wrong
            return RetryDecision(retry_in={"seconds": 0})
        if job.attempts >= self.retries:
            return None
        wait = min(2 ** (job.attempts + 1), LONGEST_WAIT)
        return RetryDecision(
            retry_at=datetime_from_timedelta_params({"seconds": round(wait * random.uniform(0.8, 1.2))})
        )


class ShanghaiCron:
    """procrastinate reads a cron in UTC; a city's working day begins in Shanghai."""

    def __init__(self, cron: Any) -> None:
        self._cron = cron
        offset = clock.now().astimezone(clock.SHANGHAI).utcoffset()
        self._ahead = offset.total_seconds() if offset else 0.0

    def set_current(self, start_time: float) -> None:
        self._cron.set_current(start_time=start_time + self._ahead)

    def get_next(self, ret_type: type = float, start_time: float | None = None) -> float:
        start = None if start_time is None else start_time + self._ahead
        return float(self._cron.get_next(ret_type=ret_type, start_time=start)) - self._ahead

    def get_prev(self, ret_type: type = float) -> float:
        return float(self._cron.get_prev(ret_type=ret_type)) - self._ahead


def running(job: jobs.Job) -> Callable[..., Awaitable[None]]:
    """`job` as the queue runs it: within its time, logged, counted."""

    async def run(context: JobContext, **args: Any) -> None:
        logs.use_request_id(f"job-{context.job.id}")
        if job.cron:
            args.pop("timestamp", None)
        began, outcome = time.perf_counter(), "failed"
        try:
            async with asyncio.timeout(LONGEST_JOB):
                await job.run(**args)
            outcome = "done"
        except Exception as error:
            _lament(job, context, error)
            raise
        finally:
            _tell(job, outcome, seconds=time.perf_counter() - began)

    return run


def _tell(job: jobs.Job, outcome: str, *, seconds: float) -> None:
    metrics.observe("job_seconds", seconds, job=job.name, outcome=outcome)
    # many times a minute, and nothing to act on
    say = log.debug if outcome == "done" and seconds < SLOW else log.info
    say("job_ended", job=job.name, outcome=outcome, milliseconds=round(seconds * 1000, 1))


def _lament(job: jobs.Job, context: JobContext, error: Exception) -> None:
    if context.job.attempts < job.retries:
        log.warning("job_to_be_retried", job=job.name, attempts=context.job.attempts + 1, exc_info=error)
        return
    metrics.count("jobs_failed_total", job=job.name)
    log.error("job_failed", job=job.name, attempts=context.job.attempts + 1, exc_info=error)


def queue_app(url: str, *, by_schedule: bool = True) -> App:
    """The queue with every declared job in it, run `by_schedule` too. Call `rooms.wake()` first."""
    credentials = {name: value for name, value in database.credentials_of(url).items() if value is not None}
    credentials["dbname"] = credentials.pop("database")
    connector = PsycopgConnector(
        kwargs=credentials | {"connect_timeout": 5, "application_name": "zhijianban-worker"},
        min_size=1, max_size=4, timeout=10, reconnect_timeout=5,
    )  # fmt: skip
    app = App(connector=connector)
    for job in jobs.declared.values():
        task = app.task(
            name=job.name,
            queue=job.queue,
            retry=Persevering(job.retries),
            pass_context=True,
            lock=job.name if job.alone else None,
            queueing_lock=job.name if job.cron else None,
        )(running(job))
        if job.cron and by_schedule:
            app.periodic(cron=job.cron)(task)
    for periodic in app.periodic_registry.periodic_tasks.values():
        vars(periodic)["croniter"] = ShanghaiCron(periodic.croniter)
    manager: Any = app.job_manager
    manager.retry_job = _surely(_unless_one_waits(manager.retry_job, manager.finish_job))
    manager.finish_job = _surely(manager.finish_job)
    return app


def _unless_one_waits(retry: Callable[..., Awaitable[None]], finish: Callable[..., Awaitable[None]]) -> Any:
    """Put a job back into the queue; but two of one mark may not wait there, and if one does it goes on from here."""

    async def again(*, job: QueuedJob, **when: Any) -> None:
        try:
            await retry(job=job, **when)
        except UniqueViolation:
            await finish(job=job, status=Status.ABORTED, delete_job=True)

    return again


def _surely(write: Callable[..., Awaitable[None]]) -> Callable[..., Awaitable[None]]:
    """Write down how a job ended, though the database be away for a while: else it would seem to run for ever."""

    async def again(**about: Any) -> None:
        deadline = time.monotonic() + PERSEVERE
        for attempt in range(1_000_000):
            try:
                await write(**about)
                await _wake_the_next(about["job"].lock)
                return
            except ConnectorException as error:
                if attempt and "not found or not in" in repr(error.__cause__):
                    return  # it was written the time before, only the answer got lost
                if time.monotonic() > deadline:
                    raise
                await asyncio.sleep(AGAIN_AFTER)

    return again


NEXT_WAITS = """select pg_notify('procrastinate_any_queue_v1', format('{"type": "job_inserted", "job_id": %s}', id))
                  from procrastinate_jobs
                 where lock = $1 and status = 'todo' and (scheduled_at is null or scheduled_at <= now()) limit 1"""


async def _wake_the_next(lock: str | None) -> None:
    """The queue tells workers of new jobs, not of a lock that came free; the next would have to wait for a poll."""
    if lock is not None:
        with contextlib.suppress(database.DatabaseGone):
            await database.execute(NEXT_WAITS, lock)
