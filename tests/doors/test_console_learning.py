"""待学习, 标注集, 命中测试 and 机器人统计: pages for who writes guides, and for nobody else."""

import csv
import io
from datetime import timedelta

import httpx
import pytest

from api.console import labels, section_names
from assistant import knowledge, learning
from assistant.answering import Kind
from assistant.learning_models import LabelledQuestion, QuestionCluster
from assistant.models import Turn
from catalogue.draft_models import GuideDraft
from catalogue.models import GuideSection, ServiceItem, SynonymGroup
from foundation import clock
from tests.builders import catalogue as build
from tests.builders import learning_log
from tests.builders.console import Desk, a_colleague

NASTY = "=cmd|' /C calc'!A0"


@pytest.fixture
async def desk(api: httpx.AsyncClient) -> Desk:
    await build.small_city()
    knowledge.forget()
    await a_colleague(("editor", ""), username="bianji", display_name="编辑甲")
    await a_colleague(("window", "9901/"), username="chuangkou")
    desk = Desk(api)
    await desk.sign_in("bianji")
    return desk


async def a_group(*said: str) -> QuestionCluster:
    await learning_log.missed(*said)
    await learning.gather()
    return await QuestionCluster.all().order_by("-id").first()  # type: ignore[return-value]


async def test_from_a_miss_to_a_draft(desk: Desk) -> None:
    await learning_log.missed("刷脸卡", "刷脸卡要多少钱")
    assert (await desk.press("/console/learning/gather")).headers["HX-Redirect"] == "/console/learning"
    cluster = await QuestionCluster.get()
    assert "刷脸卡" in (await desk.open("/console/learning")).text
    address = f"/console/learning/{cluster.id}"
    assert "刷脸卡要多少钱" in (await desk.open(address)).text
    shown = await desk.press(f"{address}/name/preview", slug="id-card", name="刷脸卡")
    assert "居民身份证换领" in shown.text
    assert await GuideDraft.all().count() == 0
    made = await desk.press(f"{address}/name", slug="id-card", name="刷脸卡")
    draft = await GuideDraft.get()
    assert made.headers["HX-Redirect"] == f"/console/drafts/{draft.id}"
    done = (await desk.open(address)).text
    assert "日常说法“刷脸卡”" in done
    assert f'href="/console/drafts/{draft.id}"' in done
    assert "编辑甲" in (await desk.open("/console/learning?state=done")).text
    assert (await desk.press(f"{address}/name", slug="id-card", name="别的")).status_code == 409


async def test_a_synonym_and_a_common_question(desk: Desk) -> None:
    address = f"/console/learning/{(await a_group('小蓝卡换领')).id}"
    fields = {"said": "小蓝卡", "word": "身份证"}
    assert "居民身份证换领" in (await desk.press(f"{address}/synonym/preview", **fields)).text
    groups = await SynonymGroup.all().count()
    assert (await desk.press(f"{address}/synonym", **fields)).headers["HX-Redirect"] == address
    assert await SynonymGroup.all().count() in (groups, groups + 1)
    assert "同义词“小蓝卡＝身份证”" in (await desk.open(address)).text
    other = f"/console/learning/{(await a_group('戴眼镜能拍照不')).id}"
    faq = {"slug": "id-card", "question": "拍照能戴眼镜吗", "answer": "可以。"}
    assert "拍照能戴眼镜吗" not in (await desk.press(f"{other}/question/preview", **faq)).text.partition("这一组")[0]
    assert "HX-Redirect" in (await desk.press(f"{other}/question", **faq)).headers
    assert (await GuideDraft.get()).sheet["faqs"][-1]["question"] == "拍照能戴眼镜吗"


async def test_ignoring_needs_a_reason_and_can_be_taken_back(desk: Desk) -> None:
    address = f"/console/learning/{(await a_group('讲个笑话')).id}"
    assert (await desk.press(f"{address}/ignore", reason="")).status_code == 422
    assert (await desk.press(f"{address}/ignore", reason="闲聊")).headers["HX-Redirect"] == "/console/learning"
    assert "闲聊" in (await desk.open("/console/learning?state=ignored")).text
    assert (await desk.press(f"{address}/reopen", reason="再看看")).headers["HX-Redirect"] == address
    assert (await QuestionCluster.get()).state == "open"


async def test_the_labelled_set_grows(desk: Desk) -> None:
    asked = {"question": "换证要多少钱", "expects": "answer", "slug": "id-card", "section": "fees"}
    assert "HX-Redirect" in (await desk.press("/console/labels", **asked)).headers
    assert (await desk.press("/console/labels", **asked)).status_code == 409
    shown = (await desk.open("/console/labels?q=办护照")).text
    assert "居民身份证换领 · 收费标准" in shown
    assert 'value="办护照"' in shown
    assert "HX-Redirect" in (await desk.press("/console/labels/shipped")).headers
    label = await LabelledQuestion.get(question="换证要多少钱")
    assert "HX-Redirect" in (await desk.press(f"/console/labels/{label.id}/remove")).headers
    assert not await LabelledQuestion.exists(id=label.id)


async def test_the_hit_test_takes_a_score_apart(desk: Desk) -> None:
    shown = (await desk.open("/console/hit-test?q=身份证换领要多少钱")).text
    for said in ("居民身份证换领", "相邻两字合计", "读音合计", "与名称接近", "最接近的名称", "市民看到的回答"):
        assert said in shown
    assert await Turn.all().count() == 0
    assert "什么也没有找到" in (await desk.open("/console/hit-test?q=qqqq")).text
    assert (await desk.open("/console/hit-test?q=<script>alert(1)</script>")).status_code == 200


async def test_figures_hits_and_hot_questions(desk: Desk) -> None:
    item = await ServiceItem.get(slug="id-card")
    for _ in range(3):
        answered = {"kind": Kind.ANSWER, "item_code": item.item_code, "section": "fees", "confidence": 0.9}
        await learning_log.turns("换证要多少钱", "身份证***换领", **answered)
        await learning_log.turns("多少钱呢", **{**answered, "confidence": 1.0})
    await learning_log.turns("只有我问过的话", **answered)
    await learning_log.turns("不好用", **answered, helpful=False)
    await learning_log.missed("讲个笑话")
    await ServiceItem.filter(id=item.id).update(name=NASTY)
    today = clock.today()
    span = f"start={today - timedelta(days=2)}&end={today + timedelta(days=1)}"
    shown = (await desk.open(f"/console/bot?{span}")).text
    assert "换证要多少钱" in shown
    for private in ("身份证***换领", "多少钱呢", "只有我问过的话"):
        assert private not in shown
    days = await desk.open(f"/console/bot/file?{span}")
    rows = list(csv.reader(io.StringIO(days.text.lstrip("\ufeff"))))
    assert rows[-1][:7] == ["合计", "12", "11", "0", "1", "0", "91.7"]
    assert len(rows) == 6
    hits = list(csv.reader(io.StringIO((await desk.open(f"/console/bot/hits?{span}")).text.lstrip("\ufeff"))))
    assert hits[1] == [f"'{NASTY}", "收费标准", "11", "0", "1"]


async def test_the_weekly_report_compares_two_weeks(desk: Desk) -> None:
    today = clock.today()
    monday = today - timedelta(days=today.weekday())
    await a_group("讲个笑话")
    await Turn.all().update(at=clock.now() - timedelta(days=7))
    shown = (await desk.open(f"/console/bot/week?day={today - timedelta(days=7)}")).text
    assert f'href="/console/bot/week?day={monday}"' in shown
    assert '<th scope="row">没有答案</th><td>1</td><td>0</td>' in shown
    this = (await desk.open(f"/console/bot/week?day={today}")).text
    assert '<th scope="row">没有答案</th><td>0</td><td>1</td>' in this


async def test_nobody_else_comes_in(desk: Desk) -> None:
    address = f"/console/learning/{(await a_group('讲个笑话')).id}"
    await desk.press("/console/sign-out")
    await desk.sign_in("chuangkou")
    pages = ("learning", "labels", "hit-test?q=a", "bot", "bot/file", "bot/hits", "bot/week")
    for page in (*(f"/console/{one}" for one in pages), address):
        assert (await desk.open(page)).status_code == 403, page
    for deed in ("ignore", "reopen"):
        assert (await desk.press(f"{address}/{deed}", reason="不学")).status_code == 403
    assert (await desk.press(f"{address}/synonym", said="甲", word="乙")).status_code == 403
    assert (await desk.press("/console/labels", question="换证", expects="unknown")).status_code == 403


async def test_elements_are_called_as_in_the_guides(desk: Desk) -> None:
    titles = await GuideSection.exclude(kind__in=["variant", "question"]).values_list("kind", "title")
    assert {kind: section_names.SECTION_NAMES[kind] for kind, _ in titles} == dict(titles)
    assert set(labels.WORTH.values()) == {"符合", "未答上", "答错"}
