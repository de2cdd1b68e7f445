"""A version that was approved for a later day: nothing of it shows before, and it can be taken back."""

from datetime import timedelta
from typing import Any

import pytest

from catalogue import drafting, exporting, importing, jobs, shelf_life, versions, withdrawing
from catalogue.draft_errors import AlreadyDrafted, NotWaiting, ReasonNeeded
from catalogue.errors import ItemNotFound
from catalogue.importing_errors import NothingNew
from catalogue.models import Guide, ServiceItem
from foundation import audit, clock
from foundation.actor import Actor
from tests.builders import catalogue as build
from tests.builders import identity

pytestmark = pytest.mark.usefixtures("db", "redis_db")
WITHOUT_FORM = build.item("    form: blank.html\n", "")
LATER = timedelta(days=10)


@pytest.fixture
async def editor() -> Actor:
    await build.small_city(item=WITHOUT_FORM)
    return Actor.staff(await identity.staff(("editor", ""), username="bianji"))


@pytest.fixture
async def colleague(editor: Actor) -> Actor:
    return Actor.staff(await identity.staff(("editor", ""), username="shenhe"))


async def approved(by: Actor, reviewer: Actor, **changed: Any) -> None:
    draft = await drafting.begin(slug="id-card", by=by)
    sheet = {**draft.sheet, **changed}
    await drafting.save(draft_id=draft.id, revision=draft.revision, sheet=sheet, by=by)
    await drafting.submit(draft_id=draft.id, by=by)
    await drafting.publish(draft_id=draft.id, by=reviewer)


async def dearer_later(by: Actor, reviewer: Actor) -> dict[str, Any]:
    said = (await versions.sheet("id-card", 1))["fees"][0]
    day = (clock.today() + LATER).isoformat()
    changed = {"summary": "四十元换一张。", "fees": [{**said, "amount_fen": 4000}], "effective": day}
    await approved(by, reviewer, **changed)
    return changed


async def test_lists_say_what_is_in_force_until_its_day(editor: Actor, colleague: Actor) -> None:
    await dearer_later(editor, colleague)
    item = await ServiceItem.get(slug="id-card")
    assert (item.summary, item.fee_fen) == ("身份证到期换一张。", 2000)
    [listed] = await shelf_life.listed("id-card")
    assert (listed.version, listed.next_version, listed.next_date) == (1, 2, clock.today() + LATER)
    with clock.shifted(LATER):
        await jobs.keep_dates()
    item = await ServiceItem.get(slug="id-card").select_related("guide", "department")
    assert (item.summary, item.fee_fen, item.guide.version if item.guide else 0) == ("四十元换一张。", 4000, 2)


async def test_a_draft_after_it_follows_it_and_keeps_its_day(editor: Actor, colleague: Actor) -> None:
    later = await dearer_later(editor, colleague)
    draft = await drafting.begin(slug="id-card", by=editor)
    assert (draft.base_version, draft.sheet["effective"], draft.sheet["summary"]) == (
        2,
        later["effective"],
        "四十元换一张。",
    )


async def test_taken_back_it_never_comes_into_force(editor: Actor, colleague: Actor) -> None:
    later = await dearer_later(editor, colleague)
    with pytest.raises(ReasonNeeded):
        await withdrawing.withdraw(slug="id-card", version=2, reason=" ", by=editor)
    await withdrawing.withdraw(slug="id-card", version=2, reason="暂缓调价", by=editor)
    with pytest.raises(NotWaiting):
        await withdrawing.withdraw(slug="id-card", version=2, reason="暂缓调价", by=editor)
    with pytest.raises(NotWaiting):
        await withdrawing.withdraw(slug="id-card", version=1, reason="撤下现行的", by=editor)
    [told] = [one for one in await audit.latest(["guide:id-card"]) if one.action == "guide.withdrawn"]
    assert (told.reason, told.detail) == ("暂缓调价", {"version": 2})
    with clock.shifted(LATER):
        await jobs.keep_dates()
    assert await Guide.filter(state="published").values_list("version", flat=True) == [1]
    draft = await drafting.begin(slug="id-card", by=editor)
    assert (draft.base_version, draft.sheet["summary"]) == (
        2,
        "身份证到期换一张。",
    )
    assert later["summary"] not in str(draft.sheet)


async def test_an_earlier_version_is_made_a_draft_again(editor: Actor, colleague: Actor) -> None:
    await approved(editor, colleague, summary="换新证。")
    draft = await drafting.restore(slug="id-card", version=1, by=editor)
    assert (draft.base_version, draft.sheet["summary"]) == (2, "身份证到期换一张。")
    with pytest.raises(AlreadyDrafted):
        await drafting.restore(slug="id-card", version=1, by=colleague)
    await drafting.submit(draft_id=draft.id, by=editor)
    await drafting.publish(draft_id=draft.id, by=colleague)
    assert (await ServiceItem.get(slug="id-card")).summary == "身份证到期换一张。"
    with pytest.raises(ItemNotFound):
        await drafting.restore(slug="id-card", version=9, by=editor)


async def test_a_catalogue_as_exported_takes_nothing_back_that_waits(editor: Actor, colleague: Actor) -> None:
    await dearer_later(editor, colleague)
    with pytest.raises(NothingNew):
        await importing.receive(filename="a.xlsx", raw=await exporting.as_workbook(), by=editor)
