"""The database's history: applied by several at once, reversible, and every step has its say."""

import asyncio
import pkgutil
import re
from pathlib import Path

import asyncpg
import pytest

import migrations
from foundation import audit, database
from foundation.actor import Actor
from migrations.apply import apply
from tests.servers import Addresses

FOLDER = Path(migrations.__file__).parent


@pytest.fixture
async def empty_database(servers: Addresses) -> str:
    name = f"empty_{servers.worker}"
    connection = await asyncpg.connect(servers.database("postgres"))
    try:
        await connection.execute(f"drop database if exists {name} with (force)")
        await connection.execute(f"create database {name}")
    finally:
        await connection.close()
    return servers.database(name)


async def test_three_release_steps_at_once_apply_everything_once(empty_database: str) -> None:
    await asyncio.gather(*(apply(empty_database) for _ in range(3)))
    connection = await asyncpg.connect(empty_database)
    try:
        applied = [row["name"] for row in await connection.fetch("select name from tortoise_migrations order by id")]
        assert await connection.fetchval("select count(*) from procrastinate_jobs") == 0
    finally:
        await connection.close()
    assert applied == sorted(name for _, name, package in pkgutil.iter_modules(migrations.__path__) if not package)


def test_the_steps_form_one_chain() -> None:
    previous = None
    for file in sorted(FOLDER.glob("0*.py")):
        found = re.findall(r'dependencies = \[\("models", "(\w+)"\)\]', file.read_text())
        assert found == ([previous] if previous else []), file.name
        previous = file.stem


async def test_an_audit_row_can_be_neither_changed_nor_removed(db: None) -> None:
    async with database.transaction():
        await audit.record("hall.closed", subject="hall:1", by=Actor.system("test"))
    for statement in ("update audit_row set reason = 'x'", "delete from audit_row", "truncate audit_row"):
        with pytest.raises(asyncpg.RestrictViolationError):
            await database.execute(statement)
    assert await database.fetchval("select count(*) from audit_row") == 1


async def test_the_retention_job_may_remove_audit_rows_in_its_own_transaction_only(db: None) -> None:
    async with database.transaction():
        await audit.record("hall.closed", subject="hall:1", by=Actor.system("test"))
    async with database.transaction() as tx:
        await tx.execute("set local zhijianban.audit_retention = 'on'")
        await tx.execute("delete from audit_row")
    async with database.transaction():
        await audit.record("hall.closed", subject="hall:1", by=Actor.system("test"))
    with pytest.raises(asyncpg.RestrictViolationError):
        await database.execute("delete from audit_row")


@pytest.mark.parametrize(
    ("statement", "constraint"),
    [
        ("insert into audit_row(at, actor, action, subject, reason, detail, request_id)"
         " values (now(), 'somebody', 'a', 'b', '', '{}', '')", "audit_row_actor_named"),
        ("insert into idempotency_key(scope, key, body_hash, created_at) values ('s', 'k', 'short', now())",
         "idempotency_key_body_hashed"),
        ("insert into workday_override(day, is_workday, reason, set_by, set_at)"
         " values ('2026-01-01', true, '', 'staff:1', now())", "workday_override_reasoned"),
    ],
)  # fmt: skip
async def test_the_database_has_the_last_word(db: None, statement: str, constraint: str) -> None:
    with pytest.raises(asyncpg.CheckViolationError) as caught:
        await database.execute(statement)
    assert caught.value.constraint_name == constraint
