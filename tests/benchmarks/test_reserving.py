"""The benchmark of reservations is honest: what it counts is there, and pgbench repeats what we say to PostgreSQL."""

import os
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from appointments import seats
from benchmarks import appointments, pgbench
from benchmarks.house import House, serving, until_ready
from benchmarks.measuring import CheckFailed, Scale
from catalogue.models import Department
from deploy.local import ports
from deploy.local.environment import Address
from tests.builders.appointments import a_hall

pytestmark = pytest.mark.usefixtures("db", "redis_db")
ROOT = Path(__file__).parents[2]


@pytest.fixture
async def place(db: None) -> None:
    """Where the benchmark opens its slots."""
    await a_hall(code="9901")
    await Department.create(code="police", name="公安窗口")


@pytest.fixture
async def house(place: None, environment: dict[str, str], tmp_path: Path) -> AsyncIterator[House]:
    """The citizens' door and the yardstick."""
    doors = {name: Address("127.0.0.1", ports.free()) for name in ("bff", "bare")}
    env = os.environ | environment | {"LOG_FORMAT": "json", "PYTHONPATH": str(ROOT)}
    with ExitStack() as until_the_end:
        for name, at in doors.items():
            process = until_the_end.enter_context(serving(name, at, env, folder=tmp_path))
            await until_ready(name, at, process, log=tmp_path / f"{name}.log")
        yield House(Scale(rounds=1, seconds=0.1, connections=4), doors["bff"], doors["bff"], doors["bare"], tmp_path)


@pytest.mark.slow
async def test_a_small_run(house: House) -> None:
    found = await appointments.reserve_hot(house)
    assert found.failed == ""
    assert [row["baseline"] for row in found.rows()] == ["bare_json", "pgbench"]
    assert all(row["value"] > 0 and row["baseline_value"] > 0 for row in found.rows())
    full = await appointments.sold_out(house)
    assert full.failed == ""


async def test_a_place_too_few_is_seen(place: None) -> None:
    where = await appointments.open_slots(2, capacity=3)
    await appointments.must_hold(where, 0)
    with pytest.raises(CheckFailed):
        await appointments.must_hold(where, 1)


async def test_pgbench_says_what_a_reservation_says(place: None) -> None:
    recorded = await appointments._record()
    text, constants = pgbench.script(recorded)
    assert [sql for sql, _ in recorded.statements] == [seats.FREE_PERSONS_FIRST, seats.TAKE]
    assert text.count(":citizen") > text.count("$")
    assert "$" not in text
    for name in (":citizen", ":slot", ":nextval"):
        assert name in text
    assert set(constants) <= {f"v{nth}_{place}{one}" for nth in range(2) for place in range(30) for one in ("", "_0")}


@pytest.mark.slow
def test_the_command_writes_its_file(tmp_path: Path) -> None:
    words = [sys.executable, "-m", "benchmarks", "bare_json", "--rounds", "1", "--seconds", "0.1"]
    done = subprocess.run(
        [*words, "--out", tmp_path], cwd=ROOT, capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stderr
    assert '"bare_json"' in (tmp_path / "latest.json").read_text()


def test_an_unknown_name_is_refused() -> None:
    words = [sys.executable, "-m", "benchmarks", "nothing"]
    done = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 2
    assert "reserve_hot" in done.stdout
