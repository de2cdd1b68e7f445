"""What is wrong with a scenario beyond its types: no way leads in a circle, past a question or to nothing."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice

from catalogue import scenario_ways
from catalogue.city_sheets import Outcome, ScenarioRow
from catalogue.scenario_ways import END, Ended

At = tuple[str | int, ...]
Said = tuple[At, str]

MOST_WAYS = 600
"""More ways than that nobody can look through before publishing them; they are not walked any further."""


@dataclass
class _Walked:
    """What was met on the ways: questions asked, outcomes reached, answers after which nothing is to be done."""

    asked: set[str] = field(default_factory=set)
    reached: set[int] = field(default_factory=set)
    empty: list[dict[str, str]] = field(default_factory=list)


def of(scenario: ScenarioRow) -> Iterator[Said]:
    """(where, what is wrong and what to do)."""
    codes = list(_codes(scenario))
    yield from codes
    if codes:  # of two questions with one code nobody can say which is meant
        return
    yield from _conditions(scenario)
    yield from _circles(scenario)
    ways = list(islice(scenario_ways.every_way(scenario), MOST_WAYS + 1))
    if len(ways) > MOST_WAYS:
        yield ("questions",), f"走法超过 {MOST_WAYS} 条，没有人能逐条核对，请减少问题或回答，或拆成两个场景"
        return
    walked = _walked(scenario, ways)
    yield from _never_asked(scenario, walked)
    yield from _never_reached(scenario, walked)
    yield from _dead_ends(scenario, walked)


def _codes(scenario: ScenarioRow) -> Iterator[Said]:
    questions = [one.code for one in scenario.questions]
    yield from ((("questions", number, "code"), said) for number, said in repeated(questions))
    for number, question in enumerate(scenario.questions):
        if question.code == END:
            yield ("questions", number, "code"), f"“{END}”表示到此为止，不能作问题的编码，请换一个"
        options = [one.code for one in question.options]
        yield from ((("questions", number, "options", row, "code"), said) for row, said in repeated(options))
        for row, one in enumerate(question.options):
            if one.next not in (None, END, *questions):
                yield ("questions", number, "options", row, "next"), f"没有编码为“{one.next}”的问题，请重新选择"


def _conditions(scenario: ScenarioRow) -> Iterator[Said]:
    answers = {question.code: {one.code for one in question.options} for question in scenario.questions}
    for number, outcome in enumerate(scenario.outcomes):
        for question, options in outcome.when.items():
            at = ("outcomes", number, "when", question)
            if question not in answers:
                yield at, f"没有编码为“{question}”的问题，请重新选择"
                continue
            if not options:
                yield at, f"问题“{question}”没有列选项，永远走不到这一条，请补上选项"
            for row, option in enumerate(options):
                if option not in answers[question]:
                    yield (*at, row), f"问题“{question}”没有编码为“{option}”的选项，请重新选择"
        yield from _notes(number, outcome)


def _notes(number: int, outcome: Outcome) -> Iterator[Said]:
    for name in outcome.notes:
        if outcome.materials and name not in (*outcome.materials, *outcome.extra):
            yield ("outcomes", number, "notes", name), f"这里不要材料“{name}”，请删去它的说明，或勾上这种材料"
    for row, name in enumerate(outcome.extra):
        if name in outcome.materials:
            yield ("outcomes", number, "extra", row), f"“{name}”已是指南里的材料，不必另加，请删去"


def _circles(scenario: ScenarioRow) -> Iterator[Said]:
    """An answer that leads to a question which every way to it has passed would ask for ever."""
    names = {one.code: one.ask for one in scenario.questions}
    for number, question in enumerate(scenario.questions):
        passed = _always_before(scenario, question.code)
        for row, one in enumerate(question.options):
            if one.next in passed:
                said = (
                    f"回答“{one.label}”又回到已经问过的“{names[str(one.next)]}”，会一直绕圈，请改到别的问题或“到此为止”"
                )
                yield ("questions", number, "options", row, "next"), said


def _always_before(scenario: ScenarioRow, code: str) -> set[str]:
    """The question itself, and those that a way to it may have asked."""
    passed = {code}
    for way in islice(scenario_ways.every_way(scenario), MOST_WAYS):
        order = list(way.said)
        if code in order:
            passed |= set(order[: order.index(code)])
    return passed


def _walked(scenario: ScenarioRow, ways: list[Ended]) -> _Walked:
    walked = _Walked()
    for way in ways:
        walked.asked |= set(way.said)
        walked.reached |= {number for number, one in enumerate(scenario.outcomes) if one in way.to_do}
        if not way.to_do:
            walked.empty.append(way.said)
    return walked


def _never_asked(scenario: ScenarioRow, walked: _Walked) -> Iterator[Said]:
    decided = {code for outcome in scenario.outcomes for code in outcome.when}
    for number, question in enumerate(scenario.questions):
        if question.code in walked.asked:
            continue
        if question.code in decided:
            why = "没有任何回答通向它，不会问到，请让某个回答接着问它，或删去"
        else:
            why = "没有任何事项以它的回答为条件，不会问到，请删去，或让某个事项用上它"
        yield ("questions", number, "ask"), f"问题“{question.ask}”{why}"


def _never_reached(scenario: ScenarioRow, walked: _Walked) -> Iterator[Said]:
    for number, outcome in enumerate(scenario.outcomes):
        if number not in walked.reached and all(outcome.when.values()):
            yield ("outcomes", number, "when"), f"没有一条走法会走到“{outcome.item}”，请改它的条件，或删去这一项"


def _dead_ends(scenario: ScenarioRow, walked: _Walked) -> Iterator[Said]:
    """Told once for each answer that comes last."""
    told = set()
    for said in walked.empty:
        last = next(reversed(said), "")
        if (last, said.get(last)) in told:
            continue
        told.add((last, said.get(last)))
        yield _place(scenario, last, said.get(last)), f"选择“{_words(scenario, said)}”时没有任何事项，请补上要办的事项"


def _place(scenario: ScenarioRow, last: str, chosen: str | None) -> At:
    for number, question in enumerate(scenario.questions):
        for row, one in enumerate(question.options):
            if (question.code, one.code) == (last, chosen):
                return "questions", number, "options", row, "label"
    return ("outcomes",)


def _words(scenario: ScenarioRow, said: dict[str, str]) -> str:
    labels = {(q.code, one.code): one.label for q in scenario.questions for one in q.options}
    return "、".join(labels[step] for step in said.items())


def repeated(words: list[str]) -> Iterator[tuple[int, str]]:
    """The numbers of those that stood before, with the sentence to say of them."""
    first: dict[str, int] = {}
    for number, word in enumerate(words):
        if word in first:
            yield number, f"“{word}”与第 {first[word] + 1} 项重复，请只保留一处"
        first.setdefault(word, number)
