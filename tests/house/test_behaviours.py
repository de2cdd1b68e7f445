"""docs/behaviours.md names tests that are there, and every behaviour is on it."""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "behaviours.md").read_text()
NAMED = sorted(set(re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", PAGE)))
BEHAVIOURS = 25
OF_MONEY = 15


def named_in(path: str) -> set[str]:
    """Module-level test functions of a file; none when it is not there."""
    file = ROOT / path
    tree = ast.parse(file.read_text()) if file.exists() else ast.Module([], [])
    functions = (one for one in tree.body if isinstance(one, ast.FunctionDef | ast.AsyncFunctionDef))
    return {one.name for one in functions if one.name.startswith("test_")}


@pytest.mark.parametrize(("path", "name"), NAMED, ids=lambda one: one.rpartition("/")[2])
def test_a_test_that_is_named_is_there(path: str, name: str) -> None:
    assert name in named_in(path)


def test_every_behaviour_has_a_line_with_a_test() -> None:
    lines = {int(n): rest for n, rest in re.findall(r"^\| (\d+)(?: ◐)? \|(.*)$", PAGE, re.MULTILINE)}
    assert sorted(lines) == list(range(1, BEHAVIOURS + 1))
    assert [n for n, rest in lines.items() if "::test_" not in rest] == []


def test_every_behaviour_of_money_has_a_line_with_a_test() -> None:
    lines = {int(n): rest for n, rest in re.findall(r"^\| P(\d+)(?: ◐)? \|(.*)$", PAGE, re.MULTILINE)}
    assert sorted(lines) == list(range(1, OF_MONEY + 1))
    assert [n for n, rest in lines.items() if "::test_" not in rest] == []


def test_what_is_open_is_marked() -> None:
    lines = [line for line in PAGE.splitlines() if line.startswith("|")]
    assert [line for line in lines if ("Open" in line) != ("◐" in line)] == []


def test_a_test_that_is_not_there_would_be_seen() -> None:
    assert "test_that_nobody_wrote" not in named_in("tests/races/test_limits.py")
    assert named_in("tests/races/nowhere.py") == set()
    assert len(NAMED) > 60
