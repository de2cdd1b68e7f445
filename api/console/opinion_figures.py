"""评价与咨询统计: marks, rectifications and consultations by hall, department, item or kind; as a page and a table."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Literal
from urllib.parse import quote, urlencode

from sanic import HTTPResponse, Request

from api.console import page, scope
from api.console.dated import Dated
from api.console.staff_session import STAFF
from feedback import consultation_figures, mark_figures
from foundation import clock, csv_table
from foundation.web import Routes
from identity import access
from identity.access import StaffMember

routes = Routes("评价与咨询统计", tag="console", error_page=page.refused)

DAYS = 90  # shown unless asked otherwise, today the last
BY_MARKS: dict[mark_figures.By, str] = {"hall": "大厅", "department": "部门", "item": "事项"}
BY_ASKED: dict[consultation_figures.By, str] = {"department": "承办单位", "kind": "类别", "hall": "大厅"}
WHAT = {"marks": "评价与整改", "asked": "咨询投诉建议"}
ROLES = {"marks": scope.LISTENERS, "asked": scope.ANSWERERS}


@dataclass(frozen=True)
class Column:
    """One figure of a line."""

    head: str
    read: Callable[[Any], int | float | None]


MARKS = (
    Column("评价", lambda one: one.marks),
    Column("平均", lambda one: one.average),
    Column("非常满意", lambda one: one.levels[0]),
    Column("满意", lambda one: one.levels[1]),
    Column("基本满意", lambda one: one.levels[2]),
    Column("不满意", lambda one: one.levels[3]),
    Column("非常不满意", lambda one: one.levels[4]),
    Column("撤回", lambda one: one.withdrawn),
    Column("差评整改", lambda one: one.rectifications),
    Column("按时回访（%）", lambda one: one.called_on_time),
    Column("按时整改（%）", lambda one: one.mended_on_time),
    Column("整改满意（%）", lambda one: one.satisfied),
)
ASKED = (
    Column("提交", lambda one: one.asked),
    Column("已答复", lambda one: one.answered),
    Column("不予受理", lambda one: one.refused),
    Column("指引", lambda one: one.pointed),
    Column("超期未办", lambda one: one.late),
    Column("按时答复（%）", lambda one: one.on_time),
    Column("答复满意（%）", lambda one: one.satisfied),
    Column("已公开", lambda one: one.published),
)


class Wanted(Dated):
    what: Literal["marks", "asked"] = "marks"
    by: Literal["hall", "department", "item", "kind"] = "department"
    start: date | None = None
    end: date | None = None

    @property
    def days(self) -> tuple[date, date]:
        end = self.end or max(clock.today(), self.start or clock.today())
        return self.start or end - timedelta(days=DAYS - 1), end


@dataclass(frozen=True)
class Figures:
    """What was found: `bys` are the ways it can be split."""

    by: str
    bys: dict[Any, str]
    columns: tuple[Column, ...]
    lines: list[Any]


@routes.page("/console/opinion-figures", access=STAFF)
async def shown(request: Request, query: Wanted, who: StaffMember) -> HTTPResponse:
    found, (start, end) = await _found(query, who), query.days
    address = urlencode({"what": query.what, "by": found.by, "start": start, "end": end})
    return page.shown(
        request, "opinion_figures.html", who=who, query=query, found=found, start=start, end=end, file=address,
        whats={one: name for one, name in WHAT.items() if any(who.may(role) for role in ROLES[one])},
    )  # fmt: skip


@routes.page("/console/opinion-figures/file", access=STAFF)
async def file(query: Wanted, who: StaffMember) -> HTTPResponse:
    """The same figures for a spreadsheet."""
    found, (start, end) = await _found(query, who), query.days
    head = [found.bys[found.by], *(one.head for one in found.columns)]
    rows = [[line.name, *(one.read(line) for one in found.columns)] for line in found.lines]
    name = f"{WHAT[query.what]}_{start}_{end}_按{found.bys[found.by]}.csv"
    plain = f"{query.what}_{start}_{end}_by_{found.by}.csv"
    headers = {
        "Content-Disposition": f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name)}",
        "Cache-Control": "no-store",
    }
    return HTTPResponse(csv_table.text(head, rows), headers=headers, content_type="text/csv; charset=utf-8")


async def _found(query: Wanted, who: StaffMember) -> Figures:
    """Of the halls and desks of `who`. A way to split that does not fit is the usual one."""
    roles = ROLES[query.what]
    access.require(who, *roles)
    start, end = query.days
    asked = {"within": scope.paths(who, roles), "start": start, "end": end, "today": clock.today()}
    if query.what == "marks":
        by = next((one for one in BY_MARKS if one == query.by), "department")
        return Figures(by, BY_MARKS, MARKS, await mark_figures.over(by=by, **asked))  # type: ignore[arg-type]
    split = next((one for one in BY_ASKED if one == query.by), "department")
    return Figures(split, BY_ASKED, ASKED, await consultation_figures.over(by=split, **asked))  # type: ignore[arg-type]
