"""Names offered while typing."""

import pytest

from assistant.snapshot import Snapshot
from tests.builders.assistant import snapshot


@pytest.fixture(scope="module")
def city() -> Snapshot:
    return snapshot()


@pytest.mark.parametrize(
    ("typed", "item"),
    [
        ("公积", "fund"),
        ("gongji", "fund"),
        ("gjj", "fund"),
        ("公鸡金", "fund"),
        ("住房公级金提", "fund"),
        ("港澳", "hkmo"),
        ("過戶", "property"),
        ("jiehun", "marriage"),
    ],
)
def test_offers(city: Snapshot, typed: str, item: str) -> None:
    assert item in [suggestion.item_code for suggestion in city.suggester.suggest(typed)[:3]]


def test_offers_a_guide_once_and_not_too_many(city: Snapshot) -> None:
    offered = [suggestion.item_code for suggestion in city.suggester.suggest("证", limit=5)]
    assert len(offered) == len(set(offered)) == 5


def test_beginnings_come_first(city: Snapshot) -> None:
    assert city.suggester.suggest("身份证")[0].text.startswith("身份证")


@pytest.mark.parametrize("typed", ["", "???", "天气预报", "zzzzqq"])
def test_offers_nothing_for_nothing(city: Snapshot, typed: str) -> None:
    assert city.suggester.suggest(typed) == []
