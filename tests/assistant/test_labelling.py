"""The labelled set: shipped, grown on the console, each question once."""

from dataclasses import replace

import pytest

from assistant import effect, labelling
from assistant.corpus import SUMMARY
from assistant.learning_errors import ItemNeeded, LabelNotFound, NothingAsked, QuestionKnown
from assistant.snapshot import Snapshot
from catalogue.errors import ItemNotFound
from foundation.actor import Actor
from tests.builders import catalogue as build
from tests.builders.assistant import shipped_snapshot

BY = Actor.system("test")
FEWEST = 60
RIGHT = 0.85
"""So much of the shipped set is answered as it should be by the shipped catalogue."""


@pytest.fixture(scope="module")
def city() -> Snapshot:
    return shipped_snapshot()


def test_the_shipped_set_asks_about_guides_that_are_shipped(city: Snapshot) -> None:
    shipped = labelling.read()
    assert len(shipped) >= FEWEST
    assert len({one.question for one in shipped}) == len(shipped)
    named = {one.slug for one in shipped if one.slug}
    assert named - {guide.item_code for guide in city.documents} == set()
    told = {section.kind for guide in city.documents for section in guide.sections}
    assert {one.section for one in shipped if one.section} - told == set()


def test_the_shipped_set_is_answered_by_the_shipped_catalogue(city: Snapshot) -> None:
    labels = [replace(one, item_code=one.slug) for one in labelling.read()]
    told = effect.compared(city, city, labels, [])
    assert (told.better, told.worse, told.same) == ([], [], len(labels))
    right = [label for label, worth, _ in effect.counted(city, labels) if worth == effect.AS_IT_SHOULD]
    assert len(right) >= RIGHT * len(labels)


@pytest.mark.usefixtures("db", "redis_db")
async def test_grows_and_shrinks() -> None:
    await build.small_city()
    made = await labelling.add(question="換證多少錢？", expects="answer", slug="id-card", section="fees", by=BY)
    with pytest.raises(QuestionKnown):
        await labelling.add(question="换证 多少钱", expects="unknown", by=BY)
    [label] = await labelling.everything()
    assert (label.slug, label.section, label.expects) == ("id-card", "fees", "answer")
    await labelling.remove(label_id=made.id, by=BY)
    assert await labelling.everything() == []
    with pytest.raises(LabelNotFound):
        await labelling.remove(label_id=made.id, by=BY)


@pytest.mark.usefixtures("db", "redis_db")
async def test_refuses_what_cannot_be_measured() -> None:
    await build.small_city()
    with pytest.raises(NothingAsked):
        await labelling.add(question="？？", expects="unknown", by=BY)
    with pytest.raises(ItemNeeded):
        await labelling.add(question="换证", expects="answer", by=BY)
    with pytest.raises(ItemNotFound):
        await labelling.add(question="换证", expects="answer", slug="nothing-like-it", by=BY)
    made = await labelling.add(question="换证", expects="choose", slug="id-card", section=SUMMARY, by=BY)
    assert (made.item, made.section) == (None, "")


@pytest.mark.usefixtures("db", "redis_db")
async def test_what_is_shipped_comes_once_and_only_for_items_that_are_here() -> None:
    await build.small_city()
    brought = await labelling.bring_shipped(by=BY)
    assert brought == sum(one.expects in labelling.WITHOUT_ITEM for one in labelling.read())
    assert await labelling.bring_shipped(by=BY) == 0
