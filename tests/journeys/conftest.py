from collections.abc import AsyncIterator

import pytest

from tests.journeys import walkers
from tests.journeys.frail_house import frail_house

__all__ = ["frail_house"]


@pytest.fixture(autouse=True)
async def _closing_time() -> AsyncIterator[None]:
    yield
    await walkers.say_goodbye()
