"""缴费: my bills, one by code with a second factor, the way to the channel, and the result that waits."""

from datetime import date, datetime
from typing import Annotated, Literal

from msgspec import Meta, Struct
from sanic import Request

from channels.errors import (
    AccountUnusable,
    ChannelRefused,
    ForgedAnswer,
    PayerMismatch,
    RequestWrong,
    SlowDown,
    SystemError,
)
from foundation.errors import TooManyRequests
from foundation.http import OutcomeUnknown, OutsideUnavailable
from foundation.web import PUBLIC, Asked, Limit, Routes, client_address
from identity.sessions import Session
from miniprogram_bff.fields import Department, Fen, PayCode
from miniprogram_bff.session import CITIZEN, actor
from payments import bills, checkout, results
from payments.errors import (
    AccountNeeded,
    BillAlreadySettled,
    BillExpired,
    BillNotFound,
    BillWithdrawn,
    PaymentInProgress,
)
from payments.models import Bill

routes = Routes("缴费", tag="pay")

LastFour = Annotated[str, Meta(pattern="^[0-9A-Za-z]{4}$", examples=["002X"])]


class LineView(Struct):
    name: Annotated[str, Meta(examples=["证照工本费"])]
    amount_fen: Fen
    overdue_fen: int
    penalty_fen: int


class BillView(Struct):
    """`state`：unpaid 待缴，settled 已缴清，withdrawn 已撤回，refunded 已退回."""

    pay_code: PayCode
    title: Annotated[str, Meta(examples=["居民身份证工本费"])]
    unit: Department
    total_fen: Fen
    state: Annotated[str, Meta(examples=["unpaid"])]
    expire_date: date | None
    settled_at: datetime | None
    reference: str
    items: list[LineView]


class LookUp(Asked):
    pay_code: Annotated[str, Meta(min_length=6, max_length=40, examples=["20261121000000000001"])]
    last_four: LastFour


class Checkout(Asked):
    """`last_four` is needed to pay somebody else's bill."""

    channel: Literal["wechat", "alipay"]
    last_four: Annotated[str, Meta(pattern="^([0-9A-Za-z]{4})?$")] = ""


class CheckoutView(Struct):
    """`parameters`：原样交给 wx.requestPayment / my.tradePay."""

    out_trade_no: Annotated[str, Meta(examples=["P20261121000000000001"])]
    channel: Annotated[str, Meta(examples=["wechat"])]
    amount_fen: Fen
    expires_at: datetime
    parameters: dict[str, str]


class ResultView(Struct):
    """`state`：settled 已到账，waiting 等待支付平台确认，unpaid 未支付，returned 已退回."""

    pay_code: PayCode
    state: Annotated[str, Meta(examples=["settled"])]
    amount_fen: Fen
    paid_at: datetime | None


@routes.get("/v1/bills", access=CITIZEN, summary="我的缴费单")
async def my_bills(who: Session) -> list[BillView]:
    return [_view(one) for one in await bills.mine(who.citizen_id)]


@routes.get("/v1/bills/<pay_code>", access=CITIZEN, summary="一张缴费单", errors=(BillNotFound,))
async def bill(pay_code: PayCode, who: Session) -> BillView:
    return _view(await bills.one_for(pay_code=pay_code, citizen_id=who.citizen_id))


@routes.post("/v1/bills/look-up", access=PUBLIC, summary="按缴款识别码查缴费单", errors=(BillNotFound, TooManyRequests))
async def look_up(request: Request, body: LookUp) -> BillView:
    """缴款识别码加缴款人证件号码后四位；可为家人代缴。"""
    return _view(await bills.by_code(pay_code=body.pay_code, last_four=body.last_four, address=client_address(request)))


@routes.post(
    "/v1/bills/<pay_code>/checkout",
    access=CITIZEN,
    summary="发起支付",
    errors=(
        BillNotFound,
        BillAlreadySettled,
        BillWithdrawn,
        BillExpired,
        AccountNeeded,
        PaymentInProgress,
        ChannelRefused,
        RequestWrong,
        AccountUnusable,
        PayerMismatch,
        SlowDown,
        SystemError,
        ForgedAnswer,
        OutcomeUnknown,
        OutsideUnavailable,
    ),
    limit=Limit(user=20),
)
async def begin(request: Request, pay_code: PayCode, body: Checkout, who: Session) -> CheckoutView:
    """再次发起得到同一支付单，不会重复扣款。是否到账以缴费结果为准。"""
    if body.last_four:
        owed = await bills.by_code(pay_code=pay_code, last_four=body.last_four, address=client_address(request))
    else:
        owed = await bills.one_for(pay_code=pay_code, citizen_id=who.citizen_id)
    begun = await checkout.begin(bill=owed, channel=body.channel, by=actor(who), account_id=who.account_id)
    return CheckoutView(begun.out_trade_no, begun.channel, begun.amount_fen, begun.expires_at, begun.parameters)


@routes.get("/v1/bills/<pay_code>/result", access=CITIZEN, summary="缴费结果", errors=(BillNotFound,))
async def result(pay_code: PayCode, who: Session) -> ResultView:
    """只相信支付平台的通知和查询，不相信前端的返回。"""
    found = await results.of(pay_code=pay_code, citizen_id=who.citizen_id)
    return ResultView(pay_code, found.state, found.amount_fen, found.paid_at)


def _view(bill: Bill) -> BillView:
    lines = sorted(bill.items, key=lambda one: one.position)  # type: ignore[attr-defined]
    return BillView(
        pay_code=bill.pay_code,
        title=bill.title,
        unit=bill.exec_unit_name,
        total_fen=bill.total_fen,
        state=bill.state,
        expire_date=bill.expire_date,
        settled_at=bill.settled_at,
        reference=bill.reference,
        items=[LineView(one.exec_item_name, one.amount_fen, one.overdue_fen, one.penalty_fen) for one in lines],
    )
