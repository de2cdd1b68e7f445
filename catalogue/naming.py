"""The codes of the catalogue with their names, for who has to choose one."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from catalogue.models import Department, Hall, ServiceItem, Theme

Named = list[tuple[str, str]]


@dataclass(frozen=True, kw_only=True)
class Codes:
    departments: Named
    halls: Named
    themes: Named
    life_events: Named
    items: Named


def told(sheet: Mapping[str, Any], known: Codes) -> dict[str, Any]:
    """The sheet as people read it: names in the place of codes, a code that is no more as it stands."""
    halls, items = dict(known.halls), dict(known.items)
    said = {
        "department": dict(known.departments).get,
        "themes": dict(known.themes).get,
        "life_events": dict(known.life_events).get,
        "related": items.get,
    }
    read = dict(sheet)
    for field, name in said.items():
        value = read.get(field)
        if isinstance(value, list):
            read[field] = [name(str(one), one) for one in value]
        elif value:
            read[field] = name(str(value), value)
    read["places"] = [_named(one, "hall", halls) for one in read.get("places") or []]
    read["variants"] = [_named(one, "item", items) for one in read.get("variants") or []]
    return read


def _named(row: Any, field: str, names: Mapping[str, str]) -> Any:
    return {**row, field: names.get(row[field], row[field])} if isinstance(row, dict) and row.get(field) else row


async def codes() -> Codes:
    return Codes(
        departments=[(one.code, one.name) for one in await Department.all().order_by("name")],
        halls=[(one.code, one.name) for one in await Hall.filter(active=True).order_by("path")],
        themes=await _themes("theme"),
        life_events=await _themes("life_event"),
        items=[(one.slug, one.name) for one in await ServiceItem.all().order_by("name")],
    )


async def _themes(kind: str) -> Named:
    return [(one.code, one.name) for one in await Theme.filter(kind=kind).order_by("position")]
