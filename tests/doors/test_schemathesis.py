"""Both doors, as `make run` starts them, tried with what their own documents say and with what they forbid.

schemathesis.toml says how far it goes, knocking.py who calls. Nothing may answer 500, every answer is one that the
document names, nothing wrong is taken and nothing right is turned away for its form.
"""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.launched import ROOT, Launched

PATIENCE = 400  # seconds; thousands of requests one after another, on a machine that may have others to serve
pytestmark = [pytest.mark.slow, pytest.mark.timeout(PATIENCE + 10)]
CONFIGURED = Path(__file__).with_name("schemathesis.toml")


def tried(house: Launched, door: str, *arguments: str) -> None:
    environment = {
        **os.environ,
        "CITIZEN_DOOR": house.bff,
        "DEPARTMENT_KEY": house.secrets["DEPARTMENT_KEYS"].partition(",")[0],
        "PYTHONPATH": str(ROOT),
    }
    command = [sys.executable, "-m", "schemathesis.cli", "--config-file", str(CONFIGURED), "run", "--no-color"]
    done = subprocess.run(
        [*command, f"{door}/docs/openapi.json", *arguments],
        cwd=ROOT, env=environment, capture_output=True, text=True, timeout=PATIENCE, check=False,
    )  # fmt: skip
    assert done.returncode == 0, "\n".join(line[:300] for line in (done.stdout + done.stderr).splitlines())
    assert " generated" in done.stdout


def test_the_citizen_door(whole_house: Launched) -> None:
    tried(whole_house, whole_house.bff, "--exclude-path", "/v1/login")


def test_signing_in(whole_house: Launched) -> None:
    """By itself: it may be tried so often a minute only, and the others need it."""
    tried(whole_house, whole_house.bff, "--include-path", "/v1/login")


def test_the_systems_door(whole_house: Launched) -> None:
    tried(whole_house, whole_house.api)
