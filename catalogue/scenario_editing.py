"""Writing a scenario (场景导办): its text checked line by line, every way through it shown before it is kept."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import msgspec

from catalogue import as_read, edition, exporting, intake, scenarios
from catalogue.city_sheets import Outcome, Question, ScenarioRow
from catalogue.errors import ScenarioNotFound
from catalogue.faults import Fault, FormatFaults
from catalogue.format import parse_scenario
from catalogue.lines import Node, read_yaml
from catalogue.models import Scenario, ServiceItem, Theme
from catalogue.scenario_errors import ScenarioChanged, ScenarioTaken
from foundation import audit, database
from foundation.actor import Actor

NAME = "场景"
TEMPLATE = """\
code: new-scenario
name: 场景名称
summary: 一句话说明
audience: 自然人
questions:
  - code: first
    ask: 第一个问题？
    options:
      - { code: "yes", label: 是 }
      - { code: "no", label: 不是 }
outcomes:
  - { item: 事项短名, when: { first: ["yes"] }, tip: 提示 }
  - { item: 事项短名, when: { first: ["no"] } }
"""


@dataclass(frozen=True, kw_only=True)
class Way:
    """One step of the tree: a question with a way per option, or what is to be done at the end."""

    question: Question | None
    options: list[tuple[str, "Way"]] = field(default_factory=list)
    to_do: list[Outcome] = field(default_factory=list)


async def text_of(code: str) -> str:
    """Raises ScenarioNotFound."""
    row = await Scenario.get_or_none(code=code)
    if row is None:
        raise ScenarioNotFound
    return exporting.text(row.tree)


async def read(text: str) -> ScenarioRow:
    """The checked scenario. Raises FormatFaults with every fault and its line."""
    row = parse_scenario(text, NAME)
    faults = list(_unknown(row, read_yaml(text)[0], await _sheets(), await _life_events()))
    if faults:
        raise FormatFaults(faults)
    return row


async def _sheets() -> dict[str, dict[str, Any]]:
    items = await ServiceItem.filter(guide_id__isnull=False).select_related("guide")
    return {one.slug: one.guide.content for one in items if one.guide}


async def _life_events() -> set[str]:
    return {one.code for one in await Theme.filter(kind="life_event")}


def _unknown(
    row: ScenarioRow, root: Node, sheets: Mapping[str, dict[str, Any]], life_events: set[str]
) -> Iterator[Fault]:
    def fault(message: str, *at: str | int) -> Fault:
        return Fault(path=NAME, line=root.line_at(*at), field=str(at[-1]), message=message)

    if row.life_event is not None and row.life_event not in life_events:
        yield fault(f"没有编码为“{row.life_event}”的人生事件", "life_event")
    for number, outcome in enumerate(row.outcomes):
        sheet = sheets.get(outcome.item)
        if sheet is None:
            yield fault(f"没有现行的事项“{outcome.item}”，请核对短名", "outcomes", number, "item")
            continue
        materials = {one["name"] for one in sheet["materials"]}
        for index, name in enumerate(outcome.materials):
            if name not in materials:
                said = f"“{sheet['name']}”没有材料“{name}”，请照抄材料名称"
                yield fault(said, "outcomes", number, "materials", index)
        if outcome.variant is not None and outcome.variant not in {one["name"] for one in sheet.get("variants", [])}:
            yield fault(f"“{sheet['name']}”没有情形“{outcome.variant}”", "outcomes", number, "variant")


def ways(row: ScenarioRow, given: Mapping[str, str] | None = None) -> Way:
    """Every way through the scenario, as a citizen would be asked."""
    answers = dict(given or {})
    question = scenarios.next_question(row, answers)
    if question is None:
        return Way(question=None, to_do=scenarios.fitting(row, answers))
    options = [(one.label, ways(row, {**answers, question.code: one.code})) for one in question.options]
    return Way(question=question, options=options)


async def mark_of(code: str) -> str:
    """What `save` asks for, of the scenario as it stands. Raises ScenarioNotFound."""
    row = await Scenario.get_or_none(code=code)
    if row is None:
        raise ScenarioNotFound
    return as_read.mark(row.tree)


async def save(*, text: str, seen: str = "", by: Actor) -> ScenarioRow:
    """Keep the scenario under its code; `seen` is the mark of the one that was changed, empty for a new one.

    Raises FormatFaults, ScenarioTaken, ScenarioChanged when somebody changed or removed it since.
    """
    row = await read(text)
    async with database.transaction() as tx:
        await tx.execute(intake.ONE_AT_A_TIME)
        known = await Scenario.get_or_none(code=row.code)
        if known is not None and known.tree == msgspec.to_builtins(row):
            return row  # pressed twice
        if known is not None and not seen:
            raise ScenarioTaken
        if seen and (known is None or as_read.mark(known.tree) != seen):
            raise ScenarioChanged
        position = known.position if known else await Scenario.all().count()
        values = {"name": row.name, "tree": msgspec.to_builtins(row), "position": position}
        await Scenario.update_or_create(defaults=values, code=row.code)
        moved = await _moved("scenario.saved", row.code, by)
    await edition.shout(moved)
    return row


async def remove(*, code: str, by: Actor, reason: str) -> None:
    """Raises ScenarioNotFound."""
    async with database.transaction() as tx:
        await tx.execute(intake.ONE_AT_A_TIME)
        if not await Scenario.filter(code=code).delete():
            raise ScenarioNotFound
        moved = await _moved("scenario.removed", code, by, reason)
    await edition.shout(moved)


async def _moved(action: str, code: str, by: Actor, reason: str = "") -> int:
    await audit.record(action, subject=f"scenario:{code}", by=by, reason=reason)
    return await edition.move_on()
