import pytest

from catalogue import items, shelf
from catalogue.errors import ItemNotFound
from foundation import database
from tests.builders import catalogue as build
from tests.builders.catalogue import SEED

pytestmark = pytest.mark.usefixtures("db", "redis_db")


async def test_found_by_slug_and_by_code() -> None:
    await build.small_city()
    card = await items.find("id-card")
    assert (card.name, card.department, card.fee_fen, card.promised_days) == (
        "居民身份证换领",
        "示例市公安局",
        2000,
        20,
    )
    assert await items.find(card.item_code) == card
    for code in ("nowhere", "", "' or 1=1 --"):
        with pytest.raises(ItemNotFound):
            await items.find(code)


async def test_found_by_shelf() -> None:
    await build.small_city()
    assert [card.slug for card in await items.by_theme("household")] == ["id-card"]
    assert [card.slug for card in await items.by_life_event("moving")] == ["id-card"]
    assert [card.slug for card in await items.by_audience("自然人")] == ["id-card"]
    assert [card.slug for card in await items.at_hall("9901")] == ["id-card"]
    for empty in (items.by_theme("x"), items.by_life_event("x"), items.by_audience("法人"), items.at_hall("9902")):
        assert await empty == []
    assert [(one.code, one.items) for one in await items.themes()] == [("household", 1)]
    assert [(one.code, one.audience) for one in await items.life_events()] == [("moving", "自然人")]


async def test_featured_items_come_first_in_the_order_given() -> None:
    await build.demo_city()
    await items.feature(slugs=["passport", "marriage", "passport"], by=SEED)
    shelf.forget()
    assert [card.slug for card in await items.hot(2)] == ["passport", "marriage"]
    await items.feature(slugs=["social-card"], by=SEED)
    shelf.forget()
    assert [card.position for card in await items.hot(2)] == [1, items.NOT_HOT]
    with pytest.raises(ItemNotFound):
        await items.feature(slugs=["marriage", "nowhere"], by=SEED)
    assert await database.fetchval("select count(*) from audit_row where action = 'items.featured'") == 2


async def test_a_load_does_not_change_what_is_featured() -> None:
    await build.small_city()
    await items.feature(slugs=["id-card"], by=SEED)
    await build.small_city(item=build.item("二十元。", "二十块。"))
    assert (await items.find("id-card")).position == 1


async def test_what_is_spoken_of_comes_first() -> None:
    await build.demo_city()
    usual = await items.published()
    found = await items.spoken_of("居住证到期了在哪里续签？要带什么？")
    assert found[0].name == "居住证申领"
    assert {one.slug for one in found} == {one.slug for one in usual}
    assert await items.spoken_of("？") == usual
