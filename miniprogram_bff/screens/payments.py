"""缴费记录 and 代缴: what I have paid, and what I may pay for others."""

from datetime import date, datetime
from typing import Annotated

from msgspec import Meta, Struct

from foundation.web import Asked, Routes
from identity.delegation import Scope
from identity.organisation_errors import ActingOver
from identity.sessions import Session
from miniprogram_bff.fields import Department, Fen, PayCode
from miniprogram_bff.screens.pay import BillView, view
from miniprogram_bff.session import CITIZEN, subject
from miniprogram_bff.states import OrderState, PayChannel
from payments import for_others, history

routes = Routes("缴费记录", tag="payments")

TradeNo = Annotated[str, Meta(max_length=32, examples=["P20261121000000000001"])]


class PaymentsQuery(Asked):
    """`before`：上一页最后一笔的 `out_trade_no`，接着往前看."""

    before: Annotated[str, Meta(max_length=32)] = ""


class PaymentView(Struct):
    """`state`：created awaiting unknown 支付中，paid 已支付，refunded 已全额退款；`settles`：缴清了该通知书."""

    out_trade_no: TradeNo
    pay_code: PayCode
    title: Annotated[str, Meta(examples=["居民身份证工本费"])]
    unit: Department
    channel: PayChannel
    amount_fen: Fen
    late_fen: int
    returned_fen: int
    state: OrderState
    settles: bool
    created_at: datetime
    paid_at: datetime | None


class TheirBillsView(Struct):
    """委托我缴费的亲友（姓名已隐去部分）和他们的待缴单；付款与本人的缴费单相同."""

    principal: Annotated[str, Meta(examples=["张*"])]
    until: date
    bills: list[BillView]


class BillsPage(Struct):
    """`mine`：待缴的在前；`theirs`：可代缴的."""

    mine: list[BillView]
    theirs: list[TheirBillsView]


@routes.get("/v1/payments", access=CITIZEN, summary="我的缴费记录")
async def my_payments(query: PaymentsQuery, who: Session) -> list[PaymentView]:
    """最近的在前，每页 30 笔；未付款而关闭的不列。"""
    found = await history.of(who.citizen_id, before=query.before)
    return [
        PaymentView(
            one.out_trade_no, one.pay_code, one.title, one.unit, one.channel, one.amount_fen, one.late_fen,
            one.returned_fen, one.state, one.settles, one.created_at, one.paid_at,
        )
        for one in found
    ]  # fmt: skip


@routes.get("/v1/screens/bills", access=CITIZEN, summary="缴费页", errors=(ActingOver,))
async def bills_page(who: Session) -> BillsPage:
    """本人的（切换了办理身份的，是该单位或被代办人的）和可代缴的：有委托（范围含缴费）且在有效期内；
    没有委托的，凭缴款识别码和证件号码后四位代缴。
    """
    mine, theirs = await for_others.and_own(who.citizen_id, payer=await subject(who, Scope.PAY))
    return BillsPage(
        mine=[view(one) for one in mine],
        theirs=[TheirBillsView(one.principal, one.until, [view(bill) for bill in one.bills]) for one in theirs],
    )
