"""账簿: entries by account, day, order and posting, the trial balance, and both as files for a spreadsheet."""

import csv
import io
from datetime import date, timedelta
from typing import Annotated, Any
from urllib.parse import quote, urlencode
from uuid import UUID

from msgspec import Meta
from sanic import HTTPResponse, Request

from api.console import page, scope
from api.console.dated import Dated
from api.console.staff_session import STAFF
from foundation import clock, csv_table
from foundation.money import yuan
from foundation.web import Routes
from identity import access
from identity.access import StaffMember
from payments import ledger_reading
from payments.ledger_reading import PAGE, Entry, Wanted

routes = Routes("账簿", tag="console", error_page=page.refused)

DAYS = 30
HEAD = ("时间", "记账号", "科目", "名称", "借方（元）", "贷方（元）", "摘要", "支付单")
BALANCE_HEAD = ("科目", "名称", "借方（元）", "贷方（元）", "余额（元）", "分录数")


class EntriesWanted(Dated):
    """`before` 为上一页最后一条的编号."""

    start: date | None = None
    end: date | None = None
    account: Annotated[str, Meta(max_length=80)] = ""
    order: Annotated[str, Meta(max_length=32)] = ""
    posting: Annotated[str, Meta(pattern=r"^([0-9a-f-]{36})?$")] = ""
    before: Annotated[int, Meta(ge=0)] = 0

    def wanted(self) -> Wanted:
        end = self.end or max(clock.today(), self.start or clock.today())
        return Wanted(
            start=self.start or end - timedelta(days=DAYS - 1), end=end, account=self.account,
            out_trade_no=self.order.strip(), posting=_uuid(self.posting),
        )  # fmt: skip


class BalanceWanted(Dated):
    until: date | None = None


@routes.page("/console/ledger", access=STAFF)
async def entries(request: Request, query: EntriesWanted, who: StaffMember) -> HTTPResponse:
    access.require(who, *scope.FINANCE)
    wanted = query.wanted()
    found = await ledger_reading.entries(wanted, before=query.before or None)
    more = _address(query, wanted, before=found[-1].id) if len(found) == PAGE else ""
    return page.shown(
        request, "ledger.html", who=who, wanted=wanted, order=query.order, posting=query.posting, entries=found,
        accounts=await ledger_reading.accounts(), file=_address(query, wanted), more=more, yuan=yuan,
    )  # fmt: skip


@routes.page("/console/ledger/file", access=STAFF)
async def file(request: Request, query: EntriesWanted, who: StaffMember) -> HTTPResponse | None:
    """The entries that were asked for, page after page: a year of them is never held at once."""
    access.require(who, *scope.FINANCE)
    wanted = query.wanted()
    response = await request.respond(
        content_type="text/csv; charset=utf-8", headers=_as_file(f"分录_{wanted.start}_{wanted.end}.csv")
    )
    assert response is not None
    await response.send(csv_table.text(HEAD, []))
    async for some in ledger_reading.all_entries(wanted):
        await response.send(_lines(some))
    await response.eof()
    return None


@routes.page("/console/ledger/balance", access=STAFF)
async def balance(request: Request, query: BalanceWanted, who: StaffMember) -> HTTPResponse:
    access.require(who, *scope.FINANCE)
    found = await ledger_reading.trial_balance(until=query.until)
    return page.shown(request, "trial_balance.html", who=who, found=found, until=query.until, yuan=yuan)


@routes.page("/console/ledger/balance/file", access=STAFF)
async def balance_file(query: BalanceWanted, who: StaffMember) -> HTTPResponse:
    access.require(who, *scope.FINANCE)
    found = await ledger_reading.trial_balance(until=query.until)
    rows: list[list[Any]] = [
        [one.account, one.name, *_yuans(one.debit_fen, one.credit_fen, one.balance_fen), one.entries]
        for one in found.lines
    ]
    rows.append(["合计", "", *_yuans(found.debit_fen, found.credit_fen, found.debit_fen - found.credit_fen), ""])
    name = f"试算平衡表_{query.until or clock.today()}.csv"
    return HTTPResponse(
        csv_table.text(BALANCE_HEAD, rows), headers=_as_file(name), content_type="text/csv; charset=utf-8"
    )


def _lines(some: list[Entry]) -> str:
    made = io.StringIO()
    csv.writer(made).writerows([csv_table.cell(one) for one in _row(entry)] for entry in some)
    return made.getvalue()


def _row(one: Entry) -> list[Any]:
    debit, credit = _sides(one.amount_fen)
    return [page.dated_text(one.at), str(one.posting), one.account, one.name, debit, credit, one.memo, one.out_trade_no]


def _sides(fen: int) -> tuple[float | str, float | str]:
    """What a spreadsheet can add up; the other side stays empty."""
    return (fen / 100, "") if fen > 0 else ("", -fen / 100)


def _yuans(*fens: int) -> list[float]:
    return [fen / 100 for fen in fens]


def _as_file(name: str) -> dict[str, str]:
    return {"Content-Disposition": f"attachment; filename*=UTF-8''{quote(name)}", "Cache-Control": "no-store"}


def _address(query: EntriesWanted, wanted: Wanted, **more: Any) -> str:
    asked = {"start": wanted.start, "end": wanted.end, "account": query.account, "order": query.order}
    return urlencode({**asked, "posting": query.posting, **more})


def _uuid(text: str) -> UUID | None:
    """None for what is not one: then nothing narrows the list."""
    try:
        return UUID(text) if text else None
    except ValueError:
        return None
