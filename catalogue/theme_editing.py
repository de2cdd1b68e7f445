"""Writing a theme (主题) or a life event (人生事件): what it is called and which items stand on its shelf.

Which shelves an item stands on is written in its guide. Putting an item on a shelf or taking it off is therefore a new
version of its guide, in force at once, like any other change of what people read.
"""

import json
from collections import Counter
from dataclasses import dataclass
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from catalogue import intake
from catalogue.city_kinds import Written
from catalogue.draft_models import GuideDraft
from catalogue.faults import Fault
from catalogue.item_sheet import ItemFile, Line, Name, Sheet, Slug
from catalogue.json_lines import JsonReader
from catalogue.matching import faults_of
from catalogue.models import Guide, Scenario, ServiceItem, Theme
from foundation import clock

NAMES = {"theme": "主题", "life_event": "人生事件"}
FIELDS = {"theme": "themes", "life_event": "life_events"}


class ThemeSheet(Sheet, frozen=True, kw_only=True):
    """A shelf with what stands on it; only life events have `aliases`."""

    name: Name
    audience: Literal["自然人", "法人"]
    summary: Line
    aliases: list[Line] = []
    items: Annotated[list[Slug], Meta(max_length=2000)] = []


BLANK: Written = {"name": "", "audience": "自然人", "summary": "", "aliases": [], "items": []}


@dataclass(frozen=True)
class Themes:
    """Themes or life events, by `kind`."""

    kind: str

    async def standing(self, code: str) -> Written | None:
        row = await Theme.get_or_none(kind=self.kind, code=code)
        if row is None:
            return None
        on_it = sorted(one.slug for one in await _items() if code in _shelves(one, self.kind))
        said = {name: row.details.get(name, blank) for name, blank in BLANK.items()}
        return {**said, "name": row.name, "items": on_it}

    async def faults(self, code: str, sheet: Written) -> list[Fault]:
        shape = faults_of(JsonReader(json.dumps(sheet, ensure_ascii=False)).read(), ThemeSheet)
        found = [_fault(field, said) for _, field, said in shape]
        if found:
            return found
        row = msgspec.convert(sheet, ThemeSheet)
        if await Theme.filter(kind=self.kind, name=row.name).exclude(code=code).exists():
            found.append(_fault("name", f"已有名为“{row.name}”的{NAMES[self.kind]}，请换一个名称"))
        return found + await self._of_items(code, row)

    async def _of_items(self, code: str, row: ThemeSheet) -> list[Fault]:
        """What keeps items from being put on the shelf or taken off it."""
        items = {one.slug: one for one in await _items()}
        found = [_fault("items", f"没有现行的事项“{one}”，请删去") for one in row.items if one not in items]
        moved = [one for slug, one in items.items() if (slug in row.items) != (code in _shelves(one, self.kind))]
        said = await _in_work(moved)
        for one in moved:
            if self.kind == "theme" and one.themes == [code]:
                found.append(_fault("items", f"“{one.name}”只在这个主题里，请先把它放进别的主题"))
            if one.slug in said:
                found.append(_fault("items", f"“{one.name}”{said[one.slug]}"))
        return found

    def normal(self, sheet: Written) -> Written:
        whole: Written = msgspec.to_builtins(msgspec.convert(sheet, ThemeSheet))
        return {**whole, "items": sorted(whole["items"])}

    async def hindrances(self, code: str) -> list[str]:
        on_it = [one for one in await _items() if code in _shelves(one, self.kind)]
        said = await _in_work(on_it)
        alone = [one.name for one in on_it if self.kind == "theme" and one.themes == [code]]
        found = [f"“{name}”只在这个主题里，请先把它放进别的主题" for name in alone]
        found += [f"“{one.name}”{said[one.slug]}" for one in on_it if one.slug in said]
        if self.kind == "life_event":
            scenarios = [one.name for one in await Scenario.all() if one.tree.get("life_event") == code]
            found += [f"场景“{name}”还归在它下面，请先改场景" for name in scenarios]
        return found

    async def bring(self, code: str, sheet: Written) -> None:
        row = msgspec.convert(sheet, ThemeSheet)
        details = {
            "audience": row.audience,
            "summary": row.summary,
            **({"aliases": row.aliases} if row.aliases else {}),
        }
        known = await Theme.get_or_none(kind=self.kind, code=code)
        position = known.position if known else await Theme.filter(kind=self.kind).count()
        values = {"name": row.name, "details": details, "position": position}
        await Theme.update_or_create(defaults=values, kind=self.kind, code=code)
        await self._shelve(code, set(row.items))

    async def end(self, code: str) -> None:
        await self._shelve(code, set())
        await Theme.filter(kind=self.kind, code=code).delete()

    async def _shelve(self, code: str, wanted: set[str]) -> None:
        """Let just these items stand on the shelf."""
        items = [one for one in await _items() if (one.slug in wanted) != (code in _shelves(one, self.kind))]
        guides = await Guide.filter(item_id__in=[one.id for one in items], state="published").select_related("item")
        await intake.bring_items([self._moved(one, code) for one in guides])

    def _moved(self, guide: Guide, code: str) -> ItemFile:
        field = FIELDS[self.kind]
        before = guide.content.get(field) or []
        after = [one for one in before if one != code] if code in before else [*before, code]
        changed = {field: after, "effective": clock.today().isoformat(), "version": guide.version + 1}
        return msgspec.convert({**guide.content, **changed}, ItemFile)


@dataclass(frozen=True, kw_only=True)
class OnShelf:
    """A shelf as editors see it, with the number of `items` in force on it, which may be none."""

    code: str
    name: str
    audience: str
    summary: str
    items: int


async def shelves(kind: str) -> list[OnShelf]:
    """All of a kind in their order."""
    on_them = Counter(code for one in await _items() for code in _shelves(one, kind))
    return [
        OnShelf(
            code=one.code, name=one.name, items=on_them[one.code],
            audience=one.details.get("audience", ""), summary=one.details.get("summary", ""),
        )
        for one in await Theme.filter(kind=kind).order_by("position", "id")
    ]  # fmt: skip


async def _items() -> list[ServiceItem]:
    return await ServiceItem.filter(guide_id__isnull=False).order_by("slug")


def _shelves(item: ServiceItem, kind: str) -> list[str]:
    return item.themes if kind == "theme" else item.life_events


async def _in_work(items: list[ServiceItem]) -> dict[str, str]:
    """Items whose guide somebody is changing, with what to do: a version of today would overtake that work unseen."""
    slugs = [one.slug for one in items]
    written = await GuideDraft.filter(slug__in=slugs, state__in=("editing", "submitted"))
    waiting = await Guide.filter(item__slug__in=slugs, state="draft").select_related("item")
    said = {one.item.slug: "有待生效的一版，请在它的指南里改" for one in waiting}
    return said | {one.slug: "的指南有没完成的草稿，请在草稿里改，或等它发布后再改" for one in written}


def _fault(field: str, message: str) -> Fault:
    return Fault(path="主题", line=1, field=field, message=message)
