"""支付单: the register of orders with its filters, and as a file."""

from typing import Annotated, Any

from msgspec import Meta
from sanic import HTTPResponse, Request

from api.console import money_words, page, scope
from api.console.money_filters import RegisterWanted
from api.console.staff_session import STAFF
from foundation import clock
from foundation.web import Routes
from identity import access
from identity.access import StaffMember
from payments import registers
from payments.ledger_reading import CHANNEL_NAMES
from payments.registers import PAGE, OrderRow, Wanted
from payments.states import ORDER_NAMES

routes = Routes("支付单", tag="console", error_page=page.refused)

HEAD = ("支付单号", "缴款识别码", "事由", "执收单位", "渠道", "金额（元）", "其中按日增加（元）", "已退（元）", "状态",
        "缴清通知书", "渠道交易号", "下单时间", "支付时间")  # fmt: skip


class OrdersWanted(RegisterWanted):
    """`state`、`channel`：为空即全部."""

    state: Annotated[str, Meta(pattern=f"^({'|'.join(ORDER_NAMES)})?$")] = ""
    channel: Annotated[str, Meta(pattern=f"^({'|'.join(CHANNEL_NAMES)})?$")] = ""

    @property
    def looked_for(self) -> Wanted:
        return self.wanted(state=self.state, channel=self.channel)


@routes.page("/console/money/orders", access=STAFF)
async def shown(request: Request, query: OrdersWanted, who: StaffMember) -> HTTPResponse:
    access.require(who, *scope.FINANCE)
    rows = await registers.orders(query.looked_for, before=query.before)
    onward = query.address(before=rows[-1].id) if len(rows) == PAGE else ""
    return page.shown(
        request, "money_orders.html", who=who, asked=query, rows=rows, onward=onward, file=query.address(before=0),
        units=await registers.units(), states=ORDER_NAMES, channels=CHANNEL_NAMES,
    )  # fmt: skip


@routes.page("/console/money/orders/file", access=STAFF)
async def file(query: OrdersWanted, who: StaffMember) -> HTTPResponse:
    access.require(who, *scope.FINANCE)
    rows = await registers.all_orders(query.looked_for)
    today = clock.today()
    return money_words.file(f"支付单_{today}", f"orders_{today}", HEAD, map(_cells, rows))


def _cells(row: OrderRow) -> list[Any]:
    return [
        row.out_trade_no, row.pay_code, row.title, row.exec_unit_name, CHANNEL_NAMES[row.channel],
        money_words.yuan(row.amount_fen), money_words.yuan(row.late_fen), money_words.yuan(row.returned_fen),
        ORDER_NAMES[row.state], row.settles, row.transaction_no, money_words.moment(row.created_at),
        money_words.moment(row.paid_at),
    ]  # fmt: skip
