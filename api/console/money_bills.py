"""缴款通知书: the register of bills with its filters, by person with a reason, and as a file."""

from typing import Annotated, Any

from msgspec import Meta
from sanic import HTTPResponse, Request

from api.console import money_words, page, scope
from api.console.money_filters import RegisterWanted
from api.console.staff_session import STAFF
from foundation import clock
from foundation.web import Asked, Routes
from identity import access
from identity.access import StaffMember
from identity.idnumber import TITLES, Identity, IdType
from payments import registers
from payments.registers import PAGE, BillRow
from payments.states import BILL_NAMES

routes = Routes("缴款通知书", tag="console", error_page=page.refused)

REASONS = ("核实缴费情况", "退款申请处理", "投诉处理", "对账差异核查")
HEAD = ("缴款识别码", "通知书编号", "执收单位编码", "执收单位", "事由", "金额（元）", "实缴（元）", "状态", "限缴日期",
        "推送时间", "缴清时间", "版本")  # fmt: skip


class BillsWanted(RegisterWanted):
    """`state`：为空即全部."""

    state: Annotated[str, Meta(pattern=f"^({'|'.join(BILL_NAMES)})?$")] = ""


class PersonWanted(Asked):
    """证件号码在表单正文中提交，不出现在网址里."""

    id_type: IdType
    number: Annotated[str, Meta(min_length=1, max_length=40)]
    reason: Annotated[str, Meta(min_length=1, max_length=100)]


@routes.page("/console/money/bills", access=STAFF)
async def shown(request: Request, query: BillsWanted, who: StaffMember) -> HTTPResponse:
    access.require(who, *scope.FINANCE)
    rows = await registers.bills(query.wanted(state=query.state), before=query.before)
    onward = query.address(before=rows[-1].id) if len(rows) == PAGE else ""
    return await _page(request, who, query, rows, onward=onward, file=query.address(before=0))


@routes.page("/console/money/bills/person", method="POST", access=STAFF)
async def of_person(request: Request, form: PersonWanted, who: StaffMember) -> HTTPResponse:
    """By document number; who looked and why is kept with the person."""
    access.require(who, *scope.FINANCE)
    rows = await registers.bills_of_person(Identity.of(form.id_type, form.number), by=who.actor, reason=form.reason)
    return await _page(request, who, BillsWanted(), rows, of_person=True)


@routes.page("/console/money/bills/file", access=STAFF)
async def file(query: BillsWanted, who: StaffMember) -> HTTPResponse:
    access.require(who, *scope.FINANCE)
    rows = await registers.all_bills(query.wanted(state=query.state))
    today = clock.today()
    return money_words.file(f"缴款通知书_{today}", f"bills_{today}", HEAD, map(_cells, rows))


def _cells(row: BillRow) -> list[Any]:
    return [
        row.pay_code, row.notice_no, row.exec_unit_code, row.exec_unit_name, row.title, money_words.yuan(row.total_fen),
        money_words.yuan(row.settled_fen), BILL_NAMES[row.state], row.expire_date or "",
        money_words.moment(row.created_at), money_words.moment(row.settled_at), row.version,
    ]  # fmt: skip


async def _page(
    request: Request, who: StaffMember, query: BillsWanted, rows: list[BillRow], *, of_person: bool = False,
    onward: str = "", file: str = "",
) -> HTTPResponse:  # fmt: skip
    return page.shown(
        request, "money_bills.html", who=who, asked=query, rows=rows, of_person=of_person, onward=onward, file=file,
        units=await registers.units(), states=BILL_NAMES, titles=TITLES, reasons=REASONS,
    )  # fmt: skip
