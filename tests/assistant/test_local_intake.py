"""The demo city's knowledge bases: a district with its own rules, and neighbours without."""

import pytest

from assistant import asking, knowledge, local_guides, local_intake
from assistant.knowledge_base_models import KnowledgeBase
from foundation.actor import Actor
from tests.builders import catalogue

pytestmark = pytest.mark.usefixtures("db", "redis_db")
BY = Actor.system("test")


async def test_the_shipped_bases_are_brought_in_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(knowledge, "LOOK_EVERY", 0.0)
    knowledge.forget()
    await catalogue.demo_city()
    assert await local_intake.load(by=BY) == sum(len(one.guides) for one in local_intake.read())
    assert await local_intake.load(by=BY) == 0
    told = {
        place: (await asking.ask(question="狗证收费吗", place=place)).answer.text
        for place in ("9901-02-01-01", "9901-01")
    }
    assert {place for place, text in told.items() if "芯片植入：不收费" in text} == {"9901-02-01-01"}
    held = {one.guide.item.slug for one in await local_guides.held(await KnowledgeBase.get(code="xiling"))}
    assert held == {"elderly-allowance", "dog-licence", "school-enrolment", "residence-permit"}
