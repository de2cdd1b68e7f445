"""What was missed or disliked is gathered by its meaning, decided once, and taught to the bot."""

import asyncio
from datetime import timedelta

import pytest

from assistant import alike, asking, effect, jobs, knowledge, labelling, learning, teaching
from assistant.answering import Kind
from assistant.learning_errors import ClusterDecided, ClusterNotFound, ClusterOpen, LearningReasonNeeded, NameKnown
from assistant.learning_models import QuestionCluster
from assistant.models import Turn
from catalogue import drafting, synonyms
from catalogue.draft_errors import DraftNotOpen
from catalogue.draft_models import GuideDraft
from catalogue.synonym_errors import SynonymOfItself, SynonymTaken
from foundation import audit, clock
from foundation.actor import Actor
from foundation.audit import Deed
from tests.builders import catalogue as build
from tests.builders import identity, learning_log

pytestmark = pytest.mark.usefixtures("db", "redis_db")


@pytest.fixture
async def editor() -> Actor:
    await build.small_city()
    knowledge.forget()
    return Actor.staff(await identity.staff(("editor", ""), username="bianji"))


async def deeds(cluster: QuestionCluster) -> list[Deed]:
    return await audit.latest([f"cluster:{cluster.id}"])


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("请问公积金怎么提取", "公积金提取要什么材料", True),
        ("公积金提取", "公鸡金提取", True),
        ("公积金提取", "gongjijin tiqu", True),
        ("公積金提取", "公积金提取", True),
        ("办理身份证", "办理居住证", False),
        ("护照", "护士", False),
        ("狗证怎么办", "残疾证怎么办", False),
    ],
)
def test_what_means_the_same_is_one_group(one: str, other: str, same: bool) -> None:
    groups = alike.Groups([alike.topic_of(one)])
    assert (groups.like(alike.topic_of(other)) == 0) is same


def test_nothing_to_compare_is_like_nothing() -> None:
    groups = alike.Groups(["公积金提取"])
    assert groups.like(alike.topic_of("？？？")) is None


async def test_gathers_what_was_missed_or_disliked_and_nothing_else(editor: Actor) -> None:
    await learning_log.missed("遛狗要办证吗", "狗狗证去哪里办")
    await learning_log.missed("公积金提取", "请问公积金提取要多少钱", "公鸡金提取")
    await learning_log.disliked("公积金提取")
    await learning_log.turns("找人工", kind=Kind.PERSON, confidence=1.0)
    await learning_log.turns("身份证", kind=Kind.ANSWER, confidence=0.9, helpful=True)
    assert await learning.gather() == 6
    first, *rest = await learning.groups()
    assert (first.cluster.said, first.asked, first.disliked, first.unanswered) == ("公积金提取", 4, 1, 3)
    assert sum(one.asked for one in rest) == 2
    assert [one.question for one in await learning.examples(first.cluster.id)][0] == "公积金提取"
    assert await learning.gather() == 0


async def test_more_than_one_batch_is_gathered(editor: Actor, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(learning, "MOST_AT_ONCE", 2)
    await learning_log.missed("公积金提取", "公积金提取", "遛狗证", "公积金提取", "遛狗证")
    assert await learning.gather() == 5
    assert [one.asked for one in await learning.groups()] == [3, 2]


async def test_what_was_decided_takes_in_what_is_like_it_and_counts_it(editor: Actor) -> None:
    await learning_log.missed("讲个笑话")
    await learning.gather()
    [group] = await learning.groups()
    with pytest.raises(LearningReasonNeeded):
        await learning.ignore(cluster_id=group.cluster.id, reason=" ", by=editor)
    await learning.ignore(cluster_id=group.cluster.id, reason="闲聊", by=editor)
    with clock.shifted(timedelta(minutes=1)):
        [later] = await learning_log.missed("给我讲个笑话")
        await Turn.filter(id=later.id).update(at=clock.now())
        await learning.gather()
    assert await learning.groups() == []
    [ignored] = await learning.groups("ignored")
    assert (ignored.asked, ignored.since, ignored.cluster.note) == (2, 1, "闲聊")
    with pytest.raises(ClusterDecided):
        await learning.ignore(cluster_id=group.cluster.id, reason="再来", by=editor)
    with pytest.raises(LearningReasonNeeded):
        await learning.reopen(cluster_id=group.cluster.id, reason="", by=editor)
    await learning.reopen(cluster_id=group.cluster.id, reason="问的人多", by=editor)
    with pytest.raises(ClusterOpen):
        await learning.reopen(cluster_id=group.cluster.id, reason="问的人多", by=editor)
    assert [one.action for one in await deeds(group.cluster)] == ["learning.reopened", "learning.ignored"]


async def test_groups_go_with_their_questions(editor: Actor) -> None:
    turns = await learning_log.missed("讲个笑话")
    await learning.gather()
    await jobs.delete_old_conversations(clock.now() + timedelta(days=1))
    assert not await Turn.exists(id=turns[0].id)
    await learning.gather()
    assert await QuestionCluster.all().count() == 0
    with pytest.raises(ClusterNotFound):
        await learning.find(1)


async def answered(said: str) -> None:
    """Wait until the bot, which looks at the catalogue once a second, answers."""
    async with asyncio.timeout(30):
        while (await asking.ask(question=said)).answer.kind is not Kind.ANSWER:
            await asyncio.sleep(0.02)


async def a_group(*questions: str) -> QuestionCluster:
    await learning_log.missed(*questions)
    await learning.gather()
    [group] = await learning.groups()
    return group.cluster


async def test_a_group_becomes_an_everyday_name_that_a_second_person_publishes(editor: Actor) -> None:
    cluster = await a_group("刷脸卡")
    shown = await effect.of_name(slug="id-card", name="刷脸卡", asked=["刷脸卡"])
    assert shown.own[0].before == "没有答案"
    assert "居民身份证换领" in shown.own[0].after
    draft = await teaching.as_name(cluster_id=cluster.id, slug="id-card", name=" 刷脸卡 ", by=editor)
    assert draft.sheet["aliases"][-1] == "刷脸卡"
    assert (await learning.find(cluster.id)).outcome["draft_id"] == draft.id
    assert (await asking.ask(question="刷脸卡")).answer.kind is not Kind.ANSWER
    await drafting.submit(draft_id=draft.id, by=editor)
    other = Actor.staff(await identity.staff(("editor", ""), username="shenhe"))
    await drafting.publish(draft_id=draft.id, by=other)
    await answered("刷脸卡")


async def test_a_group_becomes_a_common_question(editor: Actor) -> None:
    cluster = await a_group("戴眼镜能拍照不")
    told = await effect.of_question(
        slug="id-card", question="拍照能戴眼镜吗", answer="可以戴透明镜片。", asked=["拍照能戴眼镜吗"]
    )
    assert "拍照能戴眼镜吗" in told.own[0].after
    draft = await teaching.as_question(
        cluster_id=cluster.id, slug="id-card", question="拍照能戴眼镜吗", answer="可以戴透明镜片。", by=editor
    )
    assert draft.sheet["faqs"][-1] == {"question": "拍照能戴眼镜吗", "answer": "可以戴透明镜片。"}
    assert await drafting.faults(draft) == []


@pytest.mark.parametrize(
    ("element", "text", "entry"),
    [
        ("notes", "拍照时不要戴帽子。", "拍照时不要戴帽子。"),
        ("conditions", "本人到场。", "本人到场。"),
        ("materials", "佩戴头饰的说明\n宗教场所出具。", {"name": "佩戴头饰的说明", "note": "宗教场所出具。"}),
        ("steps", "摘下头饰\n照相前摘下。", {"name": "摘下头饰", "text": "照相前摘下。"}),
    ],
)
async def test_what_was_missed_becomes_part_of_a_guide(editor: Actor, element: str, text: str, entry: object) -> None:
    cluster = await a_group("拍照能戴帽子吗")
    told = await effect.of_section(slug="id-card", element=element, text=text, asked=["拍照能戴帽子吗"])
    assert [one.question for one in told.own] == ["拍照能戴帽子吗"]
    draft = await teaching.as_section(cluster_id=cluster.id, slug="id-card", element=element, text=text, by=editor)
    assert draft.sheet[element][-1] == entry
    assert await drafting.faults(draft) == []
    decided = await learning.find(cluster.id)
    assert (decided.state, decided.outcome["what"]) == ("done", "sectioned")
    await learning.reopen(cluster_id=cluster.id, reason="再写一次", by=editor)
    with pytest.raises(NameKnown):
        await teaching.as_section(cluster_id=cluster.id, slug="id-card", element=element, text=text, by=editor)


async def test_what_fails_leaves_neither_draft_nor_decision(editor: Actor) -> None:
    cluster = await a_group("刷脸卡")
    with pytest.raises(NameKnown):
        await teaching.as_name(cluster_id=cluster.id, slug="id-card", name="居民身份证换领", by=editor)
    assert await GuideDraft.all().count() == 0
    assert (await learning.find(cluster.id)).state == "open"
    await teaching.as_name(cluster_id=cluster.id, slug="id-card", name="刷脸卡", by=editor)
    with pytest.raises(ClusterDecided):
        await teaching.as_name(cluster_id=cluster.id, slug="id-card", name="刷脸的卡", by=editor)
    draft = await GuideDraft.get()
    assert "刷脸的卡" not in draft.sheet["aliases"]
    await drafting.submit(draft_id=draft.id, by=editor)
    await learning.reopen(cluster_id=cluster.id, reason="再加一个", by=editor)
    with pytest.raises(DraftNotOpen):
        await teaching.as_name(cluster_id=cluster.id, slug="id-card", name="刷脸的卡", by=editor)


async def test_a_synonym_answers_at_once(editor: Actor) -> None:
    cluster = await a_group("小蓝卡换领")
    told = await effect.of_synonym(said="小蓝卡", word="身份证", asked=["小蓝卡换领"])
    await teaching.as_synonym(cluster_id=cluster.id, said="小蓝卡", word="身份证", by=editor)
    await answered("小蓝卡换领")
    assert "居民身份证换领" in told.own[0].after
    assert ["身份证", "小蓝卡"] in [group[:1] + group[-1:] for group in await synonyms.groups()]
    assert [one.action for one in await deeds(cluster)] == ["learning.worded"]


async def test_a_word_is_in_one_group_of_synonyms(editor: Actor) -> None:
    await synonyms.add(said="小蓝卡", word="身份证", by=editor)
    await synonyms.add(said="小绿卡", word="身份证", by=editor)
    for said, word in (("小蓝卡", "护照"), ("护照", "小绿卡")):
        with pytest.raises(SynonymTaken):
            await synonyms.add(said=said, word=word, by=editor)
    for said, word in (("护照", " 护照 "), ("", "护照")):
        with pytest.raises(SynonymOfItself):
            await synonyms.add(said=said, word=word, by=editor)


async def test_the_effect_tells_better_from_worse(editor: Actor) -> None:
    await labelling.add(question="小蓝卡换领", expects="answer", slug="id-card", by=editor)
    await labelling.add(question="讲个笑话", expects="unknown", by=editor)
    better = await effect.of_synonym(said="小蓝卡", word="身份证", asked=[])
    assert [one.question for one in better.better] == ["小蓝卡换领"]
    assert (better.worse, better.same, better.measured) == ([], 1, 2)
    worse = await effect.of_name(slug="id-card", name="讲个笑话", asked=[])
    assert [one.question for one in worse.worse] == ["讲个笑话"]
    assert [count for _, count, _ in await effect.standing()] == [effect.AS_IT_SHOULD, effect.NOT_WRONG]
