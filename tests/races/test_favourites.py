"""One may keep so many items at hand, however fast they are tapped. The control shows what the person's lock is for."""

import asyncio
from contextlib import suppress

import pytest

from catalogue import favourites
from catalogue.favourite_errors import TooManyFavourites
from foundation import database
from tests.builders import identity
from tests.builders.favourites import two_items
from tests.builders.locks import until_somebody_waits

pytestmark = pytest.mark.usefixtures("db")


async def two_at_once(monkeypatch: pytest.MonkeyPatch) -> int:
    """The second comes while the first has not committed; how many were kept where one may be."""
    first, second = await two_items()
    monkeypatch.setattr(favourites, "MOST", 1)
    citizen, added = await identity.citizen(), asyncio.Event()

    async def comes_second() -> None:
        await added.wait()
        with suppress(TooManyFavourites):
            await favourites.add(citizen_id=citizen.id, item=second)

    other = asyncio.create_task(comes_second())
    async with database.transaction():
        await favourites.add(citizen_id=citizen.id, item=first)
        added.set()
        await until_somebody_waits(other)
    await other
    return len(await favourites.of(citizen.id))


async def test_no_more_than_one_may_keep(monkeypatch: pytest.MonkeyPatch) -> None:
    assert await two_at_once(monkeypatch) == 1


async def test_control_without_the_lock_there_are_more(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(favourites, "LOCK", "select $1::bigint")
    assert await two_at_once(monkeypatch) == 2
