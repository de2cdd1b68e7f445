"""效能监察: departments and their items by deadlines, the rule behind the cards and stars, and the weekly report."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Annotated, Any
from urllib.parse import quote, urlencode

from msgspec import Meta, structs
from sanic import HTTPResponse, Request

from api.console import charts, deeds, page, scope
from api.console.dated import Dated
from api.console.staff_session import STAFF
from cases import supervision, supervision_reports, supervision_rules
from cases.supervision import Line
from cases.supervision_rules import NAMES, Rule
from foundation import clock, csv_table
from foundation.web import Asked, Routes
from identity import access
from identity.access import Role, StaffMember

routes = Routes("效能监察", tag="console", error_page=page.refused)

DAYS = 30  # shown unless asked otherwise, today the last
HEAD = (
    "在办", "未计时", "临近期限", "黄牌", "红牌", "办结", "按时办结", "按时率（%）", "提前办结", "平均用时（工作日）",
    "平均承诺（工作日）", "多次告知", "得分", "星级",
)  # fmt: skip
Points = Annotated[int, Meta(ge=0, le=1000)]


class Range(Dated):
    """空着即最近 30 天；`department`：只看一个部门的事项."""

    start: date | None = None
    end: date | None = None
    department: Annotated[str, Meta(max_length=60)] = ""

    def __post_init__(self) -> None:
        super().__post_init__()
        start, end = self.days
        if start > end:
            raise ValueError("开始日期不能晚于结束日期")
        if end - start > timedelta(days=800):
            raise ValueError("一次最多统计 800 天，请缩短时间范围")

    @property
    def days(self) -> tuple[date, date]:
        end = self.end or clock.today()
        return self.start or end - timedelta(days=DAYS - 1), end


class RuleForm(Asked):
    """As `cases.supervision_rules.Rule`."""

    near_workdays: Points
    red_workdays: Points
    on_time_weight: Points
    early_weight: Points
    no_red_weight: Points
    five_stars: Points
    four_stars: Points
    three_stars: Points
    two_stars: Points
    least: Points

    def rule(self) -> Rule:
        return Rule(**structs.asdict(self))


@routes.page("/console/supervision", access=STAFF)
async def shown(request: Request, query: Range, who: StaffMember) -> HTTPResponse:
    lines, rule, (start, end) = await _lines(query, who), await supervision_rules.current(), query.days
    return page.shown(
        request, "supervision.html", who=who, lines=lines, total=supervision.total(lines, rule), rule=rule,
        start=start, end=end, department=query.department, file=_address(query), charts=_charts(lines),
        weeks=await supervision_reports.weeks(8), days_of=await supervision.card_days(),
    )  # fmt: skip


@routes.page("/console/supervision/file", access=STAFF)
async def file(query: Range, who: StaffMember) -> HTTPResponse:
    """The same figures for a spreadsheet."""
    lines, (start, end) = await _lines(query, who), query.days
    lines.append(supervision.total(lines, await supervision_rules.current()))
    first = "事项" if query.department else "部门"
    return _csv(f"效能监察_{start}_{end}", f"supervision_{start}_{end}", [first, *HEAD], map(_row, lines))


@routes.page("/console/supervision/rule", access=STAFF)
async def rule(request: Request, who: StaffMember) -> HTTPResponse:
    access.require(who, *scope.OVERSEERS)
    return page.shown(
        request, "supervision_rule.html", who=who, rule=await supervision_rules.current(), names=NAMES,
        may_change=who.may(Role.ADMIN, "") or who.may(Role.SUPERVISOR, ""),
        deeds=await deeds.of_subjects(["supervision"]),
    )  # fmt: skip


@routes.page("/console/supervision/rule", method="POST", access=STAFF)
async def change(request: Request, form: RuleForm, who: StaffMember) -> HTTPResponse:
    access.require(who, Role.ADMIN, Role.SUPERVISOR, hall_path="")
    await supervision_rules.change(rule=form.rule(), by=who.actor)
    return page.done(request, "监察规则已保存，即刻生效；以前的周报不变。")


@routes.page("/console/supervision/weeks/<week>", access=STAFF)
async def report(request: Request, week: date, who: StaffMember) -> HTTPResponse:
    access.require(who, *scope.OVERSEERS, hall_path="")
    found = await supervision_reports.of(week)
    return page.shown(
        request, "supervision_week.html", who=who, found=found, weeks=await supervision_reports.weeks(),
        charts=_charts(found.lines),
    )  # fmt: skip


@routes.page("/console/supervision/weeks/<week>/file", access=STAFF)
async def report_file(week: date, who: StaffMember) -> HTTPResponse:
    access.require(who, *scope.OVERSEERS, hall_path="")
    found = await supervision_reports.of(week)
    rows = map(_row, [*found.lines, found.total])
    return _csv(f"监察周报_{week}", f"supervision_week_{week}", ["部门", *HEAD], rows)


async def _lines(query: Range, who: StaffMember) -> list[Line]:
    """Raises RoleNeeded."""
    access.require(who, *scope.OVERSEERS)
    (start, end), within = query.days, sorted(scope.paths(who, scope.OVERSEERS))
    if query.department:
        return await supervision.by_item(department=query.department, start=start, end=end, within=within)
    return await supervision.by_department(start=start, end=end, within=within)


def _charts(lines: Sequence[Line]) -> list[charts.Chart]:
    known = [(one.name, round(100 * one.on_time_share, 1)) for one in lines if one.on_time_share is not None]
    late = [(one.name, float(one.yellow + one.red)) for one in lines if one.yellow + one.red]
    made = [charts.lying("按时办结率（%）", known)] if known else []
    return [*made, charts.lying("超期未办结（件）", late)] if late else made


def _address(query: Range) -> str:
    start, end = query.days
    asked = {"start": start, "end": end, "department": query.department}
    return urlencode({name: value for name, value in asked.items() if value})


def _row(line: Line) -> list[Any]:
    return [
        line.name, line.open, line.still, line.near, line.yellow, line.red, line.finished, line.on_time,
        percent(line.on_time_share), line.early, _rounded(line.used_days), _rounded(line.allowed_days),
        line.asked_twice, line.points, line.stars,
    ]  # fmt: skip


def percent(share: float | None) -> float | None:
    return None if share is None else round(100 * share, 1)


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 1)


def _csv(name: str, plain: str, head: Sequence[str], rows: Any) -> HTTPResponse:
    headers = {
        "Content-Disposition": f"attachment; filename=\"{plain}.csv\"; filename*=UTF-8''{quote(name)}.csv",
        "Cache-Control": "no-store",
    }
    return HTTPResponse(csv_table.text(head, rows), headers=headers, content_type="text/csv; charset=utf-8")
