from collections.abc import AsyncIterator

import pytest

from tests.chaos.stormy_house import stormy_house
from tests.journeys import walkers

__all__ = ["stormy_house"]


@pytest.fixture(autouse=True)
async def _closing_time() -> AsyncIterator[None]:
    yield
    await walkers.say_goodbye()
