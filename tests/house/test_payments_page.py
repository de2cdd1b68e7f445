"""docs/payments.md says what the code says: the moves of bills and orders, and tests that are there."""

import re
from pathlib import Path

import pytest

from payments import states
from payments.states import Moves
from tests.house.test_behaviours import named_in

PAGE = (Path(__file__).parents[2] / "docs" / "payments.md").read_text()
NAMED = sorted(set(re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", PAGE)))
ROW = re.compile(r"^\| `(\w+)` \| (\S+) \| ([^|]*) \|", re.MULTILINE)


@pytest.mark.parametrize(("moves", "names", "heading"), [
    (states.BILL_MOVES, states.BILL_NAMES, "## A bill"), (states.ORDER_MOVES, states.ORDER_NAMES, "## An order"),
])  # fmt: skip
def test_its_tables_are_those_of_the_code(moves: Moves, names: dict[str, str], heading: str) -> None:
    section = PAGE.partition(f"{heading}\n")[2].partition("\n## ")[0]
    written = {state: (name, tuple(re.findall(r"`(\w+)`", onward))) for state, name, onward in ROW.findall(section)}
    assert written == {state: (names[state], onward) for state, onward in moves.items()}


@pytest.mark.parametrize(("path", "name"), NAMED, ids=lambda one: one.rpartition("/")[2])
def test_a_test_that_is_named_is_there(path: str, name: str) -> None:
    assert name in named_in(path)
