"""机器人统计: how much was answered, how content people were, which guides answered; and the weekly report."""

from datetime import date, timedelta
from typing import Any
from urllib.parse import quote

from sanic import HTTPResponse, Request

from api.console import charts, page
from api.console.charts import Chart
from api.console.dated import Dated
from api.console.scope import AUTHORS
from api.console.section_names import SECTION_NAMES
from api.console.staff_session import STAFF
from assistant import effect, learning, quality
from assistant.quality import Figures
from foundation import clock, csv_table
from foundation.web import Routes
from identity import access
from identity.access import StaffMember

routes = Routes("机器人统计", tag="console", error_page=page.refused)

DAYS, MOST_DAYS = 30, 366
HEAD = [
    "日期",
    "提问",
    "回答",
    "反问",
    "没有答案",
    "转人工",
    "回答率（%）",
    "有帮助",
    "没帮助",
    "满意率（%）",
    "转人工率（%）",
    "会话",
    "人工咨询",
    "人工咨询率（%）",
]
HITS_HEAD = ["事项", "要素", "命中", "有帮助", "没帮助"]


class Range(Dated):
    start: date | None = None
    end: date | None = None

    @property
    def days(self) -> tuple[date, date]:
        """The last thirty days unless said otherwise, and a year at most."""
        end = self.end or max(clock.today(), self.start or clock.today())
        start = self.start or end - timedelta(days=DAYS - 1)
        return max(min(start, end), end - timedelta(days=MOST_DAYS - 1)), end


class Week(Dated):
    """Any day of it."""

    day: date | None = None

    @property
    def monday(self) -> date:
        """Of the week asked for, or of the last that is over."""
        day = self.day or clock.today() - timedelta(days=7)
        return day - timedelta(days=day.weekday())


@routes.page("/console/bot", access=STAFF)
async def shown(request: Request, query: Range, who: StaffMember) -> HTTPResponse:
    access.require(who, *AUTHORS)
    start, end = query.days
    lines = await quality.by_day(start, end)
    return page.shown(
        request, "bot_figures.html", who=who, start=start, end=end, lines=lines, total=quality.total(lines),
        charts=_charts(lines), hits=await quality.hits(start, end, limit=50), hot=await quality.hot(start, end),
        sections=SECTION_NAMES,
    )  # fmt: skip


@routes.page("/console/bot/file", access=STAFF)
async def file(query: Range, who: StaffMember) -> HTTPResponse:
    """The figures by day for a spreadsheet."""
    access.require(who, *AUTHORS)
    start, end = query.days
    lines = await quality.by_day(start, end)
    return _csv("机器人统计", "bot", query, HEAD, [_row(one) for one in [*lines, quality.total(lines)]])


@routes.page("/console/bot/hits", access=STAFF)
async def hits(query: Range, who: StaffMember) -> HTTPResponse:
    """Which sections answered, for a spreadsheet."""
    access.require(who, *AUTHORS)
    found = await quality.hits(*query.days, limit=5000)
    rows = [[one.name, SECTION_NAMES.get(one.section, one.section), one.hits, one.liked, one.disliked] for one in found]
    return _csv("命中统计", "hits", query, HITS_HEAD, rows)


@routes.page("/console/bot/week", access=STAFF)
async def week(request: Request, query: Week, who: StaffMember) -> HTTPResponse:
    """The report of one week beside the week before."""
    access.require(who, *AUTHORS)
    monday = query.monday
    sunday, before = monday + timedelta(days=6), monday - timedelta(days=7)
    hits = await quality.hits(monday, sunday, limit=1000)
    return page.shown(
        request, "bot_week.html", who=who, monday=monday, sunday=sunday, before=before,
        after=monday + timedelta(days=7), this=quality.total(await quality.by_day(monday, sunday)),
        last=quality.total(await quality.by_day(before, monday - timedelta(days=1))),
        worst=sorted((one for one in hits if one.disliked), key=lambda one: -one.disliked)[:10],
        hot=await quality.hot(monday, sunday, limit=10), waiting=(await learning.groups())[:10],
        learnt=await learning.decided_between(monday, sunday), standing=await _standing(), sections=SECTION_NAMES,
    )  # fmt: skip


async def _standing() -> dict[str, int]:
    worths = [worth for _, worth, _ in await effect.standing()]
    return {"all": len(worths), "right": worths.count(effect.AS_IT_SHOULD), "wrong": worths.count(effect.WRONG)}


def _charts(lines: list[Figures]) -> list[Chart]:
    """None where nobody asked."""
    if not any(one.asked for one in lines):
        return []
    drawn: list[tuple[str, Any]] = [
        ("提问", lambda one: one.asked),
        ("回答率（%）", lambda one: one.answer_rate),
        ("满意率（%）", lambda one: one.satisfaction),
        ("转人工率（%）", lambda one: one.person_rate),
        ("人工咨询率（%）", lambda one: one.handed_rate),
    ]
    return [charts.upright(name, [(f"{one.day:%-m-%-d}", read(one)) for one in lines]) for name, read in drawn]


def _row(one: Figures) -> list[Any]:
    return [
        str(one.day or "合计"), one.asked, one.answered, one.asked_back, one.unknown, one.person, one.answer_rate,
        one.liked, one.disliked, one.satisfaction, one.person_rate, one.talks, one.handed, one.handed_rate,
    ]  # fmt: skip


def _csv(name: str, plain: str, query: Range, head: list[str], rows: list[list[Any]]) -> HTTPResponse:
    start, end = query.days
    named = f"filename=\"{plain}_{start}_{end}.csv\"; filename*=UTF-8''{quote(f'{name}_{start}_{end}.csv')}"
    headers = {"Content-Disposition": f"attachment; {named}", "Cache-Control": "no-store"}
    return HTTPResponse(csv_table.text(head, rows), headers=headers, content_type="text/csv; charset=utf-8")
