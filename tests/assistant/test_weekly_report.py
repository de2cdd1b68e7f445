"""The report of a week is made once it is over, once, and never changes; hits are counted entry by entry."""

from datetime import datetime, time, timedelta

import asyncpg
import pytest

from assistant import entry_hits, knowledge, labelling, learning, quality, report_jobs, weekly_report
from assistant.answering import Kind
from assistant.learning_models import LabelledQuestion
from assistant.models import Turn
from assistant.reply_errors import ReportNotFound
from assistant.reply_models import QualityReport
from catalogue import shelf_life
from catalogue.models import Guide, ServiceItem
from foundation import audit, clock
from foundation.actor import Actor
from tests.builders import catalogue as build
from tests.builders import handovers, learning_log

pytestmark = pytest.mark.usefixtures("db", "redis_db")

BY = Actor.system("test")


@pytest.fixture
async def item() -> ServiceItem:
    await build.small_city()
    knowledge.forget()
    return await ServiceItem.get(slug="id-card")


def answered_from(item: ServiceItem, *entries: tuple[str, str]) -> dict[str, object]:
    """An answer that read these elements out."""
    sources = [{"item_code": item.item_code, "section_kind": kind, "section_title": title} for kind, title in entries]
    return {
        "kind": Kind.ANSWER, "item_code": item.item_code, "section": entries[0][0], "answer": {"sources": sources},
    }  # fmt: skip


def in_last_week() -> datetime:
    return datetime.combine(weekly_report.last_monday() + timedelta(days=2), time(10), clock.SHANGHAI)


async def test_entries_are_counted_where_they_answered(item: ServiceItem) -> None:
    fees, question = ("fees", "收费标准"), ("question", "换证收费吗")
    await learning_log.turns("多少钱", **answered_from(item, fees, question), helpful=True)  # type: ignore[arg-type]
    await learning_log.turns("收费吗", **answered_from(item, question), helpful=False)  # type: ignore[arg-type]
    offered = {"choices": [{"item_code": item.item_code, "name": item.name}]}
    await learning_log.turns("证", kind=Kind.CHOOSE, answer=offered)
    await learning_log.turns("证件", kind=Kind.CHOOSE, answer={"choices": [{"item_code": "OTHER", "name": "别的"}]})
    [old] = await learning_log.turns("老话", **answered_from(item, fees))  # type: ignore[arg-type]
    await Turn.filter(id=old.id).update(at=clock.now() - timedelta(days=31))
    found = await entry_hits.of_item(item.item_code)
    counts = {one.title: (one.asked, one.shown, one.liked, one.disliked) for one in found.entries}
    assert counts == {"换证收费吗": (1, 2, 0, 1), "收费标准": (1, 1, 1, 0)}
    assert (found.total.asked, found.total.shown, found.total.liked, found.total.disliked) == (2, 3, 1, 1)


async def test_the_week_is_found_once_and_kept(item: ServiceItem) -> None:
    await labelling.add(question="身份证换领", expects="answer", slug="id-card", by=BY)
    turns = [
        *await learning_log.turns("多少钱", **answered_from(item, ("fees", "收费标准")), helpful=False),  # type: ignore[arg-type]
        *await learning_log.missed("遛狗要办证吗", "狗狗证去哪里办"),
    ]
    await Turn.filter(id__in=[one.id for one in turns]).update(at=in_last_week())
    await report_jobs.make_weekly_report()
    monday = weekly_report.last_monday()
    report = await weekly_report.of(monday)
    body = report.body
    assert (body["this"]["asked"], body["this"]["answer_rate"], body["last"]["asked"]) == (3, 33.3, 0)
    assert body["labels"] == {"all": 1, "right": 1, "wrong": 0}
    assert [report.said[one["id"]] for one in body["missed"]] == ["遛狗要办证吗", "狗狗证去哪里办"]
    assert [(one["title"], one["disliked"]) for one in body["disliked"]] == [("收费标准", 1)]
    assert "id-card" not in [one["slug"] for one in body["never"]["guides"]]
    assert body["unread"]["in_all"] >= 3
    [told] = await audit.latest([f"quality_report:{monday}"])
    assert told.action == "quality_report.made"
    await LabelledQuestion.all().delete()
    await report_jobs.make_weekly_report()
    assert (await weekly_report.of(monday)).body == body
    with pytest.raises(asyncpg.RaiseError, match="never changes"):
        await QualityReport.filter(monday=monday).update(body={})


async def test_it_holds_nobody_s_words(item: ServiceItem) -> None:
    [turn] = await learning_log.missed("我家在滨河路八号，遛狗要办证吗")
    await Turn.filter(id=turn.id).update(at=in_last_week())
    await report_jobs.make_weekly_report()
    assert "滨河路" not in str((await QualityReport.get()).body)
    await Turn.all().delete()
    await learning.gather()
    report = await weekly_report.of(weekly_report.last_monday())
    assert (len(report.body["missed"]), report.said) == (1, {})


async def test_it_says_how_the_labelled_set_stood_a_week_before(item: ServiceItem) -> None:
    monday = weekly_report.last_monday()
    await labelling.add(question="天气预报", expects="unknown", by=BY)
    await weekly_report.make(monday - timedelta(days=7))
    await labelling.add(question="身份证换领", expects="unknown", by=BY)
    await weekly_report.make(monday)
    report = await weekly_report.of(monday)
    assert report.body["labels"] == {"all": 2, "right": 1, "wrong": 1}
    assert report.labels_before == {"all": 1, "right": 1, "wrong": 0}
    assert await weekly_report.mondays() == [monday, monday - timedelta(days=7)]
    with pytest.raises(ReportNotFound):
        await weekly_report.of(monday + timedelta(days=7))


async def test_guides_that_end_are_named(item: ServiceItem) -> None:
    assert await shelf_life.ending() == []
    last = clock.today() + timedelta(days=5)
    sheet = {**(await Guide.get(item=item, version=1)).content, "expires": last.isoformat()}
    await Guide.create(
        item=item, version=2, state="draft", effective_date=clock.today() + timedelta(days=1), content=sheet,
        digest="0" * 64,
    )  # fmt: skip
    assert [(one.slug, one.expires, one.over) for one in await shelf_life.ending()] == [("id-card", last, False)]


async def test_who_asks_for_a_person_is_counted_by_day(item: ServiceItem) -> None:
    with handovers.office_hours():
        await handovers.asked("明天会下雨吗")
        [turn] = await learning_log.missed("后天呢")
        await Turn.filter(id=turn.id).update(at=clock.now())
        day = clock.today()
        [line] = await quality.by_day(day, day)
    assert (line.handed, line.handed_rate) == (1, 50.0)
