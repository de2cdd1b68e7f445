"""The worker's money jobs, done by hand: those that are due, each once, tried again later when they fail."""

import json
from datetime import timedelta

from foundation import clock, database, jobs

# Of jobs that share a lock the first, as the worker does: two at once of one lock the database refuses.
DUE = """update procrastinate_jobs set status = 'doing' where id in (
    select min(id) from procrastinate_jobs where queue_name = 'money' and status = 'todo'
       and (scheduled_at is null or scheduled_at <= $1)
     group by coalesce(lock, id::text) order by 1 limit 20) returning id, task_name, args"""
# Where one of its mark waits already, that one goes on from here.
AGAIN_LATER = """update procrastinate_jobs job set scheduled_at = $2, status = case when exists (
    select from procrastinate_jobs other where other.queueing_lock = job.queueing_lock and other.status = 'todo')
    then 'aborted' else 'todo' end::procrastinate_job_status where id = $1"""
AGAIN = timedelta(seconds=30)


async def work(*, may_fail: bool = True) -> int:
    """Do what is due; how many jobs that were. One that fails waits to be tried again, or raises."""
    rows = await database.fetch(DUE, clock.now())
    for row in sorted(rows, key=lambda row: row["id"]):
        try:
            await jobs.declared[row["task_name"]].run(**json.loads(row["args"]))
        except Exception:
            await database.execute(AGAIN_LATER, row["id"], clock.now() + AGAIN)
            if not may_fail:
                raise
        else:
            await database.execute("update procrastinate_jobs set status = 'succeeded' where id = $1", row["id"])
    return len(rows)
