"""The ways to scenarios, life events and themes, for who says what they are called."""

import pytest

from assistant import asking, knowledge, signposts
from catalogue import city_drafting, shelf
from foundation.actor import Actor
from tests.builders import catalogue as build
from tests.builders import identity

pytestmark = pytest.mark.usefixtures("db", "redis_db")


@pytest.fixture
async def city() -> None:
    await build.small_city()
    knowledge.forget()


@pytest.mark.parametrize(
    ("said", "addresses"),
    [
        ("证件丢了", ["scenario/lost"]),
        ("请问證件丟了怎么办？", ["scenario/lost"]),
        ("证件丢了要办哪些手续", ["scenario/lost"]),
        ("搬家", ["theme/life_event/moving"]),
        ("搬家要办什么", ["theme/life_event/moving"]),
        ("户籍", ["theme/theme/household"]),
        ("搬家公司电话", []),
        ("", []),
    ],
)
async def test_what_is_called_so_is_shown(city: None, said: str, addresses: list[str]) -> None:
    assert [one.address for one in await signposts.towards(said)] == addresses


async def test_an_answer_leads_there_as_soon_as_it_is_called_so(city: None) -> None:
    wang, zhao = [Actor.staff(await identity.staff(username=name)) for name in ("wangwu", "zhaoliu")]
    assert not [one for one in (await asking.ask(question="乔迁")).answer.cards if one.target.startswith("theme/")]
    draft = await city_drafting.begin(kind="life_event", code="moving", by=wang)
    sheet = {**draft.sheet, "aliases": ["乔迁"]}
    await city_drafting.save(draft_id=draft.id, revision=1, sheet=sheet, base=draft.base, by=wang)
    await city_drafting.submit(draft_id=draft.id, by=wang)
    await city_drafting.publish(draft_id=draft.id, by=zhao)
    shelf.forget()
    answer = (await asking.ask(question="乔迁")).answer
    assert answer.note == signposts.STEP_BY_STEP
    cards = answer.cards
    assert (cards[0].kind, cards[0].label, cards[0].target) == ("screen", "人生事件：搬家", "theme/life_event/moving")
