"""Write ``0001_initial.py`` anew from the models, as long as no release stands on the old one. Needs no database."""

import asyncio
import fcntl
import importlib.util
import subprocess
import sys
from pathlib import Path
from typing import Any

from tortoise import Tortoise
from tortoise.indexes import Index
from tortoise.migrations.schema_generator.operation_generator import OperationGenerator
from tortoise.migrations.schema_generator.state import ModelState, State
from tortoise.migrations.schema_generator.state_apps import StateApps
from tortoise.migrations.writer import MigrationWriter

import rooms
from foundation import database, logs
from migrations.remake import ordering

log = logs.logger(__name__)
FOLDER = Path(__file__).parents[1]
TITLE = '"""The tables of every room, as the models declare them. Written by ``python -m migrations.remake``."""\n\n'


def remake() -> Path:
    """The file written. Two people at once wait for each other."""
    with (FOLDER / "__init__.py").open() as gate:
        fcntl.flock(gate, fcntl.LOCK_EX)
        written = asyncio.run(_written())
        target = FOLDER / "0001_initial.py"
        beside = target.with_name("_0001_initial.py")
        beside.write_text(written, encoding="utf-8")
        for tidy in (["check", "--fix", "--select", "I"], ["format"]):
            subprocess.run([sys.executable, "-m", "ruff", *tidy, "--quiet", str(beside)], check=True)
        beside.replace(target)
    return target


async def _written() -> str:
    config = database.tortoise_config("postgres://nobody@localhost/none", models=_present(), pool=1)
    await Tortoise.init(config=config, init_connections=False)
    assert Tortoise.apps is not None
    wanted = State(models={}, apps=StateApps())
    for model in Tortoise.apps["models"].values():
        wanted.models["models", model.__name__] = ModelState.make_from_model("models", model)
    operations = OperationGenerator(State(models={}, apps=StateApps()), wanted).generate(app_labels=["models"])
    operations = ordering.without_cycles(operations)
    for operation in operations:
        _index_columns(operation)
    writer = MigrationWriter("0001_initial", "models", operations, initial=True, migrations_module="migrations")
    return TITLE + writer.as_string()


def _index_columns(operation: Any) -> None:
    """Tortoise writes an index over a foreign key with the field's name (`slot`), not the column's (`slot_id`)."""
    columns = {name: field.source_field or name for name, field in getattr(operation, "fields", [])}
    options = getattr(operation, "options", {})
    if "indexes" in options:
        indexes = (one if isinstance(one, Index) else Index(fields=one) for one in options["indexes"])
        options["indexes"] = [_with_columns(index, columns) for index in indexes]


def _with_columns(index: Index, columns: dict[str, str]) -> Index:
    index.fields = [columns.get(name, name) for name in index.fields]
    return index


def _present() -> list[str]:
    """The rooms' model modules; one that is not there yet is left out, loudly."""
    missing = [name for name in rooms.MODELS if importlib.util.find_spec(name) is None]
    for name in missing:
        log.warning("models_missing", module=name)
    return [name for name in rooms.MODELS if name not in missing]
