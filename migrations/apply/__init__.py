"""Bring a database up to date: our tables, then the queue's. Safe to run from several processes at once."""

import asyncio
import time
from typing import Any

import asyncpg
from procrastinate.schema import SchemaManager
from tortoise import Tortoise
from tortoise.connection import get_connection
from tortoise.context import TortoiseContext

import rooms
from foundation import database, logs
from migrations.apply.stepping import StepByStep

log = logs.logger(__name__)

ONE_AT_A_TIME = 7_420_001  # advisory lock; Tortoise itself holds none, and two at once collide
WAIT_SECONDS = 60
UNREACHABLE = (OSError, asyncpg.CannotConnectNowError, asyncpg.PostgresConnectionError, asyncpg.TooManyConnectionsError)


async def apply(url: str) -> None:
    """Apply every step that the database at `url` has not seen. Waits up to a minute for PostgreSQL to be there."""
    connection = await _connect(url)
    try:
        await connection.execute("select pg_advisory_lock($1)", ONE_AT_A_TIME)
        await _our_tables(url)
        if await connection.fetchval("select to_regclass('procrastinate_jobs')") is None:
            await connection.execute(SchemaManager.get_schema())
            log.info("migration_applied", step="procrastinate")
    finally:
        await connection.close()


async def _our_tables(url: str) -> None:
    config = database.tortoise_config(url, models=rooms.MODELS, pool=2)
    credentials = config["connections"]["default"]["credentials"]
    # A step may take its time once it has its lock, but never makes a serving table wait long for the lock.
    credentials["server_settings"] = {"timezone": "UTC", "lock_timeout": "5s", "statement_timeout": "0"}
    credentials["command_timeout"] = None
    async with TortoiseContext():  # of its own, so that a caller's open database stays open
        await Tortoise.init(config=config, init_connections=False)
        await StepByStep(get_connection("default"), config["apps"]).forwards()


async def _connect(url: str) -> Any:
    credentials, deadline = database.credentials_of(url), time.monotonic() + WAIT_SECONDS
    while True:
        try:
            return await asyncpg.connect(**credentials, timeout=5)
        except UNREACHABLE:
            if time.monotonic() > deadline:
                raise
            await asyncio.sleep(0.5)
