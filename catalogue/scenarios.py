"""场景导办: a few questions, then the items to be done with just the materials that fit."""

from dataclasses import dataclass
from typing import Any

import msgspec

from catalogue import guides, items, scenario_ways, shelf
from catalogue.city_sheets import Outcome, Question, ScenarioRow
from catalogue.errors import ItemNotFound, ScenarioNotFound, UnknownAnswer
from catalogue.item_sheet import Material
from catalogue.items import ItemCard
from catalogue.models import Scenario
from catalogue.scenario_ways import Answers


@dataclass(frozen=True, kw_only=True)
class ToDo:
    """An item to be done: `materials` are those of its guide that fit the answers and what the scenario adds to them,

    whole as in a sheet.
    """

    item: ItemCard
    materials: list[dict[str, Any]]
    variant: str
    tip: str


@dataclass(frozen=True, kw_only=True)
class Step:
    """Where the answers lead: to the next `question`, or, when it is None, to `to_do`."""

    scenario: str
    name: str
    question: Question | None
    to_do: list[ToDo]


async def everyone() -> list[ScenarioRow]:
    """Every scenario, in order."""
    return list((await shelf.keep("scenarios", _read)).values())


async def step(code: str, answers: Answers) -> Step:
    """The next question that still matters, or what is to be done. Raises ScenarioNotFound, UnknownAnswer."""
    scenario = (await shelf.keep("scenarios", _read)).get(code)
    if scenario is None:
        raise ScenarioNotFound
    _check(scenario, answers)
    question, said = scenario_ways.walk(scenario, answers)
    ends = [] if question else scenario_ways.fitting(scenario, said)
    to_do = [done for one in ends if (done := await _to_do(one))]
    return Step(scenario=scenario.code, name=scenario.name, question=question, to_do=to_do)


def _check(scenario: ScenarioRow, answers: Answers) -> None:
    options = {question.code: {one.code for one in question.options} for question in scenario.questions}
    wrong = [question for question, option in answers.items() if option not in options.get(question, ())]
    if wrong:
        raise UnknownAnswer(detail={"questions": wrong})


async def _to_do(outcome: Outcome) -> ToDo | None:
    """None when the item is no longer handled."""
    try:
        card = await items.find(outcome.item)
    except ItemNotFound:
        return None
    materials = tailored(outcome, (await guides.page(outcome.item)).sheet["materials"])
    return ToDo(item=card, materials=materials, variant=outcome.variant or "", tip=outcome.tip or "")


def tailored(outcome: Outcome, materials: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """What is left of a guide's materials, with the scenario's notes after the guide's own, and what it adds."""
    wanted = [one for one in materials if not outcome.materials or one["name"] in outcome.materials]
    noted = [{**one, "note": _noted(one.get("note"), outcome.notes.get(one["name"]))} for one in wanted]
    added = [Material(name=name, note=outcome.notes.get(name)) for name in outcome.extra]
    return [*noted, *(msgspec.to_builtins(one) for one in added)]


def _noted(own: str | None, more: str | None) -> str | None:
    return f"{own} {more}" if own and more else own or more


async def _read() -> dict[str, ScenarioRow]:
    rows = await Scenario.all().order_by("position", "id")
    return {row.code: msgspec.convert(row.tree, ScenarioRow) for row in rows}
