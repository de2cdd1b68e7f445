"""How each kind of city draft is written at the console: its template, its form read, what stands beside it."""

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import quote

import msgspec

from api.console import city_faults, scenario_form, theme_form
from catalogue import city_drafting, items, naming, scenario_editing, scenario_ways, scenarios
from catalogue.city_draft_models import CityDraft
from catalogue.city_kinds import Written
from catalogue.city_sheets import ScenarioRow
from catalogue.faults import Fault
from catalogue.items import ItemCard
from catalogue.scenario_faults import MOST_WAYS
from identity import access

NAMES = {"scenario": "场景", "theme": "主题", "life_event": "人生事件"}
PAGES = {
    "scenario": "scenario_draft.html", "theme": "theme_draft.html", "life_event": "theme_draft.html",
    "order": "order_draft.html",
}  # fmt: skip
TEXT = "scenario_draft_text.html"
FIELDS = {
    "scenario": "_scenario_fields.html", "theme": "_theme_fields.html", "life_event": "_theme_fields.html",
}  # fmt: skip
FOUND_AT_MOST = 12
Pairs = Mapping[str, Sequence[str]]


def list_of(draft: CityDraft) -> str:
    """The page where the draft began."""
    scenarios = draft.kind == "scenario" or (draft.kind, draft.code) == ("order", "scenario")
    return "/console/scenarios" if scenarios else "/console/themes"


def after_publishing(draft: CityDraft) -> str:
    one = draft.kind == "scenario" and not draft.ends
    return f"{list_of(draft)}?code={quote(draft.code)}" if one else list_of(draft)


async def in_work(*kinds: str) -> dict[str, Any]:
    """The open drafts of these kinds and of their order, with their titles and who began them."""
    orders = [one for one in await city_drafting.open_drafts("order") if one.code in kinds]
    drafts = [*await city_drafting.open_drafts(*kinds), *orders]
    authors = await access.staff_names({one.author_id for one in drafts})  # type: ignore[attr-defined]
    return {"drafts": drafts, "titles": {one.id: title(one) for one in drafts}, "authors": authors}


def title(draft: CityDraft) -> str:
    if draft.kind == "order":
        return f"{NAMES[draft.code]}的顺序"
    return str(draft.sheet.get("name") or draft.code)


def sheet_of(kind: str, pairs: Pairs) -> Written:
    """What a form says. Raises FormatFaults where a text cannot be read as one."""
    if kind == "order":
        return {"codes": list(pairs.get("codes", []))}
    if kind != "scenario":
        return theme_form.sheet_of(pairs)
    return scenario_editing.tree_of(pairs["text"][0]) if pairs.get("text") else scenario_form.tree_of(pairs)


def do(kind: str, sheet: Written, pairs: Pairs) -> str:
    """Do to the sheet what the button says that was pressed; where the keyboard goes then."""
    deed = (pairs.get("do") or [""])[0]
    if kind == "scenario":
        return scenario_form.do(sheet, deed, {"only_for": (pairs.get("only_for") or [""])[0]})
    return theme_form.do(sheet, deed)


async def shown(kind: str, sheet: Written, found: Sequence[Fault], *, text: bool = False) -> dict[str, Any]:
    """What the template of the kind needs beside the draft."""
    known = await naming.codes()
    common = {"sheet": sheet, "wrong": city_faults.by_control(found), "names": dict(known.items)}
    if kind == "order":
        return {**common, "called": {**dict(known.themes), **dict(known.life_events), **await scenario_names()}}
    if kind != "scenario":
        return common
    written = scenario_editing.text_of(sheet) if text else ""
    return {
        **common, **await preview(sheet), "guides": await scenario_editing.sheets(), "text": written,
        "life_events": known.life_events,
    }  # fmt: skip


async def scenario_names() -> dict[str, str]:
    return {one.code: one.name for one in await scenarios.everyone()}


async def preview(sheet: Written) -> dict[str, Any]:
    """Every way through a scenario as far as it is written; None while it cannot be walked."""
    names = dict((await naming.codes()).items)
    try:
        row = msgspec.convert(sheet, ScenarioRow)
    except msgspec.ValidationError:
        return {"way": None, "names": names}
    walked = scenario_ways.every_way(row)
    few = sum(1 for _ in zip(walked, range(MOST_WAYS + 1), strict=False)) <= MOST_WAYS
    return {"way": scenario_editing.ways(row) if few else None, "names": names}


async def found(words: str) -> list[ItemCard]:
    """Items in force whose names or codes hold what was typed, the most asked for first."""
    wanted = words.strip().lower()
    if not wanted:
        return []
    said = [one for one in await items.published() if wanted in _called(one)]
    return said[:FOUND_AT_MOST]


def _called(one: ItemCard) -> str:
    return "\n".join([one.name, one.short_name, one.slug, one.item_code, *one.aliases]).lower()
