"""Two editors of one draft at the same moment, and two reviewers."""

import asyncio
from typing import Any

import pytest

from catalogue import drafting
from catalogue.draft_errors import DraftChanged, DraftNotOpen
from catalogue.draft_models import GuideDraft
from catalogue.models import Guide
from foundation.actor import Actor
from tests.builders import catalogue as build
from tests.builders import identity

pytestmark = pytest.mark.usefixtures("db", "redis_db")


@pytest.fixture
async def editors() -> list[Actor]:
    await build.small_city()
    return [Actor.staff(await identity.staff(("editor", ""), username=f"bianji{number}")) for number in range(4)]


async def saving_at_once(editors: list[Actor]) -> list[Any]:
    draft = await drafting.begin(slug="id-card", by=editors[0])
    return await asyncio.gather(
        *(
            drafting.save(draft_id=draft.id, revision=1, sheet={**draft.sheet, "summary": f"{by.name}。"}, by=by)
            for by in editors
        ),
        return_exceptions=True,
    )


async def test_of_many_who_save_the_same_revision_one_does(editors: list[Actor]) -> None:
    outcomes = await saving_at_once(editors)
    assert sum(isinstance(one, DraftChanged) for one in outcomes) == 3
    [kept] = [one for one in outcomes if isinstance(one, GuideDraft)]
    assert (await GuideDraft.get()).sheet["summary"] == kept.sheet["summary"]


async def test_control_without_the_lock_they_overwrite_each_other(
    editors: list[Actor], monkeypatch: pytest.MonkeyPatch
) -> None:
    async def unlocked(draft_id: int, *states: str) -> GuideDraft:
        draft = await GuideDraft.get(id=draft_id)
        await asyncio.sleep(0.05)
        return draft

    monkeypatch.setattr(drafting, "_locked", unlocked)
    assert sum(isinstance(one, GuideDraft) for one in await saving_at_once(editors)) > 1


async def test_two_reviewers_publish_once(editors: list[Actor]) -> None:
    draft = await drafting.begin(slug="id-card", by=editors[0])
    await drafting.save(draft_id=draft.id, revision=1, sheet={**draft.sheet, "summary": "新。"}, by=editors[0])
    await drafting.submit(draft_id=draft.id, by=editors[0])
    outcomes = await asyncio.gather(
        *(drafting.publish(draft_id=draft.id, by=by) for by in editors[1:]), return_exceptions=True
    )
    assert sum(isinstance(one, GuideDraft) for one in outcomes) == 1
    assert sum(isinstance(one, DraftNotOpen) for one in outcomes) == 2
    assert await Guide.filter(item__slug="id-card").count() == 2
