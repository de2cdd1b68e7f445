"""质量周报: the reports kept of past weeks, one of them, and the same as a file for a spreadsheet."""

from collections.abc import Iterator
from datetime import date
from typing import Any
from urllib.parse import quote

from sanic import HTTPResponse, Request

from api.console import deeds, page
from api.console.scope import AUTHORS
from api.console.section_names import SECTION_NAMES
from api.console.staff_session import STAFF
from assistant import weekly_report
from assistant.weekly_report import Report
from foundation import csv_table
from foundation.web import Routes
from identity import access
from identity.access import StaffMember

routes = Routes("质量周报", tag="console", error_page=page.refused)

FIGURES = {
    "asked": "提问",
    "answer_rate": "回答率（%）",
    "satisfaction": "满意率（%）",
    "person_rate": "转人工率（%）",
    "handed_rate": "人工咨询率（%）",
    "unknown": "没有答案",
    "disliked": "没帮助",
    "handed": "人工咨询",
}
HANDED = {
    "asked": "找人工",
    "answered": "有答复",
    "messages": "留言",
    "abandoned": "久无消息而结束",
    "withdrawn": "市民结束",
    "minutes": "等候接待的中位分钟数",
}
LEARNT = {"named": "日常说法", "questioned": "常见问题", "worded": "同义词", "sectioned": "指南要素", "ignored": "忽略"}
HEAD = ["栏目", "项目", "内容", "本周", "上一周", "有帮助", "没帮助"]


@routes.page("/console/bot/reports", access=STAFF)
async def listed(request: Request, who: StaffMember) -> HTTPResponse:
    """The latest report, and which others there are."""
    access.require(who, *AUTHORS)
    mondays = await weekly_report.mondays()
    if mondays:
        return page.onward(request, f"/console/bot/reports/{mondays[0]}")
    return page.shown(request, "quality_reports_none.html", who=who)


@routes.page("/console/bot/reports/<monday>", access=STAFF)
async def one(request: Request, monday: date, who: StaffMember) -> HTTPResponse:
    access.require(who, *AUTHORS)
    report = await weekly_report.of(monday)
    return page.shown(
        request, "quality_report.html", who=who, report=report, body=report.body, mondays=await weekly_report.mondays(),
        figures=FIGURES, handed=HANDED, learnt=LEARNT, sections=SECTION_NAMES,
        deeds=await deeds.of_subjects([f"quality_report:{monday}"]),
    )  # fmt: skip


@routes.page("/console/bot/reports/<monday>/file", access=STAFF)
async def file(monday: date, who: StaffMember) -> HTTPResponse:
    access.require(who, *AUTHORS)
    report = await weekly_report.of(monday)
    name = quote(f"质量周报_{monday}.csv")
    headers = {
        "Content-Disposition": f"attachment; filename=\"quality_{monday}.csv\"; filename*=UTF-8''{name}",
        "Cache-Control": "no-store",
    }
    return HTTPResponse(csv_table.text(HEAD, _rows(report)), headers=headers, content_type="text/csv; charset=utf-8")


def _rows(report: Report) -> Iterator[list[Any]]:
    body, before = report.body, report.labels_before or {}
    for name, told in FIGURES.items():
        yield ["指标", told, "", body["this"][name], body["last"][name]]
    for name, told in {"all": "标注集题数", "right": "标注集符合", "wrong": "标注集答错"}.items():
        yield ["指标", told, "", body["labels"][name], before.get(name)]
    for name, told in HANDED.items():
        yield ["人工", told, "", body["handed"].get(name)]
    for one in body["missed"]:
        yield ["没答上来", f"第 {one['id']} 组", report.said.get(one["id"], "已超过保存期限"), one["asked"]]
    for title, entries in (("没帮助", body["disliked"]), ("命中", body["hits"])):
        for one in entries:
            yield [title, one["name"], _entry(one), one["asked"], None, one["liked"], one["disliked"]]
    for one in body["never"]["guides"]:
        yield ["三十天没有命中的事项", one["name"], ""]
    for one in body["unread"]["questions"]:
        yield ["三十天没有用到的常见问题", one["name"], one["title"]]
    for one in body["ending"]:
        yield ["到期", one["name"], f"{one['expires']} {'已停用' if one['over'] else '将失效'}"]


def _entry(one: dict[str, Any]) -> str:
    return f"{SECTION_NAMES.get(one['section'], one['section'])}：{one['title']}"
