"""A process of a door, from its start to its end."""

import gc
import time
from collections.abc import Sequence
from threading import Thread
from typing import Any

from sanic import Sanic

from foundation import bus, database, logs, redis
from foundation.settings import Settings

log = logs.logger(__name__)

MEGABYTE = 1_000_000
LOOK_EVERY = 1.0  # seconds between two looks at the workers
UNCOLLECTED = 20_000  # objects made and not gone, before Python looks for those that only hold each other


def new_app(name: str, *, request_max_size: int = MEGABYTE) -> Sanic[Any, Any]:
    """A Sanic application that listens to nothing but what it is told: no extensions, no banner, no log of its own."""
    app: Sanic[Any, Any] = Sanic(name, configure_logging=False)
    app.config.update(
        {
            "ACCESS_LOG": False,
            "AUTO_EXTEND": False,
            "MOTD": False,
            "FALLBACK_ERROR_FORMAT": "json",
            "REQUEST_MAX_SIZE": request_max_size,
            "REQUEST_TIMEOUT": 30,
            "RESPONSE_TIMEOUT": 60,
            "KEEP_ALIVE_TIMEOUT": 75,
            "GRACEFUL_SHUTDOWN_TIMEOUT": 15.0,
        }
    )
    return app


def open_house(app: Sanic[Any, Any], settings: Settings, *, models: Sequence[str]) -> None:
    """Let every worker of `app` open and close database, Redis and logs; let the main process watch over its workers.

    A database that is not there does not keep a worker from starting: it answers 503 until the database is back.
    """

    async def begin(_: Any) -> None:
        logs.configure(settings.processes.log_format, settings.processes.log_level)
        await database.start(settings.database_url, models=models, pool=settings.processes.database_pool)
        await redis.start(settings.redis_url)
        await bus.start()

    async def end(_: Any) -> None:
        await bus.stop()
        await redis.stop()
        await database.stop()

    async def closing(app: Any) -> None:
        app.ctx.closing = True

    app.register_listener(begin, "before_server_start")
    app.register_listener(_settled, "after_server_start")
    app.register_listener(closing, "before_server_stop")
    app.register_listener(end, "after_server_stop")
    app.register_listener(_main_process, "main_process_ready")


def settle() -> None:
    """What this process holds by now, it keeps: Python need not look through all of it again for what nobody holds.

    One such look takes a tenth of a second, in which nobody is answered, and what a crowd of requests has in hand at
    once is more than Python expects of anybody: it looked all the time.
    """
    gc.unfreeze()
    gc.collect()
    gc.freeze()
    gc.set_threshold(UNCOLLECTED)


async def _settled(_: Any) -> None:
    settle()


async def _main_process(app: Sanic[Any, Any]) -> None:
    Thread(target=_watch, args=(app,), name="watchdog", daemon=True).start()


def _watch(app: Sanic[Any, Any]) -> None:
    """Sanic does not restart a worker that was killed; with all of them gone its clients would hang for ever."""
    manager = app.manager
    while not manager._shutting_down:
        for process in list(manager.transient_processes):
            gone = process.pid and not process.is_alive() and not manager._shutting_down
            if gone and process.state.name not in ("RESTARTING", "TERMINATED"):
                log.error("worker_process_died", process=process.name, exit_code=process.exitcode)
                process.restart()
        time.sleep(LOOK_EVERY)
