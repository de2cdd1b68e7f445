"""Who changes a knowledge base holds it. The control shows what two do who do not: one fails on a number."""

import asyncio
from typing import Any

import pytest
from tortoise.exceptions import IntegrityError

from assistant import knowledge_bases, local_guides, thresholds
from assistant.corpus import FEES
from assistant.knowledge_base_errors import BandsChanged, LocalGuideNotOpen
from assistant.knowledge_base_models import BaseBands, KnowledgeBase, LocalGuide
from assistant.local_sheet import LocalSection, LocalSheet
from foundation.actor import Actor
from tests.builders import catalogue, identity

pytestmark = pytest.mark.usefixtures("db", "redis_db")


async def an_editor(username: str = "bianji") -> Actor:
    return Actor.staff(await identity.staff(("editor", ""), username=username))


async def set_at_once(base: KnowledgeBase, many: int, by: Actor) -> list[object]:
    setting = (
        thresholds.set_bands(base_id=base.id, answer_from=0.5 + n / 100, ask_from=0.3, seen=0, reason="同时", by=by)
        for n in range(many)
    )
    return await asyncio.gather(*setting, return_exceptions=True)


async def test_thresholds_set_at_once_follow_one_another() -> None:
    base, by = await knowledge_bases.city(), await an_editor()
    outcomes = await set_at_once(base, 6, by)
    assert sum(isinstance(one, BandsChanged) for one in outcomes) == 5
    assert [one.number for one in await thresholds.history(base.id)] == [1]


async def test_without_the_lock_they_do_not(monkeypatch: pytest.MonkeyPatch) -> None:
    base, by = await knowledge_bases.city(), await an_editor()
    both, create = asyncio.Barrier(2), BaseBands.create

    async def unlocked(base_id: int) -> KnowledgeBase:
        return await KnowledgeBase.get(id=base_id)

    async def once_both_are_here(**values: Any) -> BaseBands:
        await both.wait()
        return await create(**values)

    monkeypatch.setattr(knowledge_bases, "locked", unlocked)
    monkeypatch.setattr(BaseBands, "create", once_both_are_here)
    outcomes = await set_at_once(base, 2, by)
    assert sum(isinstance(one, IntegrityError) for one in outcomes) == 1


async def test_a_draft_published_by_several_is_published_once() -> None:
    await catalogue.small_city()
    editor, reviewer, top = await an_editor(), await an_editor("shenhe"), await knowledge_bases.city()
    base = await knowledge_bases.create(
        code="dong", name="东城区", kind="district", parent_id=top.id, names=(), by=editor
    )
    draft = await local_guides.begin(base_id=base.id, slug="id-card", by=editor)
    sheet = LocalSheet(sections=[LocalSection(FEES, "不收费。")])
    await local_guides.save(guide_id=draft.id, revision=1, sheet=sheet, by=editor)
    publishing = (local_guides.publish(guide_id=draft.id, by=reviewer) for _ in range(5))
    outcomes = await asyncio.gather(*publishing, return_exceptions=True)
    assert sum(isinstance(one, LocalGuideNotOpen) for one in outcomes) == 4
    assert await LocalGuide.filter(state="published").count() == 1
