"""Two who add the same intermediary at once: the second is told, and without the lock falls over the constraint."""

import asyncio
from typing import Any

import pytest
from tortoise.exceptions import IntegrityError

from catalogue import directory_editing, intake
from catalogue.directory_errors import ProviderTaken
from catalogue.directory_models import Intermediary
from foundation.actor import Actor
from tests.builders import catalogue as build
from tests.catalogue.test_directory_editing import EAST

pytestmark = pytest.mark.usefixtures("db", "redis_db")

BY = Actor.system("test")


async def added_at_once() -> list[Any]:
    await build.small_city()
    adding = (directory_editing.add(values=EAST, by=BY) for _ in range(2))
    return await asyncio.gather(*adding, return_exceptions=True)


async def test_the_second_is_told() -> None:
    outcomes = await added_at_once()
    assert sorted(type(one).__name__ for one in outcomes) == [ProviderTaken.__name__, "str"]


async def test_control_without_the_lock_the_constraint_speaks(monkeypatch: pytest.MonkeyPatch) -> None:
    both, exists = asyncio.Barrier(2), Intermediary.exists

    async def together(**given: Any) -> bool:
        there = await exists(**given)
        await asyncio.wait_for(both.wait(), 30)
        return there

    monkeypatch.setattr(intake, "ONE_AT_A_TIME", "select 1")
    monkeypatch.setattr(Intermediary, "exists", together)
    outcomes = await added_at_once()
    assert any(isinstance(one, IntegrityError) for one in outcomes)
    assert await Intermediary.filter(code="east").count() == 1
