"""The shape of the house: small files with names of their own."""

import re
import statistics
import subprocess
from pathlib import Path

ROOT = Path(__file__).parents[2]
DRAWERS = re.compile(r"(^|/)(utils?|helpers?|common|misc|core|lib)(\.py|/)")
MADE = ("migrations/0001_initial.py",)


def tracked(*patterns: str) -> list[str]:
    """Files of the checkout that git knows or would add."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", *patterns],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    return [one for one in listed.stdout.splitlines() if (ROOT / one).is_file()]


def sources() -> list[str]:
    return [one for one in tracked("*.py") if one not in MADE]


def lines(path: str) -> int:
    return len((ROOT / path).read_text().splitlines())


def test_no_file_is_too_long() -> None:
    assert {path: lines(path) for path in sources() if lines(path) > 400} == {}


def test_most_files_are_short() -> None:
    ours = [path for path in sources() if not path.startswith("tests/")]
    assert statistics.median(lines(path) for path in ours if lines(path)) < 120


def test_no_drawers() -> None:
    assert [path for path in tracked() if DRAWERS.search(path)] == []


def test_a_drawer_would_be_seen() -> None:
    assert DRAWERS.search("foundation/utils.py")
    assert DRAWERS.search("payments/helpers/money.py")
    assert not DRAWERS.search("foundation/money.py")


def test_rooms_take_the_time_from_the_clock() -> None:
    rooms = ("identity", "catalogue", "payments", "appointments", "cases", "feedback", "assistant", "notifications")
    told = re.compile(r"datetime\.(now|utcnow|today)\(|date\.today\(|time\.time\(")
    assert [one for one in sources() if one.startswith(rooms) and told.search((ROOT / one).read_text())] == []


def test_nothing_of_this_machine_is_committed() -> None:
    named = re.compile("|".join(("pypi" + r"\.org", "files" + r"\.pythonhosted", "registry" + r"\.npmjs")))
    texts = tracked("*.py", "*.md", "*.txt", "*.toml", "*.html", "*.js", "Makefile", "Procfile*", "*.yaml", "*.yml")
    assert [one for one in texts if named.search((ROOT / one).read_text())] == []
