"""电子票据: what was issued, what was taken back and what is still to come; asked for again by hand; and as a table."""

from datetime import date, timedelta
from typing import Annotated, Any, Literal
from urllib.parse import quote, urlencode

from msgspec import Meta
from sanic import HTTPResponse, Request

from api.console import page, scope
from api.console.dated import Dated
from api.console.staff_session import STAFF
from foundation import clock, csv_table, money
from foundation.errors import Invalid
from foundation.web import Asked, Routes
from identity import access
from identity.access import StaffMember
from identity.looks import Look, record_access
from payments import receipt_list, receipts

routes = Routes("电子票据", tag="console", error_page=page.refused)

DAYS = 30  # shown unless asked otherwise, today the last
MOST = 200
MOST_IN_FILE = 50_000
FILTERS = {"": "全部", "waits": "未办妥", "issued": "有效", "voided": "已冲红"}
HEAD = (
    "票据代码",
    "票据号码",
    "开票日期",
    "金额（元）",
    "交款人",
    "收款单位",
    "事由",
    "缴款识别码",
    "状态",
    "红字号码",
    "未办妥原因",
)


class Wanted(Dated):
    state: Literal["", "waits", "issued", "voided"] = ""
    start: date | None = None
    end: date | None = None

    @property
    def days(self) -> tuple[date, date]:
        end = self.end or clock.today()
        start = self.start or end - timedelta(days=DAYS - 1)
        return min(start, end), max(start, end)


class RangeTooLong(Invalid):
    """一次最多下载 50000 张票据，请缩短日期范围后再试。"""


class OneReceipt(Asked):
    receipt_id: Annotated[int, Meta(ge=1, le=2**62)]


@routes.page("/console/receipts", access=STAFF)
async def shown(request: Request, query: Wanted, who: StaffMember) -> HTTPResponse:
    access.require(who, *scope.FINANCE)
    template = "_receipts.html" if page.is_part(request) else "receipts.html"
    return page.shown(request, template, who=who, **await _lists(query, who))


@routes.page("/console/receipts/again", method="POST", access=STAFF)
async def again(request: Request, form: OneReceipt, who: StaffMember) -> HTTPResponse:
    access.require(who, *scope.FINANCE)
    await receipts.again(receipt_id=form.receipt_id, by=who.actor)
    return page.done(request, "已重新提交给财政票据系统。")


@routes.page("/console/receipts/file", access=STAFF)
async def file(query: Wanted, who: StaffMember) -> HTTPResponse:
    """The same receipts for a spreadsheet."""
    access.require(who, *scope.FINANCE)
    start, end = query.days
    found = await receipt_list.listed(state=query.state, start=start, end=end, limit=MOST_IN_FILE + 1)
    if len(found) > MOST_IN_FILE:
        raise RangeTooLong
    await _note(found, who)
    rows = [_row(one) for one in found]
    name = f"电子票据_{start}_{end}.csv"
    headers = {
        "Content-Disposition": f"attachment; filename=\"receipts_{start}_{end}.csv\"; filename*=UTF-8''{quote(name)}",
        "Cache-Control": "no-store",
    }
    return HTTPResponse(csv_table.text(HEAD, rows), headers=headers, content_type="text/csv; charset=utf-8")


def _row(one: receipt_list.Line) -> list[Any]:
    code, number, pay_code, red = (_as_text(text) for text in (one.code, one.number, one.pay_code, one.red_number))
    return [
        code, number, one.issued_on or "", money.yuan(one.amount_fen), one.payer, one.unit, one.title, pay_code,
        one.label, red, one.trouble,
    ]  # fmt: skip


def _as_text(number: str) -> str:
    """A spreadsheet would cut leading zeros and round what is long."""
    return f"'{number}" if number else ""


async def _note(lines: list[receipt_list.Line], who: StaffMember) -> None:
    owners = {one.owner for one in lines if one.owner is not None}
    await record_access(owners, what=Look.BILLS, why="核对电子票据", by=who.actor)


async def _lists(query: Wanted, who: StaffMember) -> dict[str, Any]:
    start, end = query.days
    lines = await receipt_list.listed(state=query.state, start=start, end=end, limit=MOST + 1)
    await _note(lines[:MOST], who)
    return {
        "state": query.state,
        "start": start,
        "end": end,
        "lines": lines[:MOST],
        "more": len(lines) > MOST,
        "most": MOST,
        "totals": await receipt_list.totals(start=start, end=end),
        "states": receipt_list.STATES,
        "filters": FILTERS,
        "address": urlencode({"state": query.state, "start": start, "end": end}),
    }
