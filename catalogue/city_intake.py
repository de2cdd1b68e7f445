"""大厅 部门 主题 场景 同义词: what a folder says of the city, brought into the database. Returns what was changed."""

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from typing import Any

import msgspec
from tortoise.models import Model

from catalogue import opening_hours
from catalogue.city_sheets import DepartmentRow, HallRow, LifeEventRow, ScenarioRow, SynonymsFile, ThemeRow
from catalogue.directory_models import Intermediary
from catalogue.directory_sheet import IntermediariesFile
from catalogue.format import Catalogue
from catalogue.models import Department, Hall, Scenario, SynonymGroup, Theme

LEVELS = {"市": "city", "区": "district", "镇街": "town", "村居": "village"}
Values = dict[str, Any]


async def bring(catalogue: Catalogue) -> list[str]:
    """Within a transaction: names of what is new, changed or gone, such as ``大厅 9901-01``."""
    changed = await _departments(catalogue.departments.departments)
    changed += await _halls(catalogue.halls.halls)
    changed += await _themes(catalogue.themes.themes, catalogue.life_events.life_events)
    changed += await _scenarios(catalogue.scenarios.scenarios)
    changed += await _synonyms(catalogue.synonyms)
    changed += await _intermediaries(catalogue.intermediaries)
    return changed


async def _departments(rows: list[DepartmentRow]) -> list[str]:
    wanted = {
        row.code: {
            "name": row.name,
            "phone": row.consult_phone,
            "details": _rest(row, "short_name", "credit_code", "complaint_phone", "duties", "aliases"),
        }
        for row in rows
    }
    changed, _ = await _match(Department, wanted, lambda row: row.code, lambda code: {"code": code})
    return [f"部门 {code}" for code in changed]


async def _halls(rows: list[HallRow]) -> list[str]:
    known: dict[str, Any] = {hall.code: hall for hall in await Hall.all()}
    changed = []
    for row in sorted(rows, key=lambda row: row.code):  # parents first: a hall's code begins with its parent's
        parent_id = known[row.parent].id if row.parent else None
        values = {**_hall(row), "parent_id": parent_id, "active": True}
        if fresh := await _put(Hall, known.get(row.code), {"code": row.code}, values):
            known[row.code] = fresh
            changed.append(row.code)
    # bookings point at halls, so one that is gone stays, closed
    gone = await Hall.filter(active=True).exclude(code__in=[row.code for row in rows])
    await Hall.filter(id__in=[hall.id for hall in gone]).update(active=False)
    return [f"大厅 {code}" for code in [*changed, *(hall.code for hall in gone)]]


def _hall(row: HallRow) -> Values:
    hours = [msgspec.to_builtins(one) for one in row.hours]
    return {
        "name": row.name,
        "short_name": row.short_name,
        "level": LEVELS[row.level],
        "path": row.path,
        "address": row.address,
        "longitude": float(row.longitude),
        "latitude": float(row.latitude),
        "phone": row.phone,
        "opening_hours": opening_hours.told(hours),
        "hours": hours,
        "windows": len(row.windows),
        "details": _rest(row, "region", "windows", "transport", "facilities", "notice", "aliases"),
    }


async def _themes(themes: list[ThemeRow], events: list[LifeEventRow]) -> list[str]:
    wanted: dict[tuple[str, str], Values] = {}
    shelves: list[tuple[str, Sequence[ThemeRow | LifeEventRow]]] = [("theme", themes), ("life_event", events)]
    for kind, rows in shelves:
        for position, row in enumerate(rows):
            details = _rest(row, "audience", "summary", "aliases")
            wanted[kind, row.code] = {"name": row.name, "position": position, "details": details}
    changed, gone = await _match(
        Theme, wanted, lambda row: (row.kind, row.code), lambda key: {"kind": key[0], "code": key[1]}
    )
    await Theme.filter(id__in=[row.id for row in gone]).delete()
    return [f"主题 {code}" for _, code in [*changed, *((row.kind, row.code) for row in gone)]]


async def _scenarios(rows: list[ScenarioRow]) -> list[str]:
    wanted = {
        row.code: {"name": row.name, "position": position, "tree": msgspec.to_builtins(row)}
        for position, row in enumerate(rows)
    }
    changed, gone = await _match(Scenario, wanted, lambda row: row.code, lambda code: {"code": code})
    await Scenario.filter(id__in=[row.id for row in gone]).delete()
    return [f"场景 {code}" for code in [*changed, *(row.code for row in gone)]]


async def _synonyms(file: SynonymsFile) -> list[str]:
    wanted = [[group.word, *group.also] for group in file.groups]
    if [group.words for group in await SynonymGroup.all().order_by("id")] == wanted:
        return []
    await SynonymGroup.all().delete()
    await SynonymGroup.bulk_create([SynonymGroup(words=words) for words in wanted])
    return ["同义词"]


async def _intermediaries(file: IntermediariesFile | None) -> list[str]:
    """A folder without the file says nothing of them: they stay."""
    if file is None:
        return []
    wanted = {
        row.code: {**msgspec.to_builtins(row), "position": place} for place, row in enumerate(file.intermediaries)
    }
    changed, gone = await _match(Intermediary, wanted, lambda row: row.code, lambda code: {})
    await Intermediary.filter(id__in=[row.id for row in gone]).delete()
    return [f"中介机构 {code}" for code in [*changed, *(row.code for row in gone)]]


async def _match(
    model: type[Model],
    wanted: Mapping[Any, Values],
    key_of: Callable[[Any], Hashable],
    key_fields: Callable[[Any], Values],
) -> tuple[list[Any], list[Any]]:
    """Make the table say `wanted`: keys of what was new or changed, and the rows nobody wants."""
    known = {key_of(row): row for row in await model.all()}
    changed = [key for key, values in wanted.items() if await _put(model, known.get(key), key_fields(key), values)]
    return changed, [row for key, row in known.items() if key not in wanted]


async def _put(model: type[Model], row: Any, key: Values, values: Values) -> Any:
    """The row when it was new or changed, else None."""
    if row is None:
        return await model.create(**key, **values)
    if all(getattr(row, field) == value for field, value in values.items()):
        return None
    await row.update_from_dict(values).save()
    return row


def _rest(row: msgspec.Struct, *fields: str) -> Values:
    """The fields that have no column of their own, without the empty ones."""
    whole: Iterable[tuple[str, Any]] = msgspec.to_builtins(row).items()
    return {name: value for name, value in whole if name in fields and value not in (None, [], "")}
