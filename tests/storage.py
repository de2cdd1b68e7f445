"""`db`, `redis_db`, `settings_env`: a migrated, empty database, an empty Redis and test settings for each test."""

from collections.abc import AsyncIterator, Iterator

import asyncpg
import pytest
import redis.asyncio

import rooms
from appointments import availability
from catalogue import shelf
from foundation import database, ratelimit, settings
from foundation import redis as our_redis
from tests.servers import Addresses

TEMPLATE = "migrated_template"
ONE_BUILDS = 7001  # advisory lock: the other workers wait for the template
FIRST_ID = 3_000_017  # rows count on from here: no 404, 999 or 10**6 of a test is ever the id of one


async def migrated(servers: Addresses, name: str) -> str:
    """Make the database `name` with all migrations applied; its URL. The first call takes seconds, others a moment."""
    from migrations.apply import apply  # imports every model; a test without a database need not

    connection = await asyncpg.connect(servers.database("postgres"))
    try:
        await connection.execute("select pg_advisory_lock($1)", ONE_BUILDS)
        if not await connection.fetchval("select 1 from pg_database where datname = $1", TEMPLATE):
            await connection.execute("drop database if exists half_migrated")
            await connection.execute("create database half_migrated")
            await apply(servers.database("half_migrated"))
            await _count_from(servers.database("half_migrated"), FIRST_ID)
            await connection.execute(f"alter database half_migrated rename to {TEMPLATE}")
        await connection.execute(f"create database {name} template {TEMPLATE}")
    finally:
        await connection.close()
    return servers.database(name)


async def _count_from(database_url: str, first: int) -> None:
    connection = await asyncpg.connect(database_url)
    try:
        for (name,) in await connection.fetch(
            "select quote_ident(schemaname) || '.' || quote_ident(sequencename) from pg_sequences"
            " where schemaname = 'public' and sequencename like '%\\_id\\_seq'"
        ):
            await connection.execute(f"alter sequence {name} restart with {first}")
    finally:
        await connection.close()


@pytest.fixture(scope="session")
async def database_url(servers: Addresses) -> str:
    """A migrated database for this worker alone."""
    return await migrated(servers, f"test_{servers.worker}")


@pytest.fixture(scope="session")
def redis_url(servers: Addresses) -> str:
    """A Redis database for this worker alone."""
    return f"{servers.redis}/{servers.worker}"


@pytest.fixture(scope="session")
def environment(database_url: str, redis_url: str, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The environment variables a process of ours needs in tests; the outside is a port nobody listens on."""
    nowhere = "http://127.0.0.1:9"
    return {
        "ENVIRONMENT": "test",
        "DATABASE_URL": database_url,
        "REDIS_URL": redis_url,
        "PUBLIC_API_URL": "http://api.test",
        "PUBLIC_BFF_URL": "http://bff.test",
        "WECHAT_API_URL": nowhere,
        "WECHAT_OPEN_URL": nowhere,
        "WECHAT_PAY_URL": nowhere,
        "ALIPAY_GATEWAY_URL": f"{nowhere}/gateway.do",
        "ALIPAY_AUTHORIZE_URL": f"{nowhere}/oauth2/publicAppAuthorize.htm",
        "REALNAME_URL": nowhere,
        "RECEIPTS_URL": nowhere,
        "OBJECT_STORE_FOLDER": str(tmp_path_factory.mktemp("objects")),
        "MESSAGES_QUIET_HOURS": "",  # a test that is about them says which
    }


@pytest.fixture
def settings_env(environment: dict[str, str]) -> Iterator[settings.Settings]:
    """Test settings, in force for this test."""
    ours = settings.load(environment)
    settings.use(ours)
    yield ours
    settings.use(ours)


@pytest.fixture(scope="session")
async def _pool(database_url: str) -> AsyncIterator[str]:
    """The pool of this session; yields the question in which tables there are rows that migrations did not leave."""
    await database.start(database_url, models=rooms.MODELS, pool=10)
    tables = [row["name"] for row in await database.fetch(
        "select format('%I.%I', schemaname, tablename) as name from pg_tables where schemaname = 'public'"
    )]  # fmt: skip
    filled = [name for name in tables if await database.fetchval(f"select exists(select from {name})")]
    yield " union all ".join(
        f"select '{name}' where exists(select from {name})" for name in tables if name not in filled
    )
    await database.stop()


@pytest.fixture
async def db(_pool: str, settings_env: settings.Settings) -> None:
    """`foundation.database` on an empty, migrated database. What migrations put in stays."""
    deletes = "".join(f"delete from {name};" for (name,) in await database.fetch(_pool))
    # As a replica PostgreSQL checks no foreign key and runs no trigger: any order will do, append-only tables too.
    await database.execute(f"begin; set local session_replication_role = replica; {deletes} commit;")
    shelf.forget()  # what this process kept of the catalogue went with the rows
    availability.forget()


@pytest.fixture(scope="session")
async def _redis(redis_url: str) -> AsyncIterator[redis.asyncio.Redis]:
    await our_redis.start(redis_url)
    yield our_redis.client()
    await our_redis.stop()


@pytest.fixture
async def redis_db(_redis: redis.asyncio.Redis, settings_env: settings.Settings) -> redis.asyncio.Redis:
    """`foundation.redis` on an empty database; its client."""
    await _redis.flushdb()
    ratelimit._leases.forget()
    return _redis
