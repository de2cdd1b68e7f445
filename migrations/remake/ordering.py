"""In which order tables are made when two of them point at each other (Tortoise then gives alphabetical order)."""

from collections.abc import Sequence
from typing import Any

from tortoise.fields.relational import ForeignKeyFieldInstance, OneToOneFieldInstance
from tortoise.migrations.operations import AddField, CreateModel


def without_cycles(operations: Sequence[Any]) -> list[Any]:
    """Each table after those it points at; in a circle the foreign key that may be null is added at the end."""
    waiting, placed, later = list(operations), list[CreateModel](), list[AddField]()
    while waiting:
        made = {one.name for one in placed}
        ready = [one for one in waiting if not _missing(one, made)]
        half = [one for one in waiting if all(_missing(one, made)[name].null for name in _missing(one, made))]
        if not ready and not half:
            raise ValueError(f"tables point at each other: {', '.join(one.name for one in waiting)}")
        chosen = (ready or half)[0]
        missing = _missing(chosen, made)
        later += [AddField(model_name=chosen.name, name=name, field=field) for name, field in missing.items()]
        chosen.fields = [(name, field) for name, field in chosen.fields if name not in missing]
        placed.append(chosen)
        waiting.remove(chosen)
    return [*placed, *later]


def _missing(operation: CreateModel, made: set[str]) -> dict[str, Any]:
    """The foreign keys of a table whose targets are not made yet, by field name."""
    return {
        name: field
        for name, field in operation.fields
        if isinstance(field, ForeignKeyFieldInstance | OneToOneFieldInstance)
        and str(field.model_name).rpartition(".")[2] not in made | {operation.name}
    }
