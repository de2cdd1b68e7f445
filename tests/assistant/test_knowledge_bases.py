"""Knowledge bases in the database: written by one, published by another, in use in all processes."""

import pytest

from assistant import (
    asking,
    knowledge,
    knowledge_bases,
    labelling,
    local_guides,
    local_words,
    thread,
    threshold_effect,
    thresholds,
)
from assistant.confidence import Band, Bands
from assistant.corpus import FEES
from assistant.knowledge_base_errors import (
    BandsChanged,
    BandsCrossed,
    BandsNotFound,
    BandsReasonNeeded,
    BaseIsTheCity,
    BaseNameTaken,
    BaseNotFound,
    LocalGuideChanged,
    LocalGuideNotFound,
    LocalGuideNotOpen,
    LocalSectionUnknown,
    LocalWordNotFound,
    LocalWordTaken,
    NothingLocal,
    OwnLocalWork,
    PlaceNeeded,
)
from assistant.knowledge_base_models import KnowledgeBase, LocalGuide
from assistant.local_sheet import LocalSection, LocalSheet
from catalogue.errors import HallNotFound, ItemNotFound
from catalogue.synonym_errors import SynonymOfItself
from foundation import audit, bus, redis
from foundation.actor import Actor
from foundation.idempotency import KeyReused
from tests.builders import catalogue, identity
from tests.foundation.test_bus import until

pytestmark = pytest.mark.usefixtures("db", "redis_db")

FREE = LocalSheet(sections=[LocalSection(FEES, "本区居民不收费。")])
ASKED = "身份证换领要多少钱"


@pytest.fixture(autouse=True)
async def city(monkeypatch: pytest.MonkeyPatch, db: None, redis_db: object) -> None:
    monkeypatch.setattr(knowledge, "LOOK_EVERY", 0.0)
    knowledge.forget()
    await catalogue.small_city()


@pytest.fixture
async def editor() -> Actor:
    return Actor.staff(await identity.staff(("editor", ""), username="bianji"))


@pytest.fixture
async def reviewer() -> Actor:
    return Actor.staff(await identity.staff(("editor", ""), username="shenhe"))


async def district(by: Actor, **changed: str) -> KnowledgeBase:
    top = await knowledge_bases.city()
    fields = {"code": "dong", "name": "东城区", "kind": "district", **changed}
    return await knowledge_bases.create(parent_id=top.id, names=["东城"], by=by, **fields)


async def written(base: KnowledgeBase, by: Actor, sheet: LocalSheet = FREE) -> LocalGuide:
    draft = await local_guides.begin(base_id=base.id, slug="id-card", by=by)
    return await local_guides.save(guide_id=draft.id, revision=draft.revision, sheet=sheet, by=by)


async def said(question: str, place: str = "dong") -> str:
    return (await asking.ask(question=question, place=place)).answer.text


async def test_from_a_draft_to_what_citizens_hear_and_back(editor: Actor, reviewer: Actor) -> None:
    base = await district(editor)
    draft = await written(base, editor)
    assert "本区居民不收费" not in await said(ASKED)
    with pytest.raises(OwnLocalWork):
        await local_guides.publish(guide_id=draft.id, by=editor)
    await local_guides.publish(guide_id=draft.id, by=reviewer)
    assert "本区居民不收费" in await said(ASKED)
    assert "本区居民不收费" in await said("东城区" + ASKED, place="")
    assert "本区居民不收费" not in await said(ASKED, place="")
    again = await local_guides.begin(base_id=base.id, slug="id-card", by=editor)
    assert (again.version, local_guides.sheet_of(again)) == (2, FREE)
    await local_guides.save(guide_id=again.id, revision=1, sheet=LocalSheet(aliases=["小卡片"]), by=editor)
    await local_guides.publish(guide_id=again.id, by=reviewer)
    assert "本区居民不收费" not in await said(ASKED)
    assert await LocalGuide.filter(state="retired").count() == 1
    await local_guides.retire(guide_id=again.id, by=reviewer)
    assert await local_guides.held(base) == []
    actions = [deed.action for deed in await audit.latest([knowledge_bases.subject(base.id)])]
    assert actions.count("local.published") == 2
    assert {"base.created", "local.begun", "local.saved", "local.retired"} <= set(actions)


async def test_the_talk_remembers_its_place(editor: Actor, reviewer: Actor) -> None:
    base = await district(editor)
    await local_guides.publish(guide_id=(await written(base, editor)).id, by=reviewer)
    first = await asking.ask(question="东城区" + ASKED)
    assert first.answer.passages[0].source.base == "东城区"
    then = await asking.ask(question="市里的规定呢", conversation=first.conversation)
    assert {one.source.base for one in then.answer.passages} == {"全市"}
    await redis.client().flushdb()
    assert "本区居民" in (await asking.ask(question="区里的呢", conversation=first.conversation)).answer.text
    third = await thread.recall(first.conversation)
    assert third
    assert (third.memory["base"], third.memory["ours"]) == ("dong", "dong")


async def test_the_same_question_from_elsewhere_is_another(editor: Actor) -> None:
    await district(editor)
    key = "5f0c1a6e-8a54-4a0e-9d2b-6f3d0a6f7c11"
    first = await asking.ask(question=ASKED, place="dong", key=key)
    assert await asking.ask(question=ASKED, place="dong", key=key) == first
    for place in ("city", ""):
        with pytest.raises(KeyReused):
            await asking.ask(question=ASKED, place=place, key=key)


async def test_what_cannot_be_written_is_refused(editor: Actor, reviewer: Actor) -> None:
    base = await district(editor)
    top = await knowledge_bases.city()
    draft = await written(base, editor)
    with pytest.raises(LocalGuideChanged):
        await local_guides.save(guide_id=draft.id, revision=1, sheet=FREE, by=editor)
    unknown = LocalSheet(sections=[LocalSection("weather", "晴")])
    with pytest.raises(LocalSectionUnknown):
        await local_guides.save(guide_id=draft.id, revision=2, sheet=unknown, by=editor)
    with pytest.raises(HallNotFound):
        await local_guides.save(guide_id=draft.id, revision=2, sheet=LocalSheet(halls=["0000"]), by=editor)
    await local_guides.save(guide_id=draft.id, revision=2, sheet=LocalSheet(), by=editor)
    with pytest.raises(NothingLocal):
        await local_guides.publish(guide_id=draft.id, by=reviewer)
    with pytest.raises(LocalGuideNotOpen):
        await local_guides.retire(guide_id=draft.id, by=reviewer)
    await local_guides.drop(guide_id=draft.id, by=editor)
    with pytest.raises(LocalGuideNotFound):
        await local_guides.drop(guide_id=draft.id, by=editor)
    with pytest.raises(ItemNotFound):
        await local_guides.begin(base_id=base.id, slug="nothing", by=editor)
    with pytest.raises(BaseIsTheCity):
        await local_guides.begin(base_id=top.id, slug="id-card", by=editor)


async def test_what_cannot_be_a_base_is_refused(editor: Actor) -> None:
    base = await district(editor)
    with pytest.raises(BaseNameTaken):
        await district(editor, name="西城区")
    with pytest.raises(BaseNameTaken):
        await district(editor, code="xi")
    with pytest.raises(BaseIsTheCity):
        await district(editor, code="xi", name="西城区", kind="city")
    with pytest.raises(HallNotFound):
        await district(editor, code="xi", name="西城区", hall="0000")
    with pytest.raises(PlaceNeeded):
        await knowledge_bases.call(base_id=base.id, names=["东"], by=editor)
    with pytest.raises(BaseNotFound):
        await knowledge_bases.find(base.id + 1000)
    assert (await knowledge_bases.call(base_id=base.id, names=["東城", " "], by=editor)).names == ["东城区", "东城"]
    assert [(one.base.name, one.depth) for one in await knowledge_bases.tree()] == [("全市", 0), ("东城区", 1)]


async def test_a_local_word_is_heard_there_at_once(editor: Actor) -> None:
    base = await district(editor)
    added = await local_words.add(base_id=base.id, said="小卡子", word="居民身份证换领", by=editor)
    assert (await knowledge.current()).localities.views["dong"].search("小卡子")
    assert not (await knowledge.current()).search("小卡子")
    with pytest.raises(LocalWordTaken):
        await local_words.add(base_id=base.id, said="小卡子", word="护照", by=editor)
    with pytest.raises(SynonymOfItself):
        await local_words.add(base_id=base.id, said="护照", word="護照", by=editor)
    await local_words.remove(base_id=base.id, word_id=added.id, by=editor)
    with pytest.raises(LocalWordNotFound):
        await local_words.remove(base_id=base.id, word_id=added.id, by=editor)


async def test_thresholds_hold_at_once_and_can_be_taken_back(editor: Actor) -> None:
    base = await district(editor)
    fitted = await threshold_effect.holding("dong")
    await thresholds.set_bands(base_id=base.id, answer_from=0.94, ask_from=0.2, seen=0, reason="试一试", by=editor)
    assert await threshold_effect.holding("dong") == Bands(0.94, 0.2)
    assert await threshold_effect.holding("city") == fitted
    await thresholds.inherit(base_id=base.id, seen=1, reason="太严", by=editor)
    assert await threshold_effect.holding("dong") == fitted
    await thresholds.revert(base_id=base.id, number=1, seen=2, by=editor)
    assert await threshold_effect.holding("dong") == Bands(0.94, 0.2)
    assert [one.number for one in await thresholds.history(base.id)] == [3, 2, 1]
    deed = (await audit.latest([knowledge_bases.subject(base.id)]))[0]
    assert (deed.action, deed.reason, deed.detail["answer_from"]) == ("bands.set", "恢复第 1 次的界线", 0.94)


@pytest.mark.parametrize(
    ("answer_from", "ask_from"), [(0.4, 0.4), (0.3, 0.5), (0.96, 0.3), (0.5, 0.01), (0.5, float("nan"))]
)
async def test_thresholds_that_cross_are_refused(editor: Actor, answer_from: float, ask_from: float) -> None:
    base = await district(editor)
    with pytest.raises(BandsCrossed):
        await thresholds.set_bands(
            base_id=base.id, answer_from=answer_from, ask_from=ask_from, seen=0, reason="试", by=editor
        )


async def test_thresholds_are_not_overwritten_unseen(editor: Actor) -> None:
    base = await district(editor)
    with pytest.raises(BandsReasonNeeded):
        await thresholds.inherit(base_id=base.id, seen=0, reason=" ", by=editor)
    with pytest.raises(BandsNotFound):
        await thresholds.revert(base_id=base.id, number=9, seen=0, by=editor)
    await thresholds.set_bands(base_id=base.id, answer_from=0.5, ask_from=0.3, seen=0, reason="一", by=editor)
    with pytest.raises(BandsChanged):
        await thresholds.set_bands(base_id=base.id, answer_from=0.6, ask_from=0.3, seen=0, reason="二", by=editor)


async def test_other_processes_take_thresholds_up(editor: Actor, monkeypatch: pytest.MonkeyPatch) -> None:
    base = await district(editor)
    await knowledge.current()
    monkeypatch.setattr(knowledge, "LOOK_EVERY", 60.0)
    await bus.start()
    try:
        await until(bus.hears)
        await thresholds.set_bands(base_id=base.id, answer_from=0.9, ask_from=0.3, seen=0, reason="广播", by=editor)

        def heard() -> bool:
            kept = knowledge._Shelf.snapshot
            view = kept.localities.view("dong") if kept else None
            return view is not None and view.bands == Bands(0.9, 0.3)

        await until(heard)
    finally:
        await bus.stop()


async def test_the_effect_of_thresholds_is_shown_before(editor: Actor) -> None:
    await district(editor)
    await labelling.add(question="身份证换领", expects="answer", slug="id-card", by=editor)
    await labelling.add(question="狗为什么会叫", expects="unknown", by=editor)
    none = await threshold_effect.of_bands("dong", Bands(0.46, 0.36))
    assert (none.measured, none.better, none.worse) == (2, [], [])
    strict = await threshold_effect.of_bands("dong", Bands(0.95, 0.949))
    before, after = strict.bands[Band.ANSWER]
    assert (before.asked, after.asked) == (1, 0)
    assert (before.right, after.right) == (100.0, None)
    assert strict.bands[Band.UNKNOWN][1].false == 100.0
    assert [one.question for one in strict.worse] == ["身份证换领"]
    assert (sum(strict.answerable), sum(strict.others)) == (1, 1)
    assert await threshold_effect.holding("dong") == none.now
