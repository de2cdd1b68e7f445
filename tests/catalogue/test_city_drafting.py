from typing import Any

import pytest

from catalogue import city_drafting, city_export, drafting, edition, items, scenarios, shelf, theme_editing
from catalogue.city_draft_errors import (
    AlreadyInWork,
    CityDraftChanged,
    CityDraftOutdated,
    NothingWritten,
    StillNeeded,
)
from catalogue.city_draft_models import CityDraft
from catalogue.draft_errors import DraftNotOpen, OwnWork, ReasonNeeded
from catalogue.errors import ScenarioNotFound, ThemeNotFound
from catalogue.faults import FormatFaults
from catalogue.models import Guide, Scenario, ServiceItem, Theme
from foundation import audit
from foundation.actor import Actor
from tests.builders import catalogue as build
from tests.builders import identity

pytestmark = pytest.mark.usefixtures("db", "redis_db")


@pytest.fixture
async def two() -> tuple[Actor, Actor]:
    await build.small_city()
    return Actor.staff(await identity.staff(username="wangwu")), Actor.staff(await identity.staff(username="zhaoliu"))


async def written(kind: str, code: str, by: Actor, **changed: Any) -> CityDraft:
    draft = await city_drafting.begin(kind=kind, code=code, by=by)
    base = city_drafting.mark(await city_drafting.standing(draft))
    return await city_drafting.save(
        draft_id=draft.id, revision=draft.revision, sheet={**draft.sheet, **changed}, base=base, by=by
    )


async def submitted(kind: str, code: str, by: Actor, **changed: Any) -> CityDraft:
    draft = await written(kind, code, by, **changed)
    return await city_drafting.submit(draft_id=draft.id, by=by)


async def test_a_scenario_is_seen_by_another_before_citizens_see_it(two: tuple[Actor, Actor]) -> None:
    wang, zhao = two
    draft = await submitted("scenario", "lost", wang, name="证件不见了")
    assert (await scenarios.everyone())[0].name != "证件不见了"
    with pytest.raises(OwnWork):
        await city_drafting.publish(draft_id=draft.id, by=wang)
    before = await edition.number()
    await city_drafting.publish(draft_id=draft.id, by=zhao)
    assert await edition.number() == before + 1
    shelf.forget()
    assert (await scenarios.everyone())[0].name == "证件不见了"
    done = [one.action.partition(".")[2] for one in await audit.latest(["scenario:lost"])]
    assert done == ["published", "submitted", "saved", "begun"]
    with pytest.raises(DraftNotOpen):
        await city_drafting.publish(draft_id=draft.id, by=zhao)


async def test_what_has_faults_is_kept_and_not_submitted(two: tuple[Actor, Actor]) -> None:
    wang, _ = two
    draft = await written("scenario", "lost", wang, questions=[])
    assert (await city_drafting.find(draft.id)).sheet["questions"] == []
    with pytest.raises(FormatFaults):
        await city_drafting.submit(draft_id=draft.id, by=wang)
    same = await city_drafting.begin(kind="scenario", code="lost", by=wang)
    assert same.id == draft.id


async def test_nothing_written_and_somebody_faster(two: tuple[Actor, Actor]) -> None:
    wang, zhao = two
    draft = await city_drafting.begin(kind="scenario", code="lost", by=wang)
    with pytest.raises(NothingWritten):
        await city_drafting.submit(draft_id=draft.id, by=wang)
    await city_drafting.save(draft_id=draft.id, revision=1, sheet=draft.sheet, base="", by=zhao)
    with pytest.raises(CityDraftChanged):
        await city_drafting.save(draft_id=draft.id, revision=1, sheet=draft.sheet, base="", by=wang)
    with pytest.raises(ScenarioNotFound):
        await city_drafting.begin(kind="scenario", code="nowhere", by=wang)
    with pytest.raises(ThemeNotFound):
        await city_drafting.begin(kind="theme", code="nowhere", by=wang)


async def test_a_draft_that_was_overtaken_goes_back_and_is_checked_anew(two: tuple[Actor, Actor]) -> None:
    wang, zhao = two
    draft = await submitted("scenario", "lost", wang, summary="新的说明")
    row = await Scenario.get(code="lost")
    await Scenario.filter(code="lost").update(tree={**row.tree, "aliases": ["证没了"]})  # an import
    with pytest.raises(CityDraftOutdated):
        await city_drafting.publish(draft_id=draft.id, by=zhao)
    with pytest.raises(ReasonNeeded):
        await city_drafting.send_back(draft_id=draft.id, by=zhao, note=" ")
    await city_drafting.send_back(draft_id=draft.id, by=zhao, note="先看看导入改了什么")
    again = await submitted("scenario", "lost", wang, aliases=["证没了"])
    await city_drafting.publish(draft_id=again.id, by=zhao)
    tree = (await Scenario.get(code="lost")).tree
    assert (tree["summary"], tree["aliases"]) == ("新的说明", ["证没了"])


async def test_a_scenario_ends_when_another_agrees(two: tuple[Actor, Actor]) -> None:
    wang, zhao = two
    end = await city_drafting.propose_end(kind="scenario", code="lost", reason="合并到别的场景", by=wang)
    with pytest.raises(AlreadyInWork):
        await city_drafting.propose_end(kind="scenario", code="lost", reason="再说一次", by=zhao)
    with pytest.raises(OwnWork):
        await city_drafting.publish(draft_id=end.id, by=wang)
    await city_drafting.send_back(draft_id=end.id, by=zhao, note="还有人用")
    assert (await city_drafting.find(end.id)).state == "dropped"
    end = await city_drafting.propose_end(kind="scenario", code="lost", reason="真的不用了", by=wang)
    await city_drafting.publish(draft_id=end.id, by=zhao)
    shelf.forget()
    assert await scenarios.everyone() == []


async def test_a_new_scenario_is_named_and_gets_its_code(two: tuple[Actor, Actor]) -> None:
    wang, zhao = two
    one = await city_drafting.begin_new(kind="scenario", name="孩子出生 2 胎", by=wang)
    other = await city_drafting.begin_new(kind="scenario", name="孩子出生 2 胎", by=zhao)
    assert (one.code, other.code) == ("hai-zi-chu-sheng-2-tai", "hai-zi-chu-sheng-2-tai-2")
    lost = (await Scenario.get(code="lost")).tree
    rest = {name: said for name, said in lost.items() if name not in ("code", "name")}
    draft = await submitted("scenario", one.code, wang, **rest)
    await city_drafting.publish(draft_id=draft.id, by=zhao)
    assert await Scenario.exists(code=one.code, position=1)


async def test_a_theme_is_made_filled_renamed_and_shown(two: tuple[Actor, Actor]) -> None:
    wang, zhao = two
    new = await city_drafting.begin_new(kind="theme", name="证件", by=wang)
    draft = await submitted("theme", new.code, wang, summary="各种证件", items=["id-card"])
    await city_drafting.publish(draft_id=draft.id, by=zhao)
    shelf.forget()
    assert [(one.code, one.items) for one in await items.themes()] == [("household", 1), ("zheng-jian", 1)]
    guide = await Guide.get(item__slug="id-card", state="published")
    assert (guide.version, guide.content["themes"]) == (2, ["household", "zheng-jian"])
    assert (await city_export.files())["themes"]["themes"][1]["name"] == "证件"
    draft = await submitted("theme", new.code, wang, name="证照", items=[])
    await city_drafting.publish(draft_id=draft.id, by=zhao)
    assert [(one.name, one.items) for one in await theme_editing.shelves("theme")] == [("户籍", 1), ("证照", 0)]
    assert (await ServiceItem.get(slug="id-card")).themes == ["household"]


async def test_what_keeps_a_theme_from_ending_is_told(two: tuple[Actor, Actor]) -> None:
    wang, zhao = two
    with pytest.raises(StillNeeded) as refused:
        await city_drafting.propose_end(kind="theme", code="household", reason="不再分", by=wang)
    assert refused.value.detail == ["“居民身份证换领”只在这个主题里，请先把它放进别的主题"]
    with pytest.raises(StillNeeded) as refused:
        await city_drafting.propose_end(kind="life_event", code="moving", reason="不再分", by=wang)
    assert "场景" in refused.value.detail[0]
    await Scenario.all().delete()
    end = await city_drafting.propose_end(kind="life_event", code="moving", reason="不再分", by=wang)
    await city_drafting.publish(draft_id=end.id, by=zhao)
    assert not await Theme.exists(kind="life_event")
    assert (await ServiceItem.get(slug="id-card")).life_events == []


async def test_an_item_whose_guide_is_being_written_is_not_moved_under_its_editor(two: tuple[Actor, Actor]) -> None:
    wang, _ = two
    await drafting.begin(slug="id-card", by=wang)
    draft = await written("life_event", "moving", wang, items=[])
    assert ["草稿" in one.message for one in await city_drafting.faults(draft)] == [True]
    draft = await written("life_event", "moving", wang, items=["id-card", "gone"], name="")
    assert {one.field for one in await city_drafting.faults(draft)} == {"name"}
    draft = await written("life_event", "moving", wang, items=["id-card", "gone"], name="搬家")
    assert ["没有现行的事项" in one.message for one in await city_drafting.faults(draft)] == [True]


async def test_the_order_is_changed_by_two(two: tuple[Actor, Actor]) -> None:
    wang, zhao = two
    new = await city_drafting.begin_new(kind="theme", name="证件", by=wang)
    draft = await submitted("theme", new.code, wang, summary="各种证件", items=["id-card"])
    await city_drafting.publish(draft_id=draft.id, by=zhao)
    draft = await submitted("order", "theme", wang, codes=[new.code, "household"])
    await city_drafting.publish(draft_id=draft.id, by=zhao)
    shelf.forget()
    assert [one.code for one in await items.themes()] == [new.code, "household"]
    draft = await written("order", "theme", wang, codes=["household"])
    assert await city_drafting.faults(draft)
