"""收款统计: money by day and channel with charts, by 执收单位, and as a file."""

from datetime import date, timedelta
from typing import Annotated, Any
from urllib.parse import urlencode

from msgspec import Meta
from sanic import HTTPResponse, Request

from api.console import charts, money_words, page, scope
from api.console.charts import Chart
from api.console.dated import Dated
from api.console.staff_session import STAFF
from foundation import clock
from foundation.web import Routes
from identity import access
from identity.access import StaffMember
from payments import registers, takings
from payments.ledger_reading import CHANNEL_NAMES
from payments.takings import NOTHING, Day, Takings

routes = Routes("收款统计", tag="console", error_page=page.refused)

DAYS = 30  # shown unless asked otherwise, today the last
HEAD = (
    "日期",
    "微信支付笔数",
    "微信支付（元）",
    "支付宝笔数",
    "支付宝（元）",
    "收款合计（元）",
    "退款笔数",
    "退款（元）",
    "净额（元）",
)


class TakingsWanted(Dated):
    """`unit`：执收单位编码，为空即全部."""

    start: date | None = None
    end: date | None = None
    unit: Annotated[str, Meta(max_length=40)] = ""

    @property
    def days(self) -> tuple[date, date]:
        """From when to when; what is left open is filled with the last thirty days."""
        end = self.end or max(clock.today(), self.start or clock.today())
        return self.start or end - timedelta(days=DAYS - 1), end


@routes.page("/console/money/takings", access=STAFF)
async def shown(request: Request, query: TakingsWanted, who: StaffMember) -> HTTPResponse:
    access.require(who, *scope.FINANCE)
    start, end = query.days
    found = await takings.over(start=start, end=end, unit=query.unit)
    return page.shown(
        request, "money_takings.html", who=who, start=start, end=end, unit=query.unit, found=found,
        units=await registers.units(), channels=CHANNEL_NAMES, nothing=NOTHING, charts=_charts(found),
        file=_address(query, start, end), ranges=_ranges(query),
    )  # fmt: skip


@routes.page("/console/money/takings/file", access=STAFF)
async def file(query: TakingsWanted, who: StaffMember) -> HTTPResponse:
    access.require(who, *scope.FINANCE)
    start, end = query.days
    found = await takings.over(start=start, end=end, unit=query.unit)
    rows = [_cells(one) for one in (*found.days, found.total)]
    return money_words.file(f"收款统计_{start}_{end}", f"takings_{start}_{end}", HEAD, rows)


def _cells(day: Day) -> list[Any]:
    by_channel = [day.received.get(channel, NOTHING) for channel in CHANNEL_NAMES]
    received = [cell for one in by_channel for cell in (one.number, money_words.yuan(one.fen))]
    returned = [day.went.number, money_words.yuan(day.went.fen)]
    return [day.day or "合计", *received, money_words.yuan(day.came.fen), *returned, money_words.yuan(day.left_fen)]


def _charts(found: Takings) -> list[Chart]:
    """One for each channel that took money, and one of the units when there are several."""
    drawn = [
        charts.upright(
            f"{name}（元）", [(_short(one), one.received.get(channel, NOTHING).fen / 100) for one in found.days]
        )
        for channel, name in CHANNEL_NAMES.items()
        if found.total.received[channel].number
    ]
    if len(found.units) > 1:
        drawn.append(charts.lying("执收单位（元）", [(name, fen / 100) for name, fen in found.units]))
    return drawn


def _short(day: Day) -> str:
    return f"{day.day.month}-{day.day.day}" if day.day else "合计"


def _address(query: TakingsWanted, start: date, end: date) -> str:
    return urlencode({"start": start, "end": end, "unit": query.unit})


def _ranges(query: TakingsWanted) -> list[tuple[str, str]]:
    """Ranges that are often asked for, and their addresses."""
    today = clock.today()
    month = today.replace(day=1)
    before = month - timedelta(days=1)
    spans = {"近 7 天": (today - timedelta(days=6), today), "近 30 天": (today - timedelta(days=DAYS - 1), today),
             "本月": (month, today), "上月": (before.replace(day=1), before)}  # fmt: skip
    return [(name, _address(query, *span)) for name, span in spans.items()]
