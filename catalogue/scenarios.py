"""场景导办: a few questions, then the items to be done with just the materials that fit."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import msgspec

from catalogue import guides, items, shelf
from catalogue.city_sheets import Outcome, Question, ScenarioRow
from catalogue.errors import ItemNotFound, ScenarioNotFound, UnknownAnswer
from catalogue.items import ItemCard
from catalogue.models import Scenario

Answers = Mapping[str, str]
"""Code of the question → code of the option chosen."""


@dataclass(frozen=True, kw_only=True)
class ToDo:
    """An item to be done: `materials` are those of its guide that fit the answers, whole as in the sheet."""

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
    question = next_question(scenario, answers)
    ends = [] if question else fitting(scenario, answers)
    to_do = [done for one in ends if (done := await _to_do(one))]
    return Step(scenario=scenario.code, name=scenario.name, question=question, to_do=to_do)


def next_question(scenario: ScenarioRow, answers: Answers) -> Question | None:
    """The first question that still matters after these answers."""
    return next((one for one in scenario.questions if _matters(one, scenario, answers)), None)


def fitting(scenario: ScenarioRow, answers: Answers) -> list[Outcome]:
    """The outcomes that fit all of these answers."""
    return [one for one in scenario.outcomes if _fits(one, answers)]


def _check(scenario: ScenarioRow, answers: Answers) -> None:
    options = {question.code: {one.code for one in question.options} for question in scenario.questions}
    wrong = [question for question, option in answers.items() if option not in options.get(question, ())]
    if wrong:
        raise UnknownAnswer(detail={"questions": wrong})


def _matters(question: Question, scenario: ScenarioRow, answers: Answers) -> bool:
    """Not answered yet, and an outcome that is still possible depends on it."""
    possible = (one for one in scenario.outcomes if _still_fits(one, answers))
    return question.code not in answers and any(question.code in one.when for one in possible)


def _still_fits(outcome: Outcome, answers: Answers) -> bool:
    return all(answers.get(question, allowed[0]) in allowed for question, allowed in outcome.when.items() if allowed)


def _fits(outcome: Outcome, answers: Answers) -> bool:
    return all(answers.get(question) in allowed for question, allowed in outcome.when.items())


async def _to_do(outcome: Outcome) -> ToDo | None:
    """None when the item is no longer handled."""
    try:
        card = await items.find(outcome.item)
    except ItemNotFound:
        return None
    materials: list[dict[str, Any]] = (await guides.page(outcome.item)).sheet["materials"]
    wanted = [one for one in materials if not outcome.materials or one["name"] in outcome.materials]
    return ToDo(item=card, materials=wanted, variant=outcome.variant or "", tip=outcome.tip or "")


async def _read() -> dict[str, ScenarioRow]:
    rows = await Scenario.all().order_by("position", "id")
    return {row.code: msgspec.convert(row.tree, ScenarioRow) for row in rows}
