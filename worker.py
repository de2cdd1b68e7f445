"""The worker: runs what the rooms have declared as jobs, listeners and schedules, until it is told to stop.

A database that goes away for a while stops the work and not the worker.
"""

import asyncio
import signal

import psycopg_pool
from procrastinate.exceptions import ConnectorException

import rooms
from foundation import database, jobs, logs, redis, settings
from foundation.queue import AGAIN_AFTER, queue_app

log = logs.logger(__name__)

GRACE = 20  # seconds for running jobs when told to stop
LOOK_EVERY = 2  # seconds; jobs that come are told of at once, jobs whose time comes are looked for


async def work(url: str, *, concurrency: int) -> None:
    """Run jobs until cancelled; begin again whenever the database was away."""
    while True:
        try:
            async with queue_app(url).open_async() as app:
                log.info("worker_started", jobs=len(jobs.declared), concurrency=concurrency)
                await app.run_worker_async(
                    concurrency=concurrency,
                    install_signal_handlers=False,
                    shutdown_graceful_timeout=GRACE,
                    update_heartbeat_interval=5,
                    fetch_job_polling_interval=LOOK_EVERY,
                )
        except (ConnectorException, psycopg_pool.PoolTimeout) as error:
            log.error("worker_interrupted", error=type(error).__name__)
        await asyncio.sleep(AGAIN_AFTER)


async def main() -> None:
    ours = settings.current()
    logs.configure(ours.processes.log_format, ours.processes.log_level)
    rooms.wake()
    concurrency = ours.processes.worker_concurrency
    await database.start(
        ours.database_url, models=rooms.MODELS, pool=max(ours.processes.database_pool, concurrency + 2)
    )
    await redis.start(ours.redis_url)
    working = asyncio.create_task(work(ours.database_url, concurrency=concurrency))
    for sign in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(sign, working.cancel)
    await asyncio.gather(working, return_exceptions=True)
    log.info("worker_stopped")
    await redis.stop()
    await database.stop()
    if not working.cancelled():
        working.result()


if __name__ == "__main__":
    asyncio.run(main())
