"""Writing a scenario (场景导办): checked, every way through it shown before somebody else publishes it."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import msgspec

from catalogue import exporting, scenario_ways
from catalogue.city_kinds import Written
from catalogue.city_sheets import Option, Outcome, Question, ScenarioRow
from catalogue.errors import ScenarioNotFound
from catalogue.faults import Fault, FormatFaults
from catalogue.format import line_of, parse_scenario
from catalogue.lines import Node, Unreadable, read_yaml
from catalogue.matching import plain
from catalogue.models import Scenario, ServiceItem, Theme

NAME = "场景"
BLANK: Written = {
    "summary": "", "audience": "自然人", "life_event": None, "aliases": [], "outcomes": [],
    "questions": [{"code": "q1", "ask": "", "options": [{"code": "a1", "label": ""}, {"code": "a2", "label": ""}]}],
}  # fmt: skip
FIELDS = [name for sheet in (ScenarioRow, Question, Option, Outcome) for name in sheet.__struct_fields__]
ORDER = {name: number for number, name in enumerate(dict.fromkeys(FIELDS))}
Known = Mapping[str, dict[str, Any]]
"""Slug → the sheet of the guide in force."""


@dataclass(frozen=True, kw_only=True)
class Way:
    """One step of the tree: a question with a way per option, or what is to be done at the end."""

    question: Question | None
    options: list[tuple[str, "Way"]] = field(default_factory=list)
    to_do: list[Outcome] = field(default_factory=list)


class Scenarios:
    """Scenarios, as `catalogue.city_drafting` handles them."""

    async def standing(self, code: str) -> Written | None:
        row = await Scenario.get_or_none(code=code)
        return normal(row.tree) if row else None

    async def faults(self, code: str, sheet: Written) -> list[Fault]:
        try:
            row = await read(json.dumps(sheet, ensure_ascii=False))
        except FormatFaults as found:
            return found.faults
        said = f"编码应为“{code}”，不能改；要换编码，请另建一个场景"
        return [Fault(path=NAME, line=1, field="code", message=said)] if row.code != code else []

    def normal(self, sheet: Written) -> Written:
        return normal(sheet)

    async def hindrances(self, code: str) -> list[str]:
        return []

    async def bring(self, code: str, sheet: Written) -> None:
        row = msgspec.convert(sheet, ScenarioRow)
        known = await Scenario.get_or_none(code=code)
        position = known.position if known else await Scenario.all().count()
        values = {"name": row.name, "tree": msgspec.to_builtins(row), "position": position}
        await Scenario.update_or_create(defaults=values, code=code)

    async def end(self, code: str) -> None:
        await Scenario.filter(code=code).delete()


def normal(tree: Written) -> Written:
    """The tree with all its fields, as it is kept."""
    whole: Written = msgspec.to_builtins(msgspec.convert(tree, ScenarioRow))
    return whole


async def find(code: str) -> ScenarioRow:
    """Raises ScenarioNotFound."""
    row = await Scenario.get_or_none(code=code)
    if row is None:
        raise ScenarioNotFound
    return msgspec.convert(row.tree, ScenarioRow)


def text_of(tree: Written) -> str:
    """The tree as it stands in `scenarios.yaml`, without what says nothing."""
    return exporting.text(_spoken(tree))


def _spoken(said: Any) -> Any:
    if isinstance(said, dict):  # the database keeps no order of keys
        names = sorted(said, key=lambda name: ORDER.get(name, len(ORDER)))
        return {name: _spoken(said[name]) for name in names if said[name] not in (None, [], {})}
    return [_spoken(one) for one in said] if isinstance(said, list) else said


def tree_of(text: str) -> Written:
    """What a text says, sound or not. Raises FormatFaults where keeping it would lose something of it."""
    try:
        root, blemishes = read_yaml(text)
    except Unreadable as error:
        blemishes, root = [error.blemish], Node("map", 1)
    faults = [Fault(path=NAME, line=one.line, field="", message=one.message) for one in blemishes]
    faults += [Fault(path=NAME, line=line, field=key, message="字段重复，请只保留一处") for line, key in _twice(root)]
    if root.kind != "map":
        faults.append(Fault(path=NAME, line=root.line, field="", message="请写成“字段: 内容”的若干行"))
    if faults:
        raise FormatFaults(faults)
    tree: Written = plain(root)
    return tree


def _twice(node: Node) -> Iterator[tuple[int, str]]:
    seen = set()
    for entry in node.entries:
        if entry.key in seen:
            yield entry.line, entry.key
        seen.add(entry.key)
        yield from _twice(entry.node)
    for one in node.items:
        yield from _twice(one)


async def read(text: str) -> ScenarioRow:
    """The checked scenario. Raises FormatFaults with every fault, its line and its field."""
    row = parse_scenario(text, NAME)
    found = list(_unknown(row, await sheets(), {one.code for one in await Theme.filter(kind="life_event")}))
    if found:
        raise FormatFaults([Fault(path=NAME, line=line_of(text, at), field=at, message=said) for at, said in found])
    return row


async def sheets() -> dict[str, dict[str, Any]]:
    """The guides in force by their slugs."""
    items = await ServiceItem.filter(guide_id__isnull=False).select_related("guide")
    return {one.slug: one.guide.content for one in items if one.guide}


def _unknown(row: ScenarioRow, known: Known, life_events: set[str]) -> Iterator[tuple[str, str]]:
    if row.life_event is not None and row.life_event not in life_events:
        yield "life_event", f"没有编码为“{row.life_event}”的人生事件"
    for number, outcome in enumerate(row.outcomes):
        sheet, at = known.get(outcome.item), f"outcomes[{number}]"
        if sheet is None:
            yield f"{at}.item", f"没有现行的事项“{outcome.item}”，请核对短名"
            continue
        materials = {one["name"] for one in sheet["materials"]}
        for index, name in enumerate(outcome.materials):
            if name not in materials:
                yield f"{at}.materials[{index}]", f"“{sheet['name']}”没有材料“{name}”，请照抄材料名称"
        for index, name in enumerate(outcome.extra):
            if name in materials:
                yield f"{at}.extra[{index}]", f"“{name}”已是“{sheet['name']}”的材料，不必另加，请删去"
        for name in outcome.notes:
            if name not in materials and name not in outcome.extra:
                yield f"{at}.notes", f"“{sheet['name']}”没有材料“{name}”，请删去它的说明"
        if outcome.variant is not None and outcome.variant not in {one["name"] for one in sheet.get("variants", [])}:
            yield f"{at}.variant", f"“{sheet['name']}”没有情形“{outcome.variant}”"


def ways(row: ScenarioRow, given: Mapping[str, str] | None = None) -> Way:
    """Every way through the scenario, as a citizen would be asked."""
    answers = dict(given or {})
    question, said = scenario_ways.walk(row, answers)
    if question is None:
        return Way(question=None, to_do=scenario_ways.fitting(row, said))
    options = [(one.label, ways(row, {**answers, question.code: one.code})) for one in question.options]
    return Way(question=question, options=options)
