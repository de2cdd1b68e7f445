"""PostgreSQL: one Tortoise app over asyncpg, one way into a transaction.

Tortoise 1.1 leaks its pooled connection, left "idle in transaction", when a task is cancelled while BEGIN is on the
wire; a client that hangs up cancels its handler, so a busy day would drain the pool. `transaction()` therefore enters
through `_enter_safely`. `tests/foundation/test_database.py` cancels 2,000 times and shows the leak without it.
"""

import asyncio
import functools
import random
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Sequence
from contextlib import asynccontextmanager
from contextvars import ContextVar
from typing import Any, ParamSpec, TypeVar
from urllib.parse import parse_qs, unquote, urlsplit

import asyncpg
from tortoise import Tortoise
from tortoise.backends.base import client as tortoise_client
from tortoise.connection import get_connections
from tortoise.exceptions import DBConnectionError, OperationalError
from tortoise.transactions import in_transaction

from foundation.errors import Unavailable

P = ParamSpec("P")
T = TypeVar("T")

DEADLOCK_ATTEMPTS = 4
GONE = (
    asyncpg.PostgresConnectionError,
    asyncpg.AdminShutdownError,
    asyncpg.CrashShutdownError,
    asyncpg.CannotConnectNowError,
    asyncpg.TooManyConnectionsError,
    DBConnectionError,
)


# asyncpg: the server has said something unasked, which is that it ends, and has not hung up yet.
ENDING = "another operation (2) is in progress"
_afterwards: ContextVar[list[Callable[[], Awaitable[None]]] | None] = ContextVar("afterwards", default=None)


class DatabaseGone(Unavailable):
    """系统繁忙，暂时无法读写数据，您的操作没有生效，请稍后重试。"""


class NotInTransaction(RuntimeError):
    """This verb must be called inside `database.transaction()`."""


async def start(url: str, *, models: Sequence[str], pool: int = 10) -> None:
    """Open the pool of this process. `models` names the modules that hold Tortoise models."""
    await Tortoise.init(config=tortoise_config(url, models=models, pool=pool), _enable_global_fallback=True)


async def stop() -> None:
    await Tortoise.close_connections()


def tortoise_config(url: str, *, models: Sequence[str], pool: int = 10) -> dict[str, Any]:
    """The Tortoise configuration of one database and one app named ``models`` with one migrations package."""
    credentials = {
        **credentials_of(url),
        "minsize": 1,
        "maxsize": pool,
        "timeout": 5,
        "command_timeout": 30,
        "reset": leave_the_session,
        "server_settings": {
            "timezone": "UTC",
            "jit": "off",  # a moment's compiling is longer than any question of ours about one person
            "lock_timeout": "5s",
            "statement_timeout": "20s",
            "idle_in_transaction_session_timeout": "30s",
        },
    }
    return {
        "connections": {"default": {"engine": "tortoise.backends.asyncpg", "credentials": credentials}},
        "apps": {"models": {"models": list(models), "default_connection": "default", "migrations": "migrations"}},
        "use_tz": True,
        "timezone": "UTC",
    }


async def leave_the_session(_: asyncpg.Connection) -> None:
    """Nothing to clear when a connection goes back, which saves a round trip after every statement.

    asyncpg has rolled back what was open by then. Nothing of ours outlives a transaction: no session setting, session
    lock, LISTEN or temporary table (`tests/foundation/test_database.py` looks for them).
    """


def credentials_of(url: str) -> dict[str, Any]:
    """host, port, user, password and database of a URL; ``?host=/folder`` names a unix socket's folder."""
    parts = urlsplit(url)
    query = parse_qs(parts.query)
    return {
        "host": query.get("host", [parts.hostname or "localhost"])[0],
        "port": int(query.get("port", [parts.port or 5432])[0]),
        "user": unquote(parts.username or "postgres"),
        "password": unquote(parts.password) if parts.password else None,
        "database": parts.path.lstrip("/") or "postgres",
    }


async def _enter_safely(self: Any) -> tortoise_client.TransactionalDBClient:
    """Enter a pooled transaction so that a cancelled BEGIN gives its connection back (the pool resets it)."""
    await self.ensure_connection()
    pool = self.client._parent._pool
    connection = await pool.acquire()
    self.client._connection = connection
    try:
        await self.client.begin()
    except BaseException:
        await asyncio.shield(pool.release(connection))
        raise
    self.token = get_connections().set(self.connection_name, self.client)
    return self.client  # type: ignore[no-any-return]


_leave = tortoise_client.TransactionContextPooled.__aexit__


async def _leave_safely(self: Any, *error: Any) -> None:
    """Leave a pooled transaction so that who is cancelled while its connection goes back is not still in it."""
    try:
        await _leave(self, *error)
    finally:
        if _client() is self.client:
            get_connections().reset(self.token)


# Tortoise builds this context itself inside `_in_transaction`, so its ends are mended where it looks them up.
tortoise_client.TransactionContextPooled.__aenter__ = _enter_safely  # type: ignore[method-assign]
tortoise_client.TransactionContextPooled.__aexit__ = _leave_safely  # type: ignore[assignment,method-assign]


class Transaction:
    """A transaction's connection for hot statements; ORM calls in the same task join it by themselves."""

    def __init__(self, connection: asyncpg.Connection, *, seconds: float | None = None) -> None:
        self._connection = connection
        self._seconds = seconds

    async def fetch(self, sql: str, *args: Any) -> list[asyncpg.Record]:
        return await self._connection.fetch(sql, *args, timeout=self._seconds)  # type: ignore[no-any-return]

    async def fetchrow(self, sql: str, *args: Any) -> asyncpg.Record | None:
        return await self._connection.fetchrow(sql, *args, timeout=self._seconds)

    async def fetchval(self, sql: str, *args: Any) -> Any:
        return await self._connection.fetchval(sql, *args, timeout=self._seconds)

    async def execute(self, sql: str, *args: Any) -> str:
        return await self._connection.execute(sql, *args, timeout=self._seconds)  # type: ignore[no-any-return]

    async def columns(self, sql: str) -> list[tuple[str, str]]:
        prepared = await self._connection.prepare(sql, timeout=self._seconds)
        return [(one.name, one.type.name) for one in prepared.get_attributes()]

    async def copy(self, table: str, columns: Sequence[str], source: AsyncIterator[bytes]) -> str:
        """Stream lines of PostgreSQL's own text format into `table`, holding none of them longer than needed."""
        return await self._connection.copy_to_table(  # type: ignore[no-any-return]
            table, columns=columns, source=source, timeout=self._seconds
        )

    async def execute_many(self, sql: str, rows: Iterable[Sequence[Any]]) -> None:
        """The same statement for every row, in one journey to the database."""
        await self._connection.executemany(sql, rows)


@asynccontextmanager
async def transaction() -> AsyncIterator[Transaction]:
    """One verb, one transaction. Inside another it is a savepoint. Raises DatabaseGone when PostgreSQL is not there."""
    outermost, afterwards = not in_a_transaction(), _afterwards.get()
    if outermost:
        _afterwards.set(afterwards := [])
    try:
        async with in_transaction() as client:
            yield Transaction(client._connection)
    except Exception as error:
        if is_gone(error):
            raise DatabaseGone(retry_after=5) from error
        raise
    finally:
        if outermost:
            _afterwards.set(None)
    for say in afterwards if outermost and afterwards else ():
        await say()


@asynccontextmanager
async def long_transaction(*, seconds: int) -> AsyncIterator[Transaction]:
    """A transaction whose statements may take `seconds` each: work on a whole day's rows, while nobody waits for it."""
    async with transaction() as tx:
        await tx.execute(f"set local statement_timeout = {seconds * 1000}")
        await tx.execute(f"set local idle_in_transaction_session_timeout = {seconds * 1000}")
        yield Transaction(tx._connection, seconds=seconds)


async def after_commit(say: Callable[[], Awaitable[None]]) -> None:
    """Once the transaction this task is in is committed, or at once outside of one: a word that others may well miss.

    What must not be lost is an event or a job (`foundation.events`, `foundation.jobs`).
    """
    afterwards = _afterwards.get()
    if afterwards is None or not in_a_transaction():
        await say()
    elif say not in afterwards:
        afterwards.append(say)


def is_gone(error: BaseException) -> bool:
    """True when PostgreSQL or the way to it is gone, as against a fault in what was asked of it.

    An OSError counts when it names no file: a refused or broken connection, a time-out.
    """
    if isinstance(error, asyncpg.InterfaceError):
        return "clos" in str(error)
    if isinstance(error, asyncpg.InternalClientError):
        return ENDING in str(error)
    return isinstance(error, GONE) or (isinstance(error, OSError) and error.filename is None)


def in_a_transaction() -> bool:
    # Outside, which is asked all day, the first says so at a tenth of what the second costs.
    return _afterwards.get() is not None and isinstance(_client(), tortoise_client.TransactionalDBClient)


def joined() -> Transaction:
    """The transaction this task is in. Raises NotInTransaction."""
    client = _client()
    if not isinstance(client, tortoise_client.TransactionalDBClient):
        raise NotInTransaction(NotInTransaction.__doc__)
    return Transaction(client._connection)


def _client() -> Any:
    return get_connections().get("default")


async def fetch(sql: str, *args: Any) -> list[asyncpg.Record]:
    """Rows of one statement, in the current transaction or on a connection of its own."""
    async with _connection() as connection:
        return await connection.fetch(sql, *args)


async def fetchrow(sql: str, *args: Any) -> asyncpg.Record | None:
    async with _connection() as connection:
        return await connection.fetchrow(sql, *args)


async def fetchval(sql: str, *args: Any) -> Any:
    async with _connection() as connection:
        return await connection.fetchval(sql, *args)


async def columns(sql: str) -> list[tuple[str, str]]:
    """Name and type of what a statement gives, without asking it."""
    async with _connection() as connection:
        return await connection.columns(sql)


async def execute(sql: str, *args: Any) -> str:
    async with _connection() as connection:
        return await connection.execute(sql, *args)


@asynccontextmanager
async def _connection() -> AsyncIterator[Transaction]:
    client = _client()
    if isinstance(client, tortoise_client.TransactionalDBClient):
        yield Transaction(client._connection)
        return
    try:
        async with client.acquire_connection() as connection:
            yield Transaction(connection)
    except Exception as error:
        if is_gone(error):
            raise DatabaseGone(retry_after=5) from error
        raise


def retry_on_deadlock(verb: Callable[P, Awaitable[T]]) -> Callable[P, Awaitable[T]]:
    """Run the whole verb again when PostgreSQL chose it as the victim of a deadlock (40P01) or a conflict (40001)."""

    @functools.wraps(verb)
    async def again(*args: P.args, **kwargs: P.kwargs) -> T:
        for attempt in range(1, DEADLOCK_ATTEMPTS + 1):
            try:
                return await verb(*args, **kwargs)
            except (asyncpg.DeadlockDetectedError, asyncpg.SerializationError, OperationalError) as error:
                if attempt == DEADLOCK_ATTEMPTS or in_a_transaction() or not _is_conflict(error):
                    raise
                await asyncio.sleep(random.uniform(0.005, 0.03) * attempt)
        raise AssertionError("unreachable")

    return again


def _is_conflict(error: BaseException) -> bool:
    cause = error.args[0] if isinstance(error, OperationalError) and error.args else error
    return isinstance(cause, asyncpg.DeadlockDetectedError | asyncpg.SerializationError)
