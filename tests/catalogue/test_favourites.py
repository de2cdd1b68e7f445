"""收藏: in and out by one tap, never more than one can look over, and one list after two accounts become one."""

import pytest

from catalogue import favourite_jobs, favourites, shelf
from catalogue.errors import ItemNotFound
from catalogue.favourite_errors import TooManyFavourites
from catalogue.models import ServiceItem
from identity.events import CitizensMerged
from tests.builders import identity
from tests.builders.favourites import two_items

pytestmark = pytest.mark.usefixtures("db")


async def slugs(citizen_id: int) -> list[str]:
    return [one.slug for one in await favourites.of(citizen_id)]


async def test_the_latest_is_first_and_again_is_harmless() -> None:
    first, second = await two_items()
    me = (await identity.citizen()).id
    for item in (first, second, first):
        await favourites.add(citizen_id=me, item=item)
    assert await slugs(me) == [second, first]
    for _ in range(2):
        await favourites.remove(citizen_id=me, item=second)
    assert await slugs(me) == [first]


async def test_by_its_code_as_well() -> None:
    first, _ = await two_items()
    me, code = (await identity.citizen()).id, (await ServiceItem.get(slug=first)).item_code
    await favourites.add(citizen_id=me, item=code)
    assert await slugs(me) == [first]
    await favourites.remove(citizen_id=me, item="9" * 64)  # longer than any slug
    await favourites.remove(citizen_id=me, item=code)
    assert await slugs(me) == []


async def test_nobody_keeps_more_than_can_be_looked_over(monkeypatch: pytest.MonkeyPatch) -> None:
    first, second = await two_items()
    me = (await identity.citizen()).id
    monkeypatch.setattr(favourites, "MOST", 1)
    await favourites.add(citizen_id=me, item=first)
    with pytest.raises(TooManyFavourites):
        await favourites.add(citizen_id=me, item=second)
    await favourites.add(citizen_id=me, item=first)
    with pytest.raises(ItemNotFound):
        await favourites.add(citizen_id=me, item="nothing")


async def test_one_that_is_retired_stays_and_can_be_left() -> None:
    first, _ = await two_items()
    me = (await identity.citizen()).id
    await favourites.add(citizen_id=me, item=first)
    await ServiceItem.filter(slug=first).update(guide_id=None)
    shelf.forget()
    assert [(one.slug, one.in_force) for one in await favourites.of(me)] == [(first, False)]
    await favourites.remove(citizen_id=me, item=first)
    assert await slugs(me) == []


async def test_two_accounts_that_become_one_keep_both_lists() -> None:
    first, second = await two_items()
    kept, gone = (await identity.citizen()).id, (await identity.citizen()).id
    await favourites.add(citizen_id=kept, item=first)
    for item in (first, second):
        await favourites.add(citizen_id=gone, item=item)
    await favourite_jobs.follow_merge(CitizensMerged(kept=kept, gone=gone))
    await favourite_jobs.follow_merge(CitizensMerged(kept=kept, gone=gone))
    assert sorted(await slugs(kept)) == sorted([first, second])
    assert await slugs(gone) == []


async def test_they_are_handed_over_and_go_with_the_person() -> None:
    first, _ = await two_items()
    me = (await identity.citizen()).id
    await favourites.add(citizen_id=me, item=first)
    (told,) = (await favourite_jobs.export(me))["favourites"]
    assert told["item"] == "换身份证"
    await favourite_jobs.forget(me)
    assert await slugs(me) == []
