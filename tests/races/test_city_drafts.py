"""Two editors of one draft of a scenario at the same moment, and two reviewers."""

import asyncio
from typing import Any

import pytest

from catalogue import city_drafting
from catalogue.city_draft_errors import CityDraftChanged
from catalogue.city_draft_models import CityDraft
from catalogue.draft_errors import DraftNotOpen
from foundation.actor import Actor
from tests.builders import catalogue as build
from tests.builders import identity

pytestmark = pytest.mark.usefixtures("db", "redis_db")


@pytest.fixture
async def editors() -> list[Actor]:
    await build.small_city()
    return [Actor.staff(await identity.staff(("editor", ""), username=f"bianji{number}")) for number in range(4)]


async def begun(by: Actor) -> CityDraft:
    return await city_drafting.begin(kind="scenario", code="lost", by=by)


async def saving_at_once(editors: list[Actor]) -> list[Any]:
    draft = await begun(editors[0])
    return await asyncio.gather(
        *(
            city_drafting.save(
                draft_id=draft.id, revision=1, sheet={**draft.sheet, "summary": by.name}, base=draft.base, by=by
            )
            for by in editors
        ),
        return_exceptions=True,
    )


async def test_of_many_who_save_the_same_revision_one_does(editors: list[Actor]) -> None:
    outcomes = await saving_at_once(editors)
    assert sum(isinstance(one, CityDraftChanged) for one in outcomes) == 3
    [kept] = [one for one in outcomes if isinstance(one, CityDraft)]
    assert (await CityDraft.get()).sheet["summary"] == kept.sheet["summary"]


async def test_control_without_the_lock_they_overwrite_each_other(
    editors: list[Actor], monkeypatch: pytest.MonkeyPatch
) -> None:
    read = asyncio.Barrier(len(editors))

    async def unlocked(draft_id: int, *states: str) -> CityDraft:
        draft = await CityDraft.get(id=draft_id)
        await read.wait()  # all have read before any writes
        return draft

    monkeypatch.setattr(city_drafting, "_locked", unlocked)
    assert sum(isinstance(one, CityDraft) for one in await saving_at_once(editors)) > 1


async def test_many_who_begin_at_once_write_one_draft(editors: list[Actor]) -> None:
    drafts = await asyncio.gather(*(begun(by) for by in editors))
    assert len({one.id for one in drafts}) == 1


async def test_two_reviewers_publish_once(editors: list[Actor]) -> None:
    draft = await begun(editors[0])
    sheet = {**draft.sheet, "summary": "新的说明"}
    await city_drafting.save(draft_id=draft.id, revision=1, sheet=sheet, base=draft.base, by=editors[0])
    await city_drafting.submit(draft_id=draft.id, by=editors[0])
    outcomes = await asyncio.gather(
        *(city_drafting.publish(draft_id=draft.id, by=by) for by in editors[1:]), return_exceptions=True
    )
    assert sum(isinstance(one, CityDraft) for one in outcomes) == 1
    assert sum(isinstance(one, DraftNotOpen) for one in outcomes) == 2
