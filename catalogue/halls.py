"""政务服务大厅: the tree of halls, those nearby, and whether one is open."""

from dataclasses import dataclass, field
from datetime import datetime
from math import asin, cos, radians, sin, sqrt
from typing import Any

from catalogue import opening_hours, shelf
from catalogue.errors import HallNotFound
from catalogue.models import Hall
from foundation import clock
from foundation.workdays import WorkCalendar

EARTH = 6_371_000  # metres


@dataclass(frozen=True, kw_only=True)
class HallView:
    """A hall as it is shown. `details`: region, windows, transport, facilities, notice, aliases, where given."""

    id: int
    code: str
    name: str
    short_name: str
    level: str
    path: str
    parent: str | None
    address: str
    longitude: float | None
    latitude: float | None
    phone: str
    opening_hours: str
    hours: list[dict[str, Any]]
    windows: int
    details: dict[str, Any]


@dataclass(frozen=True)
class HallNode:
    """A hall and those under it."""

    hall: HallView
    children: list["HallNode"] = field(default_factory=list)


@dataclass(frozen=True)
class Nearby:
    """A hall and how far it is, as the crow flies."""

    hall: HallView
    metres: int


async def everywhere() -> list[HallView]:
    """Every hall in use, parents before children."""
    return list((await _known()).values())


async def names() -> dict[str, str]:
    """Path → name of every hall in use."""
    return await shelf.keep("names by path", _read_names)


async def find(code: str) -> HallView:
    """Raises HallNotFound."""
    found = (await _known()).get(code)
    if found is None:
        raise HallNotFound
    return found


async def tree() -> list[HallNode]:
    """市 → 区 → 镇街 → 村居."""
    nodes: dict[str, HallNode] = {}
    tops: list[HallNode] = []
    for hall in await everywhere():
        nodes[hall.code] = node = HallNode(hall)
        above = nodes.get(hall.parent or "")
        (above.children if above else tops).append(node)
    return tops


async def nearby(*, longitude: float, latitude: float, limit: int = 5) -> list[Nearby]:
    """The nearest halls first; those without a place on the map are left out."""
    found = [
        Nearby(hall, round(metres(longitude, latitude, hall.longitude, hall.latitude)))
        for hall in await everywhere()
        if hall.longitude is not None and hall.latitude is not None
    ]
    return sorted(found, key=lambda one: one.metres)[:limit]


async def open_now(hall: HallView, *, at: datetime | None = None) -> bool:
    """Whether it is open at `at` (default: now), by its hours and the calendar of working days."""
    return opening_hours.is_open(hall.hours, at or clock.now(), await WorkCalendar.current())


async def _known() -> dict[str, HallView]:
    return await shelf.keep("halls", _read)


async def _read() -> dict[str, HallView]:
    rows = await Hall.filter(active=True).order_by("path").select_related("parent")
    return {row.code: _view(row) for row in rows}


async def _read_names() -> dict[str, str]:
    return {one.path: one.name for one in await everywhere()}


def _view(row: Hall) -> HallView:
    return HallView(
        id=row.id,
        code=row.code,
        name=row.name,
        short_name=row.short_name or row.name,
        level=row.level,
        path=row.path,
        parent=row.parent.code if row.parent else None,
        address=row.address,
        longitude=row.longitude,
        latitude=row.latitude,
        phone=row.phone,
        opening_hours=row.opening_hours,
        hours=row.hours,
        windows=row.windows,
        details=row.details,
    )


def metres(longitude: float, latitude: float, other_longitude: float, other_latitude: float) -> float:
    """Great-circle distance (haversine)."""
    up, right = radians(other_latitude - latitude), radians(other_longitude - longitude)
    half = sin(up / 2) ** 2 + cos(radians(latitude)) * cos(radians(other_latitude)) * sin(right / 2) ** 2
    return 2 * EARTH * asin(sqrt(half))
