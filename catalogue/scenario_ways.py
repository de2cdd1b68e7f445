"""The ways through a scenario: which question comes next, what fits at the end; a structure alone, no database."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from catalogue.city_sheets import Outcome, Question, ScenarioRow

Answers = Mapping[str, str]
"""Code of the question → code of the option chosen."""

END = "end"
"""Where an answer leads after which nothing more is asked."""


@dataclass(frozen=True)
class Ended:
    """A way walked to its end: what was answered in turn, and what is to be done."""

    said: dict[str, str]
    to_do: list[Outcome]


def next_question(scenario: ScenarioRow, answers: Answers) -> Question | None:
    """The question to ask after these answers; None at the end of the way."""
    return walk(scenario, answers)[0]


def walk(scenario: ScenarioRow, answers: Answers) -> tuple[Question | None, dict[str, str]]:
    """The question to ask next, None at the end, and those of the answers that were asked for on the way."""
    said: dict[str, str] = {}
    at = 0
    while at < len(scenario.questions):
        question = scenario.questions[at]
        at += 1
        if question.code in said:  # whoever was asked is not asked again
            continue
        if question.code in answers:
            said[question.code] = answers[question.code]
            at = _after(scenario, question, answers[question.code], at)
        elif _matters(question, scenario, answers):
            return question, said
    return None, said


def fitting(scenario: ScenarioRow, answers: Answers) -> list[Outcome]:
    """The outcomes that fit all of these answers."""
    return [one for one in scenario.outcomes if _fits(one, answers)]


def every_way(scenario: ScenarioRow, answers: Answers | None = None) -> Iterator[Ended]:
    """Every way to its end; there may be very many."""
    given = dict(answers or {})
    question, said = walk(scenario, given)
    if question is None:
        yield Ended(said, fitting(scenario, said))
        return
    for one in question.options:
        yield from every_way(scenario, {**given, question.code: one.code})


def _after(scenario: ScenarioRow, question: Question, chosen: str, following: int) -> int:
    """The number of the question where an answer leads; what leads nowhere known leads on."""
    leads_to = next((one.next for one in question.options if one.code == chosen), None)
    if leads_to == END:
        return len(scenario.questions)
    codes = [one.code for one in scenario.questions]
    return codes.index(leads_to) if leads_to in codes else following


def _matters(question: Question, scenario: ScenarioRow, answers: Answers) -> bool:
    """An outcome that is still possible depends on it, or one of its answers leads somewhere else."""
    if any(one.next for one in question.options):
        return True
    possible = (one for one in scenario.outcomes if _still_fits(one, answers))
    return any(question.code in one.when for one in possible)


def _still_fits(outcome: Outcome, answers: Answers) -> bool:
    return all(answers.get(question, allowed[0]) in allowed for question, allowed in outcome.when.items() if allowed)


def _fits(outcome: Outcome, answers: Answers) -> bool:
    return all(answers.get(question) in allowed for question, allowed in outcome.when.items())
