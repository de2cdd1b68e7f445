"""`StepByStep` does what Tortoise's own executor does, also where a step looks back, and from any step onwards."""

import importlib
import sys
import textwrap
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import asyncpg
import pytest
from tortoise import Tortoise
from tortoise.connection import get_connection
from tortoise.context import TortoiseContext
from tortoise.migrations.executor import MigrationExecutor

from foundation import database
from migrations.apply.stepping import StepByStep
from tests.servers import Addresses

PACKAGE = "a_little_history"
HEAD = """
from tortoise import fields, migrations
from tortoise.fields.base import OnDelete
from tortoise.migrations import operations as ops
from tortoise.migrations.constraints import UniqueConstraint


async def shorten(apps, editor):
    for hall in await apps.get_model("models", "Hall").all():
        await hall.windows.all().update(title=hall.name[:2])


class Migration(migrations.Migration):
    dependencies = {dependencies}
    operations = [
{operations}
    ]
"""
# A note is created before the hall it refers to; halls and windows refer to each other.
STEPS = {
    "0001_tables": """
        ops.CreateModel(name="Note", fields=[
            ("id", fields.BigIntField(primary_key=True)),
            ("hall", fields.ForeignKeyField("models.Hall", related_name="notes", on_delete=OnDelete.NO_ACTION,
                                            db_constraint=False)),
        ], options={"table": "note_on_hall"}),
        ops.CreateModel(name="Hall", fields=[
            ("id", fields.BigIntField(primary_key=True)),
            ("name", fields.CharField(max_length=20)),
            ("floor", fields.IntField()),
        ], options={"table": "hall_of_city"}),
        ops.CreateModel(name="Window", fields=[
            ("id", fields.BigIntField(primary_key=True)),
            ("title", fields.CharField(max_length=20, db_index=True)),
            ("hall", fields.ForeignKeyField("models.Hall", related_name="windows", on_delete=OnDelete.RESTRICT)),
        ], options={"table": "window_of_hall"}),
        ops.CreateModel(name="Sign", fields=[
            ("id", fields.BigIntField(primary_key=True)),
            ("window", fields.OneToOneField("models.Window", related_name="sign", on_delete=OnDelete.CASCADE)),
        ], options={"table": "sign_of_window"}),
        ops.AddField(model_name="Hall", name="main", field=fields.ForeignKeyField(
            "models.Window", related_name="main_of", null=True, on_delete=OnDelete.SET_NULL)),
    """,
    "0002_rows": """
        ops.RunSQL("alter table hall_of_city add constraint hall_on_earth check (floor > -9)", reverse_sql=""),
        ops.RunSQL("insert into hall_of_city(name, floor) values ('城东大厅', 1);"
                   "insert into window_of_hall(title, hall_id) select 'x', id from hall_of_city", reverse_sql=""),
        ops.AddConstraint("Window", UniqueConstraint(fields=("hall_id", "title"), name="window_titles_differ")),
    """,
    "0003_looking_back": """
        ops.RunPython(shorten),
        ops.RemoveField(model_name="Hall", name="floor"),
        ops.RenameField(model_name="Window", old_name="title", new_name="words"),
        ops.DeleteModel(name="Sign"),
    """,
    "0004_adding_again": """
        ops.CreateModel(name="Desk", fields=[
            ("id", fields.BigIntField(primary_key=True)),
            ("window", fields.ForeignKeyField("models.Window", related_name="desks", on_delete=OnDelete.RESTRICT)),
        ], options={"table": "desk_of_window"}),
        ops.AddField(model_name="Window", name="open", field=fields.BooleanField(db_default=True)),
    """,
}
FACTS = (
    "select name from tortoise_migrations order by id",
    "select table_name, column_name, column_default, is_nullable, data_type from information_schema.columns"
    " where table_schema = 'public' order by table_name, ordinal_position",
    "select conname, pg_get_constraintdef(oid) from pg_constraint where connamespace = 'public'::regnamespace"
    " order by conname",
    "select indexname, indexdef from pg_indexes where schemaname = 'public' order by indexname",
    "select words, name, open from window_of_hall join hall_of_city on hall_of_city.id = hall_id",
)


@pytest.fixture
def history(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[int], None]]:
    """Called with n: the package holds the first n steps."""
    folder = tmp_path / PACKAGE
    folder.mkdir()
    (folder / "__init__.py").touch()
    monkeypatch.syspath_prepend(tmp_path)

    def write(steps: int) -> None:
        previous = None
        for name, operations in list(STEPS.items())[:steps]:
            dependencies = [("models", previous)] if previous else []
            text = HEAD.format(dependencies=dependencies, operations=textwrap.dedent(operations))
            (folder / f"{name}.py").write_text(text, encoding="utf-8")
            previous = name
        importlib.invalidate_caches()

    yield write
    for name in [name for name in sys.modules if name.split(".")[0] == PACKAGE]:
        del sys.modules[name]


async def _empty(servers: Addresses, name: str) -> str:
    connection = await asyncpg.connect(servers.database("postgres"))
    try:
        await connection.execute(f"drop database if exists {name} with (force)")
        await connection.execute(f"create database {name}")
    finally:
        await connection.close()
    return servers.database(name)


async def _facts(url: str) -> list[list[tuple[Any, ...]]]:
    connection = await asyncpg.connect(url)
    try:
        return [[tuple(row) for row in await connection.fetch(query)] for query in FACTS]
    finally:
        await connection.close()


async def _apply(url: str, executor: type[MigrationExecutor]) -> None:
    config = database.tortoise_config(url, models=["foundation.models"], pool=2)
    config["apps"]["models"]["migrations"] = PACKAGE
    async with TortoiseContext():
        await Tortoise.init(config=config, init_connections=False)
        ours = executor(get_connection("default"), config["apps"])
        await (ours.forwards() if isinstance(ours, StepByStep) else ours.migrate())


async def test_the_database_is_the_one_tortoise_makes(servers: Addresses, history: Callable[[int], None]) -> None:
    theirs = await _empty(servers, f"theirs_{servers.worker}")
    history(len(STEPS))
    await _apply(theirs, MigrationExecutor)
    wanted = await _facts(theirs)
    assert [name for (name,) in wanted[0]] == list(STEPS)
    assert wanted[-1] == [("城东", "城东大厅", True)]
    ours = await _empty(servers, f"ours_{servers.worker}")
    await _apply(ours, StepByStep)
    assert await _facts(ours) == wanted


async def test_whatever_step_a_database_stands_at_it_gets_the_rest(
    servers: Addresses, history: Callable[[int], None]
) -> None:
    url = await _empty(servers, f"ours_{servers.worker}")
    for steps in range(1, len(STEPS) + 1):
        history(steps)
        await _apply(url, StepByStep)
    step_by_step = await _facts(url)
    at_once = await _empty(servers, f"theirs_{servers.worker}")
    await _apply(at_once, MigrationExecutor)
    assert step_by_step == await _facts(at_once)
