"""The same house without its history: a second database on the same server, empty but for what a figure puts there.

What is compared is asked by turns, here and there: a machine that gets busier meanwhile slows both.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from urllib.parse import urlsplit

import asyncpg

import rooms
from benchmarks.house import POOL
from foundation import database, settings
from migrations.apply import apply

NAME = "benchmark_alone"


@asynccontextmanager
async def beside() -> AsyncIterator[str]:
    """The URL of a migrated, empty database. It goes with the block, and this process is back at its own."""
    ours = settings.current().database_url
    await _on_the_server(ours, f"create database {NAME}")
    url = urlsplit(ours)._replace(path=f"/{NAME}").geturl()
    try:
        await apply(url)
        yield url
    finally:
        await go_to(ours)
        await _on_the_server(ours, f"drop database {NAME} with (force)")


async def go_to(url: str) -> None:
    """From now on this process reads and writes there."""
    await database.stop()
    await database.start(url, models=rooms.MODELS, pool=POOL)


async def _on_the_server(url: str, statement: str) -> None:
    connection = await asyncpg.connect(**database.credentials_of(url))
    try:
        await connection.execute(statement)
    finally:
        await connection.close()
