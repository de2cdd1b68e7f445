"""Checking a sheet that somebody writes against what the database knows: the faults a folder's check would find."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from catalogue.faults import Fault, FormatFaults
from catalogue.file_models import GuideFile
from catalogue.format import parse_item
from catalogue.item_sheet import ItemFile
from catalogue.models import Department, Hall, ServiceItem, Theme


@dataclass(frozen=True, kw_only=True)
class Known:
    """The codes a sheet may name; `windows` are the departments that have a window in a hall."""

    departments: set[str]
    windows: dict[str, set[str]]
    themes: set[str]
    life_events: set[str]
    items: set[str]
    files: set[str]
    item_codes: dict[str, str]  # → the slug whose it is, as below
    names: dict[str, str]

    def with_all(self, sheets: Iterable[ItemFile]) -> "Known":
        """What is known once these are there, too; what two of them claim is the first one's."""
        here = list(sheets)
        slugs = {one.slug for one in here}
        codes = {code: slug for code, slug in self.item_codes.items() if slug not in slugs}
        names = {name: slug for name, slug in self.names.items() if slug not in slugs}
        for one in here:
            codes.setdefault(one.item_code, one.slug)
            names.setdefault(one.name, one.slug)
        return replace(self, items=self.items | slugs, item_codes=codes, names=names)


async def known() -> Known:
    items = await ServiceItem.all().only("slug", "item_code", "name")
    return Known(
        departments={one.code for one in await Department.all()},
        windows={hall.code: _behind_windows(hall) for hall in await Hall.filter(active=True)},
        themes={one.code for one in await Theme.filter(kind="theme")},
        life_events={one.code for one in await Theme.filter(kind="life_event")},
        items={one.slug for one in items},
        files={one.name for one in await GuideFile.all().only("name")},
        item_codes={one.item_code: one.slug for one in items},
        names={one.name: one.slug for one in items},
    )


def _behind_windows(hall: Hall) -> set[str]:
    return {code for window in hall.details.get("windows", []) for code in window["departments"]}


def read(sheet: dict[str, Any], codes: Known) -> ItemFile:
    """The checked sheet. Raises FormatFaults with every fault; its lines mean nothing, its fields do."""
    slug = str(sheet.get("slug", ""))
    item = parse_item(json.dumps(sheet, ensure_ascii=False, default=str), slug)
    faults = list(unknown(item, codes, slug))
    if faults:
        raise FormatFaults(faults)
    return item


def faults(sheet: dict[str, Any], codes: Known) -> list[Fault]:
    try:
        read(sheet, codes)
    except FormatFaults as found:
        return found.faults
    return []


def unknown(item: ItemFile, codes: Known, path: str) -> Iterator[Fault]:
    """What the sheet names and nobody knows."""
    for field, said in _unknown(item, codes):
        yield Fault(path=path, line=1, field=field, message=said)


def _unknown(item: ItemFile, codes: Known) -> Iterator[tuple[str, str]]:
    if item.department not in codes.departments:
        yield "department", f"没有编码为“{item.department}”的部门，请重新选择"
    for field, whose in (("item_code", codes.item_codes), ("name", codes.names)):
        if (slug := whose.get(getattr(item, field), item.slug)) != item.slug:
            yield field, f"“{getattr(item, field)}”已用于事项“{slug}”，请核对"
    others = codes.items - {item.slug}
    for field, wanted in (("themes", codes.themes), ("life_events", codes.life_events), ("related", others)):
        for number, code in enumerate(getattr(item, field)):
            if code not in wanted:
                yield f"{field}[{number}]", f"目录里没有“{code}”，请重新选择"
    for number, variant in enumerate(item.variants):
        if variant.item is not None and variant.item not in others:
            yield f"variants[{number}].item", f"目录里没有事项“{variant.item}”，请重新选择"
    for number, material in enumerate(item.materials):
        for field in ("form", "sample"):
            name = getattr(material, field)
            if name and not name.endswith(".html") and name not in codes.files:
                yield f"materials[{number}].{field}", f"没有文件“{name}”，请先上传，再从列表里选"
    for number, place in enumerate(item.places):
        if item.department not in codes.windows.get(place.hall, set()):
            yield f"places[{number}].hall", "这个大厅没有本部门的窗口，请改大厅或先为大厅补窗口"
