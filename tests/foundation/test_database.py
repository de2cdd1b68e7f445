"""Transactions: no connection is lost when a task is cancelled, deadlocks are retried, a gone server has a name."""

import asyncio
import contextlib
import random
import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import asyncpg
import pytest
from tortoise import Tortoise
from tortoise.backends.base import client as tortoise_client
from tortoise.connection import get_connections
from tortoise.transactions import in_transaction

from foundation import database
from foundation.models import WorkdayOverride
from tests.foundation import wire
from tests.foundation.wire import wire_to

CANCELS = 2000
POOL = 5
IN_THE_POOL = (
    "foundation", "identity", "catalogue", "payments", "appointments", "cases", "feedback", "assistant",
    "notifications", "api", "miniprogram_bff",
)  # fmt: skip


@pytest.fixture
async def small_pool(db: None, database_url: str) -> AsyncIterator[asyncpg.Pool]:
    """The pool of this process, for one test, with five connections."""
    pool = await asyncpg.create_pool(
        **database.credentials_of(database_url), min_size=POOL, max_size=POOL, reset=database.leave_the_session
    )
    client = get_connections().get("default")
    before, client._pool = client._pool, pool
    try:
        yield pool
    finally:
        client._pool = before
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(pool.close(), 1)
        pool.terminate()


async def cancelled_at_any_moment(verb: Any) -> None:
    task = asyncio.create_task(verb())
    for _ in range(random.randrange(6)):
        await asyncio.sleep(0)
    if random.random() < 0.5:
        await asyncio.sleep(random.uniform(0, 0.002))
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def cancelled_during_begin(pool: asyncpg.Pool, verb: Any) -> None:
    """Cancel at the very moment when a connection was taken and BEGIN is on the wire."""
    idle, task = pool.get_idle_size(), asyncio.create_task(verb())
    while pool.get_idle_size() == idle and not task.done():
        await asyncio.sleep(0)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def idle_in_transaction() -> int:
    return int(
        await database.fetchval(
            "select count(*) from pg_stat_activity where state = 'idle in transaction' and datname = current_database()"
        )
    )


async def verb() -> None:
    async with database.transaction() as tx:
        await tx.fetchval("select 1")


@pytest.mark.slow
async def test_no_connection_is_lost_to_two_thousand_cancellations(small_pool: asyncpg.Pool) -> None:
    for _ in range(CANCELS // 40):
        await asyncio.gather(*(cancelled_at_any_moment(verb) for _ in range(20)))
    for _ in range(CANCELS // 2):
        await cancelled_during_begin(small_pool, verb)
    async with asyncio.timeout(10):
        await asyncio.gather(*(verb() for _ in range(POOL * 3)))
        assert await idle_in_transaction() == 0
    assert small_pool.get_idle_size() == small_pool.get_size()


async def test_who_runs_out_of_time_while_a_connection_goes_back_is_in_no_transaction(
    small_pool: asyncpg.Pool, monkeypatch: pytest.MonkeyPatch
) -> None:
    release = asyncpg.Pool.release

    async def cut_short(self: asyncpg.Pool, *given: Any, **named: Any) -> None:
        await release(self, *given, **named)
        raise asyncio.CancelledError

    with monkeypatch.context() as patched:
        patched.setattr(asyncpg.Pool, "release", cut_short)
        with pytest.raises(asyncio.CancelledError):
            await verb()
    assert not database.in_a_transaction()
    await verb()


async def test_a_transaction_left_open_is_rolled_back_when_its_connection_goes_back(small_pool: asyncpg.Pool) -> None:
    connection = await small_pool.acquire()
    await connection.transaction().start()
    await connection.execute("select 1")
    await small_pool.release(connection)
    assert await idle_in_transaction() == 0


OUTLIVES = re.compile(
    r"""pg_(try_)?advisory_lock|\blisten \w+;|create temp(?![^"]*on commit drop)|set_config\(.*false"""
    r"""|["'`]set (?!local|transaction)\w+ *(=|to)""",
    re.IGNORECASE,
)


def test_nothing_of_ours_outlives_a_transaction() -> None:
    """Connections are not reset when they go back (`database.leave_the_session`)."""
    root = Path(database.__file__).parents[1]
    rooms = [*(root / name for name in IN_THE_POOL), root / "worker.py"]
    files = [file for one in rooms for file in ([one] if one.is_file() else one.rglob("*.py"))]
    assert len(files) > 100
    assert [file.name for file in files if OUTLIVES.search(file.read_text())] == []


@pytest.mark.parametrize("sql", ["select pg_advisory_lock(1)", "'set statement_timeout = 0'", "create temp table x ()"])
def test_what_outlives_a_transaction_would_be_seen(sql: str) -> None:
    assert OUTLIVES.search(sql)


def test_a_table_that_ends_with_its_transaction_outlives_nothing() -> None:
    assert not OUTLIVES.search('"create temp table x (a int,\n b int) on commit drop"')


async def original_entry(self: Any) -> Any:
    """Tortoise 1.1.9 as published."""
    await self.ensure_connection()
    self.client._connection = await self.client._parent._pool.acquire()
    await self.client.begin()
    self.token = get_connections().set(self.connection_name, self.client)
    return self.client


@pytest.mark.slow
async def test_without_the_repair_the_pool_runs_dry(small_pool: asyncpg.Pool, monkeypatch: pytest.MonkeyPatch) -> None:
    """The control: it fails on the day when Tortoise is mended and the repair may go."""
    monkeypatch.setattr(tortoise_client.TransactionContextPooled, "__aenter__", original_entry)

    async def as_published() -> None:
        async with in_transaction():
            pass

    for _ in range(POOL):
        await cancelled_during_begin(small_pool, as_published)
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(small_pool.acquire(), 0.5)


async def insert(day: str, reason: str) -> None:
    await database.execute(
        """insert into workday_override(day, is_workday, reason, set_by, set_at)
           values ($1::text::date, true, $2, 's', now())""",
        day,
        reason,
    )


async def reasons() -> dict[str, str]:
    return {str(row["day"]): row["reason"] for row in await database.fetch("select day, reason from workday_override")}


async def test_two_verbs_that_lock_crosswise_both_succeed(db: None) -> None:
    await insert("2026-01-01", "a")
    await insert("2026-01-02", "b")
    tries, meet = [0], asyncio.Barrier(2)

    @database.retry_on_deadlock
    async def both(first: str, second: str, word: str) -> None:
        tries[0] += 1
        async with database.transaction() as tx:
            await tx.execute("update workday_override set reason = $2 where day = $1::text::date", first, word)
            if tries[0] <= 2:
                await meet.wait()
            await tx.execute("update workday_override set reason = $2 where day = $1::text::date", second, word)

    await asyncio.gather(both("2026-01-01", "2026-01-02", "x"), both("2026-01-02", "2026-01-01", "y"))
    assert tries[0] == 3
    assert len(set((await reasons()).values())) == 1


async def test_a_deadlock_inside_a_transaction_is_not_retried_there(db: None) -> None:
    calls = []

    @database.retry_on_deadlock
    async def broken() -> None:
        calls.append(1)
        raise asyncpg.DeadlockDetectedError("deadlock")

    async def outer() -> None:
        async with database.transaction():
            await broken()

    with pytest.raises(asyncpg.DeadlockDetectedError):
        await outer()
    assert len(calls) == 1
    with pytest.raises(asyncpg.DeadlockDetectedError):
        await broken()
    assert len(calls) == 1 + database.DEADLOCK_ATTEMPTS


async def test_orm_and_sql_share_one_transaction_and_an_inner_one_is_a_savepoint(db: None) -> None:
    async def inner() -> None:
        async with database.transaction():
            await insert("2026-01-02", "inner")
            raise KeyError

    async with database.transaction() as tx:
        await WorkdayOverride.create(day="2026-01-01", is_workday=True, reason="orm", set_by="s")
        assert await tx.fetchval("select reason from workday_override") == "orm"
        with pytest.raises(KeyError):
            await inner()
        assert database.in_a_transaction()
    assert not database.in_a_transaction()
    assert await reasons() == {"2026-01-01": "orm"}


async def test_a_verb_that_needs_a_transaction_says_so(db: None) -> None:
    with pytest.raises(database.NotInTransaction):
        database.joined()


async def test_a_fault_of_ours_is_not_called_a_gone_database(db: None) -> None:
    async def ours(error: Exception) -> None:
        async with database.transaction():
            raise error

    for error in (FileNotFoundError(2, "no", "/file"), asyncpg.InterfaceError("another operation is in progress")):
        with pytest.raises(type(error)):
            await ours(error)


async def test_a_server_that_says_it_ends_and_has_not_hung_up_is_gone_too(
    db: None, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between the two there is a moment in which asyncpg takes its own connection for busy."""

    async def never_hangs_up(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while data := await reader.read(65536):
            writer.write(data)

    monkeypatch.setattr(wire, "_copy", never_hangs_up)
    async with wire.wire_to(database_url) as (_, url):
        pool = await asyncpg.create_pool(**database.credentials_of(url), min_size=1, max_size=1, timeout=2)
        client = get_connections().get("default")
        pid = await pool.fetchval("select pg_backend_pid()")
        await database.execute("select pg_terminate_backend($1, 5000)", pid)
        before, client._pool = client._pool, pool
        try:
            with pytest.raises(database.DatabaseGone):
                await verb()
            await verb()  # over a new connection
        finally:
            client._pool = before
            pool.terminate()


async def test_a_server_that_is_gone_has_a_name_and_comes_back(db: None, database_url: str) -> None:
    async with wire_to(database_url) as (wire, url):
        pool = await asyncpg.create_pool(**database.credentials_of(url), min_size=1, max_size=2, timeout=2)
        client = get_connections().get("default")
        before, client._pool = client._pool, pool
        try:
            await verb()
            await wire.cut()
            for _ in range(3):
                with pytest.raises(database.DatabaseGone):
                    await verb()
                with pytest.raises(database.DatabaseGone):
                    await database.fetchval("select 1")
            await wire.mend()
            await verb()
        finally:
            client._pool = before
            pool.terminate()


def test_a_url_may_name_host_socket_and_password() -> None:
    assert database.credentials_of("postgres://u:p%40ss@db.test:6000/city") == {
        "host": "db.test", "port": 6000, "user": "u", "password": "p@ss", "database": "city",
    }  # fmt: skip
    assert database.credentials_of("postgres://u@/city?host=/run/pg")["host"] == "/run/pg"
    assert Tortoise.apps is None or "models" in Tortoise.apps


async def test_words_follow_the_commit_of_the_outermost(db: None) -> None:
    said: list[str] = []

    async def say() -> None:
        said.append("one")

    async def say_too() -> None:
        said.append("two")

    await database.after_commit(say)
    assert said == ["one"]
    async with database.transaction():
        async with database.transaction():
            await database.after_commit(say_too)
        await database.after_commit(say_too)  # the same is said once
        assert said == ["one"]
    assert said == ["one", "two"]


async def test_nothing_is_said_of_what_was_rolled_back(db: None) -> None:
    said: list[str] = []

    async def say() -> None:
        said.append("never")

    async def rolled_back() -> None:
        async with database.transaction():
            await database.after_commit(say)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        await rolled_back()
    async with database.transaction():
        pass
    assert said == []
