"""Imports and foreign keys go down the stairs only."""

import subprocess
import sys
from pathlib import Path

import pytest
from tortoise import Tortoise

import rooms

ROOT = Path(__file__).parents[2]
STAIRS = ["foundation", "channels", "identity", "catalogue", "payments", "appointments", "feedback", "assistant"]
STEP = {room: step for step, room in enumerate([*STAIRS, "notifications"])}
STEP["cases"] = STEP["appointments"]  # siblings: neither may lean on the other


def test_imports_go_down_the_stairs() -> None:
    lint = Path(sys.executable).with_name("lint-imports")
    done = subprocess.run([lint], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


async def foreign_keys() -> list[tuple[str, str, str]]:
    """(room, model and field, room it points to) of every foreign key."""
    Tortoise.init_models(rooms.MODELS, "models")
    found = []
    for model in {one for module in rooms.MODELS for one in models_of(module)}:
        for name in model._meta.fk_fields | model._meta.o2o_fields:
            target = model._meta.fields_map[name].related_model  # type: ignore[attr-defined]
            found.append((room_of(model), f"{model.__name__}.{name}", room_of(target)))
    return found


def models_of(module: str) -> list[type]:
    from tortoise.models import Model

    loaded = vars(sys.modules[module]) if module in sys.modules else vars(__import__(module, fromlist=["models"]))
    return [
        one for one in loaded.values() if isinstance(one, type) and issubclass(one, Model) and one.__module__ == module
    ]


def room_of(model: type) -> str:
    return model.__module__.split(".")[0]


async def test_foreign_keys_point_down(db: None) -> None:
    found = await foreign_keys()
    assert len(found) > 30
    wrong = [(room, field, target) for room, field, target in found if room != target and STEP[target] >= STEP[room]]
    assert wrong == []


async def test_a_foreign_key_that_points_up_would_be_seen() -> None:
    assert STEP["payments"] < STEP["appointments"] < STEP["feedback"] < STEP["assistant"] < STEP["notifications"]


async def test_no_foreign_key_deletes_what_hangs_on_it(db: None) -> None:
    from foundation import database

    rows = await database.fetch(
        """select conrelid::regclass::text as "table", conname from pg_constraint
           where contype = 'f' and confdeltype <> 'r' and conrelid::regclass::text not like 'procrastinate%'"""
    )
    assert [dict(row) for row in rows] == []


@pytest.mark.parametrize("room", [*STAIRS, "notifications", "cases"])
def test_every_room_says_what_it_is_for(room: str) -> None:
    source = (ROOT / room / "__init__.py").read_text()
    assert source.startswith('"""')
