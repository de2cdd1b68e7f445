"""对账: a month of channels and days, one day with its differences and the bills it stands on, and a run on demand."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Annotated, Any, Literal
from urllib.parse import quote

from msgspec import Meta
from sanic import HTTPResponse, Request

from api.console import deeds, page, scope
from api.console.dated import Dated
from api.console.desk import RowId
from api.console.staff_session import STAFF
from foundation import clock, logs
from foundation.web import Routes
from identity import access
from identity.access import StaffMember
from payments import differences, reconciliation, reconciliation_reading, statements
from payments.ledger_reading import CHANNEL_NAMES

routes = Routes("对账", tag="console", error_page=page.refused)
log = logs.logger(__name__)

Channel = Literal["wechat", "alipay"]
STATES = {
    "good": "相符", "bad": "有差异", "waiting": "等待账单", "failed": "账单不可信", "missing": "未对账", "none": "—",
}  # fmt: skip
SIDES = {"payment": "缴款", "refund": "退款"}


class MonthWanted(Dated):
    month: date | None = None


class DayWanted(Dated):
    """`show=all` 包括已处理的差异；`start` 为翻页的起点."""

    show: Literal["open", "all"] = "open"
    start: Annotated[int, Meta(ge=0, le=10**9)] = 0


class Run(Dated):
    channel: Channel
    day: date


@routes.page("/console/reconciliation", access=STAFF)
async def overview(request: Request, query: MonthWanted, who: StaffMember) -> HTTPResponse:
    access.require(who, *scope.FINANCE)
    first = (query.month or clock.today() - timedelta(days=1)).replace(day=1)
    return page.shown(
        request, "reconciliation.html", who=who, first=first, lines=await reconciliation_reading.month(first),
        to_do=await reconciliation_reading.to_do(), before=first - timedelta(days=1),
        after=(first + timedelta(days=31)).replace(day=1), channels=CHANNEL_NAMES, states=STATES,
    )  # fmt: skip


@routes.page("/console/reconciliation/<channel>/<day>", access=STAFF)
async def of_day(request: Request, channel: Channel, day: date, query: DayWanted, who: StaffMember) -> HTTPResponse:
    access.require(who, *scope.FINANCE)
    found = await reconciliation_reading.of_day(
        channel=channel, day=day, everything=query.show == "all", start=query.start
    )
    template = "_differences.html" if page.is_part(request) else "reconciliation_day.html"
    return page.shown(
        request, template, who=who, found=found, one=found.reconciliation, show=query.show, states=STATES,
        channels=CHANNEL_NAMES, kinds=differences.KINDS, steps=differences.STATES, sides=SIDES,
        deed_names=differences.DEEDS, me=str(who.actor), **await _told(found),
    )  # fmt: skip


async def _told(found: reconciliation_reading.OneDay) -> Mapping[str, Any]:
    """The differences with what was done about each."""
    lines = [
        (line, await deeds.of_subjects([f"difference:{line.one.id}"]))
        for line in await reconciliation_reading.shown(found.reconciliation.channel, found.differences)
    ]
    return {"lines": lines, "runs": await deeds.of_subjects([f"reconciliation:{found.reconciliation.id}"])}


@routes.page("/console/reconciliation/run", method="POST", access=STAFF)
async def run(request: Request, form: Run, who: StaffMember) -> HTTPResponse:
    """Compare now; the same day again says the same."""
    access.require(who, *scope.FINANCE)
    await reconciliation.run(channel=form.channel, day=form.day, by=who.actor)
    return page.onward(request, f"/console/reconciliation/{form.channel}/{form.day}")


@routes.page("/console/statements/<statement_id>/file", access=STAFF)
async def file(request: Request, statement_id: RowId, who: StaffMember) -> HTTPResponse | None:
    """The bill as the channel sent it, a part at a time."""
    access.require(who, *scope.FINANCE)
    statement = await statements.find(statement_id)
    log.info("statement_taken", statement_id=statement.id, staff_id=who.id)
    headers = {
        "Content-Disposition": f"attachment; filename*=UTF-8''{quote(statements.name_of(statement))}",
        "Cache-Control": "no-store",
    }
    response = await request.respond(content_type="application/octet-stream", headers=headers)
    assert response is not None
    async for part in statements.parts(statement):
        await response.send(part)
    await response.eof()
    return None
