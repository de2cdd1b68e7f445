from collections.abc import AsyncIterator

import pytest

from tests.journeys import walkers


@pytest.fixture(autouse=True)
async def _closing_time() -> AsyncIterator[None]:
    yield
    await walkers.say_goodbye()
