"""统计: figures of a range of days as a page with charts, and as a table for a spreadsheet."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Annotated, Any
from urllib.parse import quote, urlencode

from msgspec import Meta
from sanic import HTTPResponse, Request

from api.console import charts, page, scope
from api.console.charts import Chart
from api.console.dated import Dated
from api.console.staff_session import STAFF
from appointments import slots, statistics
from appointments.agenda import WorkHall
from appointments.statistics import By, Line, Statistics
from catalogue.models import Hall
from foundation import clock, csv_table
from foundation.web import Routes
from identity import access
from identity.access import StaffMember

routes = Routes("统计", tag="console", error_page=page.refused)

BY: dict[By, str] = {"day": "日期", "weekday": "星期", "hour": "时刻", "type": "业务", "hall": "大厅"}
DAYS = 30  # shown unless asked otherwise, today the last


@dataclass(frozen=True)
class Column:
    """One figure of a line; `group` heads it and its neighbours in the page."""

    group: str
    head: str
    unit: str
    read: Callable[[Line], int | float | None]

    @property
    def titled(self) -> str:
        return f"{self.head}（{self.unit}）" if self.unit else self.head


def _percent(value: float | None) -> float | None:
    return None if value is None else round(100 * value, 1)


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 1)


COLUMNS = (
    Column("号源", "名额", "", lambda one: one.places),
    Column("号源", "占用", "", lambda one: one.taken),
    Column("号源", "占用率", "%", lambda one: _percent(one.occupancy)),
    Column("预约", "预约", "", lambda one: one.booked),
    Column("预约", "办结", "", lambda one: one.finished),
    Column("预约", "到场未办", "", lambda one: one.unserved),
    Column("预约", "爽约", "", lambda one: one.no_show),
    Column("预约", "爽约率", "%", lambda one: _percent(one.no_show_rate)),
    Column("预约", "本人取消", "", lambda one: one.cancelled),
    Column("预约", "取消率", "%", lambda one: _percent(one.cancel_rate)),
    Column("预约", "大厅取消", "", lambda one: one.office_cancelled),
    Column("预约", "提前预约", "小时", lambda one: _rounded(one.lead_hours)),
    Column("排队", "取号", "", lambda one: one.tickets),
    Column("排队", "现场取号", "", lambda one: one.walk_ins),
    Column("排队", "等候", "分钟", lambda one: _rounded(one.wait_minutes)),
    Column("排队", "九成等候", "分钟以内", lambda one: _rounded(one.long_wait_minutes)),
    Column("排队", "办理", "分钟", lambda one: _rounded(one.service_minutes)),
)
CHARTED = ("占用率", "预约", "爽约率", "等候")


class StatisticsWanted(Dated):
    """`hall` 为空即名下全部大厅，选定时含下级大厅；`type_id` 为 0 即全部业务."""

    hall: Annotated[str, Meta(max_length=20)] = ""
    start: date | None = None
    end: date | None = None
    by: By = "day"
    type_id: Annotated[int, Meta(ge=0)] = 0

    @property
    def days(self) -> tuple[date, date]:
        """From when to when; what is left open is filled with the last thirty days."""
        end = self.end or max(clock.today(), self.start or clock.today())
        return self.start or end - timedelta(days=DAYS - 1), end


@dataclass(frozen=True)
class Asked:
    """Whose figures: the hall that was chosen, if one was, and what can be chosen."""

    hall: Hall | None
    halls: list[WorkHall]
    within: list[str]


@routes.page("/console/statistics", access=STAFF)
async def shown(request: Request, query: StatisticsWanted, who: StaffMember) -> HTTPResponse:
    asked, (start, end) = await _asked(query, who), query.days
    found = await _found(query, asked)
    chosen: dict[str, Any] = {"types": []}
    if asked.hall:
        chosen = {"hall": asked.hall, "types": await slots.types(hall_code=asked.hall.code)}
    return page.shown(
        request, "statistics.html", who=who, of=asked.hall, halls=asked.halls, start=start, end=end,
        by=query.by, bys=BY, type_id=query.type_id, found=found, columns=COLUMNS,
        groups=Counter(one.group for one in COLUMNS),
        charts=_charts(found, query.by), file=_address(query, asked), ranges=_ranges(query, asked), **chosen,
    )  # fmt: skip


@routes.page("/console/statistics/file", access=STAFF)
async def file(query: StatisticsWanted, who: StaffMember) -> HTTPResponse:
    """The same figures for a spreadsheet."""
    asked, (start, end) = await _asked(query, who), query.days
    found = await _found(query, asked)
    head = [BY[query.by], *(one.titled for one in COLUMNS)]
    rows = [[line.name, *(one.read(line) for one in COLUMNS)] for line in [*found.lines, found.total]]
    name = f"预约统计_{start}_{end}_按{BY[query.by]}.csv"
    plain = f"statistics_{start}_{end}_by_{query.by}.csv"
    headers = {
        "Content-Disposition": f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name)}",
        "Cache-Control": "no-store",
    }
    return HTTPResponse(csv_table.text(head, rows), headers=headers, content_type="text/csv; charset=utf-8")


async def _asked(query: StatisticsWanted, who: StaffMember) -> Asked:
    """Raises HallNotFound, RoleNeeded, NoHallOfYours, TypeNotFound."""
    theirs = await scope.halls_of(who, scope.OVERSEERS)
    if query.type_id:
        await scope.type_of(who, scope.OVERSEERS, query.type_id)
    if query.hall:
        hall = await scope.hall_of(who, scope.OVERSEERS, query.hall)
        return Asked(hall, theirs, [hall.path])
    access.require(who, *scope.OVERSEERS)
    if not theirs:
        raise scope.NoHallOfYours
    return Asked(None, theirs, [path for role in scope.OVERSEERS for path in who.hall_paths(role)])


async def _found(query: StatisticsWanted, asked: Asked) -> Statistics:
    start, end = query.days
    return await statistics.over(within=asked.within, start=start, end=end, by=query.by, type_id=query.type_id or None)


def _charts(found: Statistics, by: By) -> list[Chart]:
    """None where there is nothing to compare."""
    draw = charts.lying if by in ("type", "hall") else charts.upright
    drawn = []
    for column in (one for one in COLUMNS if one.head in CHARTED):
        points = [(_short(line, by), column.read(line)) for line in found.lines]
        if any(value is not None for _, value in points):
            drawn.append(draw(column.titled, points))
    return drawn


def _short(line: Line, by: By) -> str:
    """The name where there is little room."""
    if isinstance(line.key, date):
        return f"{line.key.month}-{line.key.day}"
    return f"{line.key} 时" if by == "hour" else line.name


def _address(query: StatisticsWanted, asked: Asked, **changed: Any) -> str:
    start, end = query.days
    hall = asked.hall.code if asked.hall else ""
    return urlencode({"hall": hall, "start": start, "end": end, "by": query.by, "type_id": query.type_id, **changed})


def _ranges(query: StatisticsWanted, asked: Asked) -> list[tuple[str, str]]:
    """Ranges that are often asked for, and their addresses."""
    today = clock.today()
    month = today.replace(day=1)
    before = month - timedelta(days=1)
    spans = {"近 7 天": (today - timedelta(days=6), today), "近 30 天": (today - timedelta(days=DAYS - 1), today),
             "本月": (month, today), "上月": (before.replace(day=1), before)}  # fmt: skip
    return [(name, _address(query, asked, start=start, end=end)) for name, (start, end) in spans.items()]
