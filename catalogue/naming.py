"""The codes of the catalogue with their names, for who has to choose one."""

from dataclasses import dataclass

from catalogue.models import Department, Hall, ServiceItem, Theme

Named = list[tuple[str, str]]


@dataclass(frozen=True, kw_only=True)
class Codes:
    departments: Named
    halls: Named
    themes: Named
    life_events: Named
    items: Named


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
