"""知识库, 本地办法 and 回答界线: pages for who writes guides; an editor of a district changes the district's only."""

import httpx
import pytest

from api.console import deeds
from assistant import knowledge, knowledge_bases, labelling, thresholds
from assistant.knowledge_base_models import BaseBands, KnowledgeBase, LocalGuide, LocalWord
from foundation.actor import Actor
from tests.builders import catalogue as build
from tests.builders.console import Desk, a_colleague

FIELDS = {"kind": ["fees", "periods"], "text": ["本区居民不收费。", ""], "question": "", "also": "", "answer": ""}


@pytest.fixture
async def base(api: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch) -> KnowledgeBase:
    monkeypatch.setattr(knowledge, "LOOK_EVERY", 0.0)
    await build.small_city()
    knowledge.forget()
    await a_colleague(("editor", ""), username="bianji", display_name="编辑甲")
    await a_colleague(("editor", ""), username="shenhe", display_name="审核乙")
    await a_colleague(("editor", "9901/02/"), username="bieren")
    await a_colleague(("window", "9901/"), username="chuangkou")
    top = await knowledge_bases.city()
    by = Actor.system("test")
    return await knowledge_bases.create(
        code="dong", name="东城区", kind="district", parent_id=top.id, names=["东城"], hall="9901", by=by
    )


async def signed_in(api: httpx.AsyncClient, username: str) -> Desk:
    desk = Desk(api)
    await desk.sign_in(username)
    return desk


async def test_a_base_is_made_and_named(api: httpx.AsyncClient, base: KnowledgeBase) -> None:
    desk = await signed_in(api, "bianji")
    fields = {"code": "fund", "name": "公积金中心", "kind": "department", "above": base.id, "names": "公积金、管理中心"}
    made = await desk.press("/console/bases", **fields)
    fund = await KnowledgeBase.get(code="fund")
    assert made.headers["HX-Redirect"] == f"/console/bases/{fund.id}"
    assert fund.names == ["公积金中心", "公积金", "管理中心"]
    listed = (await desk.open("/console/bases")).text
    assert "东城区" in listed
    assert "公积金中心" in listed
    assert (await desk.press("/console/bases", **fields)).status_code == 409
    await desk.press(f"/console/bases/{base.id}/names", names="东城，城东")
    await base.refresh_from_db()
    assert base.names == ["东城区", "东城", "城东"]


async def test_written_beside_what_holds_above_and_published_by_another(
    api: httpx.AsyncClient, base: KnowledgeBase
) -> None:
    desk = await signed_in(api, "bianji")
    begun = await desk.press(f"/console/bases/{base.id}/guides", slug="id-card")
    draft = await LocalGuide.get()
    address = f"/console/local-guides/{draft.id}"
    assert begun.headers["HX-Redirect"] == address
    assert "上级怎么写" in (await desk.open(address)).text
    assert "HX-Redirect" in (await desk.press(address, revision=1, **FIELDS)).headers
    assert (await desk.press(address, revision=1, **FIELDS)).status_code == 409
    assert (await desk.press(f"{address}/publish")).status_code == 403
    other = await signed_in(api, "shenhe")
    changed = (await other.open(address)).text
    assert '<ins><span class="unseen">新增：</span>本区居民不收费。</ins>' in changed
    assert "HX-Redirect" in (await other.press(f"{address}/publish")).headers
    shown = (await other.open(f"/console/bases/{base.id}")).text
    assert "本地" in shown
    assert "收费标准" in shown
    assert "发布本地办法" in shown
    assert "本区居民不收费" in (await other.open("/console/hit-test?q=身份证换领多少钱&at=dong")).text
    assert "本区居民不收费" not in (await other.open("/console/hit-test?q=身份证换领多少钱&at=city")).text
    await other.press(f"{address}/retire")
    assert (await LocalGuide.get()).state == "retired"
    assert "已停用" in (await other.open(address)).text


async def test_a_draft_is_given_up(api: httpx.AsyncClient, base: KnowledgeBase) -> None:
    desk = await signed_in(api, "bianji")
    await desk.press(f"/console/bases/{base.id}/guides", slug="id-card")
    draft = await LocalGuide.get()
    assert "HX-Redirect" in (await desk.press(f"/console/local-guides/{draft.id}/drop")).headers
    assert await LocalGuide.all().count() == 0


async def test_a_local_word(api: httpx.AsyncClient, base: KnowledgeBase) -> None:
    desk = await signed_in(api, "bianji")
    await desk.press(f"/console/bases/{base.id}/words", said="小卡子", word="身份证")
    assert "小卡子" in (await desk.open(f"/console/bases/{base.id}")).text
    word = await LocalWord.get()
    await desk.press(f"/console/bases/{base.id}/words/{word.id}/remove")
    assert await LocalWord.all().count() == 0


async def test_thresholds_are_seen_set_and_taken_back(api: httpx.AsyncClient, base: KnowledgeBase) -> None:
    await labelling.add(question="身份证换领", expects="answer", slug="id-card", by=Actor.system("test"))
    desk = await signed_in(api, "bianji")
    address = f"/console/bases/{base.id}/thresholds"
    assert "沿用上级的" in (await desk.open(address)).text
    shown = await desk.press(f"{address}/preview", answer_from=0.95, ask_from=0.94, seen=0, reason="")
    assert "标注集 1 题" in shown.text
    assert "身份证换领" in shown.text
    assert await BaseBands.all().count() == 0
    fields = {"answer_from": 0.6, "ask_from": 0.3, "reason": "误答太多"}
    assert "HX-Redirect" in (await desk.press(address, seen=0, **fields)).headers
    assert (await desk.press(address, seen=0, **fields)).status_code == 409
    assert (await desk.press(address, seen=1, **{**fields, "ask_from": 0.7})).status_code == 422
    await desk.press(f"{address}/inherit", seen=1, reason="不必了")
    await desk.press(f"{address}/revert", seen=2, number=1)
    history = await thresholds.history(base.id)
    assert [(one.number, one.answer_from) for one in history] == [(3, 0.6), (2, None), (1, 0.6)]
    page = (await desk.open(address)).text
    assert "本库自己的" in page
    assert "误答太多" in page


async def test_an_editor_of_another_district_reads_and_changes_nothing(
    api: httpx.AsyncClient, base: KnowledgeBase
) -> None:
    desk = await signed_in(api, "bieren")
    assert (await desk.open(f"/console/bases/{base.id}")).status_code == 200
    refused = [
        await desk.press(f"/console/bases/{base.id}/guides", slug="id-card"),
        await desk.press(f"/console/bases/{base.id}/words", said="小卡子", word="身份证"),
        await desk.press(f"/console/bases/{base.id}/thresholds", answer_from=0.6, ask_from=0.3, seen=0, reason="试"),
        await desk.press("/console/bases", code="xi", name="西城区", kind="district", above=base.id),
    ]
    assert {one.status_code for one in refused} == {403}


@pytest.mark.parametrize("path", ["", "/{0}", "/{0}/thresholds"])
async def test_others_do_not_find_it(api: httpx.AsyncClient, base: KnowledgeBase, path: str) -> None:
    desk = await signed_in(api, "chuangkou")
    assert (await desk.open(f"/console/bases{path.format(base.id)}")).status_code == 403


def test_every_deed_has_a_name() -> None:
    ours = {"base.created", "base.called", "bands.set", "local.begun", "local.saved", "local.published"}
    assert ours | {"local.dropped", "local.retired", "local.worded", "local.unworded"} <= deeds.ACTIONS.keys()
