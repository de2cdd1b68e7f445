"""docs/requirements.md: every line of what policy asks names tests that are there."""

import re
from pathlib import Path

from tests.house.test_behaviours import named_in

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "requirements.md").read_text()
ASKED = 20


def test_every_line_names_tests_that_are_there() -> None:
    lines = {int(number): rest for number, rest in re.findall(r"^\| (\d+) \|(.*)$", PAGE, re.MULTILINE)}
    shown = {number: re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", rest) for number, rest in lines.items()}
    assert sorted(lines) == list(range(1, ASKED + 1))
    assert [number for number, tests in shown.items() if not tests] == []
    assert [one for tests in shown.values() for one in tests if one[1] not in named_in(one[0])] == []
