"""The queue's own housework: jobs that a dead worker left behind, jobs long done, idempotency keys long past."""

from foundation import database, idempotency, logs, metrics
from foundation.jobs import scheduled

log = logs.logger(__name__)

STALLED_AFTER = 30  # seconds without a worker's heartbeat
LONGEST_JOB = 600  # seconds; the worker ends a job that runs longer
GIVE_UP_AFTER = 12  # rescues; a job that kills every worker must not do so for ever
KEEP_SUCCEEDED_HOURS, KEEP_FAILED_DAYS = 24, 30

# Left behind: its worker stopped, or went silent, or could not write down that the job had ended.
LEFT_BEHIND = """
    select job.id, job.task_name, job.attempts, job.queueing_lock
      from procrastinate_jobs job left join procrastinate_workers worker on worker.id = job.worker_id
     where job.status = 'doing'
       and (worker.id is null or worker.last_heartbeat < now() - make_interval(secs => $1)
            or (select max(at) from procrastinate_events where job_id = job.id and type = 'started')
               < now() - make_interval(secs => $2))
     for update of job skip locked"""


ONE_WAITS = "select true from procrastinate_jobs where queueing_lock = $1 and status = 'todo'"


@scheduled("* * * * * */10", alone=False)  # with a lock, its own dead run would hold it up
async def retry_left_behind() -> None:
    """Put jobs of dead workers back into the queue."""
    async with database.transaction() as tx:
        for row in await tx.fetch(LEFT_BEHIND, STALLED_AFTER, LONGEST_JOB * 1.5):
            if row["attempts"] >= GIVE_UP_AFTER:
                await tx.execute("select procrastinate_finish_job_v1($1, 'failed', false)", row["id"])
                metrics.count("jobs_failed_total", job=row["task_name"])
                log.error("job_given_up", job=row["task_name"], job_id=row["id"], attempts=row["attempts"])
            elif row["queueing_lock"] and await tx.fetchval(ONE_WAITS, row["queueing_lock"]):
                # one like it waits, and two may not: putting this one back would hold up the rescue of all others
                await tx.execute("select procrastinate_finish_job_v1($1, 'aborted', true)", row["id"])
            else:
                await tx.execute("select procrastinate_retry_job_v2($1, now(), null, null, null)", row["id"])
                log.warning("job_rescued", job=row["task_name"], job_id=row["id"], attempts=row["attempts"])


DELETE_OLD = """
    delete from procrastinate_jobs job using (
        select job_id, max(at) as at from procrastinate_events
         where type in ('succeeded', 'failed', 'aborted', 'cancelled') group by job_id) ended
     where ended.job_id = job.id
       and (job.status in ('succeeded', 'aborted', 'cancelled') and ended.at < now() - make_interval(hours => $1)
            or job.status = 'failed' and ended.at < now() - make_interval(days => $2))"""


@scheduled("17 * * * *")
async def delete_old_jobs() -> None:
    """Forget jobs that ended well yesterday and jobs that failed a month ago."""
    await database.execute(DELETE_OLD, KEEP_SUCCEEDED_HOURS, KEEP_FAILED_DAYS)


@scheduled("29 * * * *")
async def delete_old_keys() -> None:
    """Forget idempotency keys that nobody will retry with any more."""
    await database.execute(
        "delete from idempotency_key where created_at < now() - make_interval(hours => $1)", idempotency.KEEP_HOURS
    )
