"""The clock goes on after every test: who leaves it stopped or shifted is named, and nobody after them is misled."""

from collections.abc import Iterator
from datetime import timedelta

import pytest

from foundation import clock

RUNNING = (None, timedelta())


@pytest.fixture(autouse=True)
def _clock_goes_on() -> Iterator[None]:
    yield
    left = (clock._frozen_at, clock._shift)
    clock._frozen_at, clock._shift = RUNNING
    assert left == RUNNING, f"the clock was left at {left}"
