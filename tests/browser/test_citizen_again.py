"""The citizens' page opened a second time, when the browser keeps it and asks only whether it has changed."""

from collections.abc import AsyncIterator
from typing import TYPE_CHECKING

import pytest

from miniprogram_bff.app import create_app
from tests.serving import serving

if TYPE_CHECKING:
    from playwright.async_api import Page

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("db", "redis_db")]


@pytest.fixture
async def door() -> AsyncIterator[str]:
    async with serving(create_app()) as base:
        yield base


async def test_the_second_visit_shows_as_much_as_the_first(door: str, desk: "Page") -> None:
    faults: list[str] = []
    desk.on("console", lambda said: faults.append(said.text) if "Content Security Policy" in said.text else None)
    await desk.goto(f"{door}/h5/")
    for _ in range(2):
        await desk.get_by_role("heading", level=1).wait_for()
        await desk.reload()
    await desk.get_by_role("heading", level=1).wait_for(timeout=5000)
    assert faults == []
