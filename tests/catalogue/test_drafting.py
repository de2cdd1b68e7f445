from datetime import timedelta
from typing import Any

import pytest
from tortoise.exceptions import IntegrityError

from catalogue import drafting, edition, guides, shelf, shelf_life, versions
from catalogue.draft_errors import (
    DraftChanged,
    DraftNotFound,
    DraftNotOpen,
    DraftOutdated,
    NothingChanged,
    OwnWork,
    ReasonNeeded,
    SlugTaken,
)
from catalogue.draft_models import GuideDraft
from catalogue.errors import ItemNotFound
from catalogue.faults import FormatFaults
from catalogue.models import Guide, ServiceItem
from foundation import audit, clock
from foundation.actor import Actor
from tests.builders import catalogue as build
from tests.builders import identity

pytestmark = pytest.mark.usefixtures("db", "redis_db")


@pytest.fixture
async def editor() -> Actor:
    await build.small_city()
    return Actor.staff(await identity.staff(("editor", ""), username="bianji"))


@pytest.fixture
async def colleague(editor: Actor) -> Actor:
    return Actor.staff(await identity.staff(("editor", ""), username="shenhe"))


async def saved(by: Actor, **changed: Any) -> GuideDraft:
    draft = await drafting.begin(slug="id-card", by=by)
    return await drafting.save(draft_id=draft.id, revision=draft.revision, sheet={**draft.sheet, **changed}, by=by)


async def submitted(by: Actor, **changed: Any) -> GuideDraft:
    return await drafting.submit(draft_id=(await saved(by, **changed)).id, by=by)


async def test_written_reviewed_and_published(editor: Actor, colleague: Actor) -> None:
    before = await edition.number()
    draft = await submitted(editor, summary="身份证到期换新证。")
    assert await edition.number() == before  # citizens see nothing of a draft
    await drafting.publish(draft_id=draft.id, by=colleague)
    item = await ServiceItem.get(slug="id-card").select_related("guide")
    assert item.guide is not None
    assert (item.guide.version, item.guide.content["summary"], item.summary) == (2, *["身份证到期换新证。"] * 2)
    assert await edition.number() == before + 1
    shelf.forget()
    assert (await guides.page("id-card")).version == 2
    done = [one.action for one in await audit.latest(["guide:id-card"])]
    assert done == ["draft.published", "draft.submitted", "draft.saved", "draft.begun"]


async def test_beginning_again_is_the_same_draft(editor: Actor, colleague: Actor) -> None:
    assert (await drafting.begin(slug="id-card", by=editor)).id == (
        await drafting.begin(slug="id-card", by=colleague)
    ).id
    with pytest.raises(ItemNotFound):
        await drafting.begin(slug="none", by=editor)


async def test_whoever_saved_it_may_not_publish_it(editor: Actor, colleague: Actor) -> None:
    draft = await saved(editor, summary="甲。")
    await drafting.save(
        draft_id=draft.id, revision=draft.revision, sheet={**draft.sheet, "summary": "乙。"}, by=colleague
    )
    await drafting.submit(draft_id=draft.id, by=editor)
    for one in (editor, colleague):
        with pytest.raises(OwnWork):
            await drafting.publish(draft_id=draft.id, by=one)
    with pytest.raises(IntegrityError):  # and the database has the last word
        await GuideDraft.filter(id=draft.id).update(state="published", reviewer_id=editor.number)
    with pytest.raises(IntegrityError):
        await GuideDraft.filter(id=draft.id).update(state="published")


async def test_two_editors_never_overwrite_each_other_unseen(editor: Actor, colleague: Actor) -> None:
    draft = await drafting.begin(slug="id-card", by=editor)
    await drafting.save(draft_id=draft.id, revision=1, sheet={**draft.sheet, "summary": "甲。"}, by=editor)
    with pytest.raises(DraftChanged):
        await drafting.save(draft_id=draft.id, revision=1, sheet={**draft.sheet, "summary": "乙。"}, by=colleague)
    assert (await drafting.find(draft.id)).sheet["summary"] == "甲。"


async def test_faults_are_kept_and_named_and_stop_the_review(editor: Actor) -> None:
    wrong = {"places": [{"hall": "9902", "window": "1"}], "fees": [], "department": "gone", "related": ["id-card"]}
    draft = await saved(editor, **wrong)
    assert {one.field for one in await drafting.faults(draft)} == {"fees"}  # what stands in itself first
    with pytest.raises(FormatFaults):
        await drafting.submit(draft_id=draft.id, by=editor)
    draft = await saved(editor, fees=[{"name": "费", "amount_fen": 0, "unit": "次", "basis": "无"}], related=["gone"])
    assert {one.field for one in await drafting.faults(draft)} == {"places[0].hall", "department", "related[0]"}


async def test_nothing_changed_is_nothing_to_review(editor: Actor) -> None:
    draft = await saved(editor)
    with pytest.raises(NothingChanged):
        await drafting.submit(draft_id=draft.id, by=editor)


async def test_sent_back_with_a_reason_and_mended(editor: Actor, colleague: Actor) -> None:
    draft = await submitted(editor, summary="甲。")
    with pytest.raises(DraftNotOpen):
        await drafting.save(draft_id=draft.id, revision=draft.revision, sheet=draft.sheet, by=editor)
    with pytest.raises(ReasonNeeded):
        await drafting.send_back(draft_id=draft.id, by=colleague, note=" ")
    back = await drafting.send_back(draft_id=draft.id, by=colleague, note="请写清楚费用")
    assert (back.state, back.note) == ("editing", "请写清楚费用")
    await drafting.publish(draft_id=(await submitted(editor, summary="乙。")).id, by=colleague)


async def test_a_guide_that_moved_on_meanwhile_is_not_overwritten(editor: Actor, colleague: Actor) -> None:
    draft = await submitted(editor, summary="甲。")
    await build.small_city(item=build.item("身份证到期换一张。", "导入的新版。"))
    with pytest.raises(DraftOutdated):
        await drafting.publish(draft_id=draft.id, by=colleague)
    assert (await ServiceItem.get(slug="id-card")).summary == "导入的新版。"


async def test_a_day_to_come_waits_for_its_day(editor: Actor, colleague: Actor) -> None:
    tomorrow = (clock.today() + timedelta(days=1)).isoformat()
    await drafting.publish(draft_id=(await submitted(editor, summary="明天。", effective=tomorrow)).id, by=colleague)
    assert [(one.number, one.state) for one in (await versions.of("id-card")).versions] == [
        (2, "draft"),
        (1, "published"),
    ]


async def test_a_new_item(editor: Actor, colleague: Actor) -> None:
    draft = await drafting.begin_new(slug="lost-card", name="身份证补领", by=editor)
    with pytest.raises(SlugTaken):
        await drafting.begin_new(slug="lost-card", name="身份证补领", by=colleague)
    with pytest.raises(SlugTaken):
        await drafting.begin_new(slug="id-card", name="身份证换领", by=colleague)
    sheet = (await versions.sheet("id-card", 1)) | {
        "name": "居民身份证补领",
        "item_code": "11990100DEMA000113399010000200",
    }
    draft = await drafting.save(draft_id=draft.id, revision=1, sheet=sheet, by=editor)
    await drafting.submit(draft_id=draft.id, by=editor)
    await drafting.publish(draft_id=draft.id, by=colleague)
    assert (await Guide.get(item__slug="lost-card")).version == 1


async def test_given_up_it_is_out_of_the_way(editor: Actor, colleague: Actor) -> None:
    draft = await saved(editor, summary="甲。")
    await drafting.drop(draft_id=draft.id, by=editor, note="重复")
    assert await drafting.open_drafts() == []
    assert (await drafting.begin(slug="id-card", by=colleague)).id != draft.id
    with pytest.raises(DraftNotFound):
        await drafting.find(draft.id + 100)


async def test_what_needs_a_look(editor: Actor, monkeypatch: pytest.MonkeyPatch) -> None:
    [one] = await shelf_life.listed("hsfz")
    monkeypatch.setattr(shelf_life, "LOOK_AGAIN", clock.today() - one.effective_date)  # type: ignore[operator]
    assert one.warning == ""
    monkeypatch.setattr(shelf_life, "LOOK_AGAIN", clock.today() - one.effective_date - timedelta(days=1))  # type: ignore[operator]
    assert one.warning == "两年没有更新，请复核"
    assert await shelf_life.listed("%") == []
    soon = (clock.today() + timedelta(days=10)).isoformat()
    await build.small_city(item=build.item("version: 1", f"version: 1\nexpires: {soon}"))
    [one] = await shelf_life.listed()
    assert one.warning == f"{soon} 失效"
