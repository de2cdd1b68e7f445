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
from foundation import idempotency
from foundation.errors import Invalid, TooManyRequests
from foundation.http import OutcomeUnknown, OutsideUnavailable
from foundation.web import PUBLIC, Asked, Header, Limit, Routes, client_address
from foundation.words import AS_IT_CAME
from identity.delegation import Scope
from identity.organisation_errors import ActingOver
from identity.sessions import Session
from miniprogram_bff.fields import Department, Fen, PayCode
from miniprogram_bff.session import CITIZEN, actor, subject
from miniprogram_bff.states import BillState, LateKind, PayChannel, ResultState
from payments import bills, checkout, late_fee, own_bills, results
from payments.bill_errors import CheckoutOver
from payments.bill_read import BillRead
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


class KeyMalformed(Invalid):
    """幂等键格式不正确，应为 8 至 80 位字母、数字或横线，请更换后重试。"""


INTENT = Header(
    name="Idempotency-Key",
    description="同一次付款重试用同一个键，得到同一个支付单；可不填",
    pattern="[0-9A-Za-z_-]{8,80}",
    example="9b2e41d0-77aa-4c1b-8f0d-2f6e",
    missing=KeyMalformed,
    optional=True,
)

LastFour = Annotated[str, Meta(pattern="^[0-9A-Za-z]{4}$", examples=["002X"])]


class LineView(Struct):
    """`late_fen`：限缴日期后按日增加的部分，每日万分之 `late_per_day`；`late_kind`：overdue 滞纳金，penalty 加罚."""

    name: Annotated[str, Meta(examples=["证照工本费"])]
    amount_fen: Fen
    overdue_fen: int
    penalty_fen: int
    late_fen: int
    late_kind: LateKind
    late_per_day: int
    late_basis: str


class BillView(Struct):
    """`state`：unpaid 待缴，settled 已缴清，withdrawn 已撤回，refunded 已退回。`due_fen`：今天应缴，含 `late_fen`；
    发起支付后金额固定，未付而关闭的，再次发起时重新计算。`can_pay`：现在可以在线缴纳.
    """

    pay_code: PayCode
    title: Annotated[str, Meta(examples=["居民身份证工本费"])]
    unit: Department
    total_fen: Fen
    due_fen: int
    late_fen: int
    days_late: int
    can_pay: bool
    settled_fen: int | None
    state: BillState
    expire_date: date | None
    settled_at: datetime | None
    reference: str
    items: list[LineView]


class BillsQuery(Asked):
    """`which`：all 全部（待缴在前），open 待缴，settled 已办结."""

    which: own_bills.Which = "all"


class BillLookUp(Asked):
    pay_code: Annotated[str, Meta(min_length=6, max_length=40, examples=["20261121000000000001"])]
    last_four: LastFour


class Checkout(Asked):
    """`last_four` is needed to pay somebody else's bill."""

    channel: Literal["wechat", "alipay"]
    last_four: Annotated[str, Meta(pattern="^([0-9A-Za-z]{4})?$")] = ""


class CheckoutView(Struct):
    """`parameters`：原样交给 wx.requestPayment / my.tradePay."""

    out_trade_no: Annotated[str, Meta(examples=["P20261121000000000001"])]
    channel: PayChannel
    amount_fen: Fen
    late_fen: int
    expires_at: datetime
    parameters: Annotated[dict[str, str], AS_IT_CAME]


class ResultView(Struct):
    """`state`：settled 已到账，waiting 等待支付平台确认，unpaid 未支付，returned 已退回."""

    pay_code: PayCode
    state: ResultState
    amount_fen: Fen
    paid_at: datetime | None


@routes.get("/v1/bills", access=CITIZEN, summary="我的缴费单", errors=(ActingOver,))
async def my_bills(query: BillsQuery, who: Session) -> list[BillView]:
    return [view(one) for one in await own_bills.mine(await subject(who, Scope.PAY), which=query.which)]


@routes.get("/v1/bills/<pay_code>", access=CITIZEN, summary="一张缴费单", errors=(BillNotFound,))
async def bill(pay_code: PayCode, who: Session) -> BillView:
    return view(await own_bills.one(pay_code=pay_code, citizen_id=who.citizen_id))


@routes.post("/v1/bills/look-up", access=PUBLIC, summary="按缴款识别码查缴费单", errors=(BillNotFound, TooManyRequests))
async def look_up(request: Request, body: BillLookUp) -> BillView:
    """缴款识别码加缴款人证件号码后四位；可为家人代缴。"""
    return view(await bills.by_code(pay_code=body.pay_code, last_four=body.last_four, address=client_address(request)))


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
        CheckoutOver,
        KeyMalformed,
        idempotency.KeyReused,
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
    headers=(INTENT,),
    limit=Limit(user=20),
)
async def begin(request: Request, pay_code: PayCode, body: Checkout, who: Session) -> CheckoutView:
    """再次发起得到同一支付单，不会重复扣款。带 Idempotency-Key 重试始终得到同一支付单；该单已结束的，换新键重新发起。
    是否到账以缴费结果为准。
    """
    key = INTENT.of(request)
    if body.last_four:
        owed = await bills.by_code(pay_code=pay_code, last_four=body.last_four, address=client_address(request))
    else:
        owed = await bills.one_for(pay_code=pay_code, citizen_id=who.citizen_id)
    begun = await checkout.begin(bill=owed, channel=body.channel, by=actor(who), account_id=who.account_id, key=key)
    return CheckoutView(
        begun.out_trade_no, begun.channel, begun.amount_fen, begun.late_fen, begun.expires_at, begun.parameters
    )


@routes.get("/v1/bills/<pay_code>/result", access=CITIZEN, summary="缴费结果", errors=(BillNotFound,))
async def result(pay_code: PayCode, who: Session) -> ResultView:
    """只相信支付平台的通知和查询，不相信前端的返回。"""
    found = await results.of(pay_code=pay_code, citizen_id=who.citizen_id)
    return ResultView(pay_code, found.state, found.amount_fen, found.paid_at)


def view(bill: Bill | BillRead) -> BillView:
    """A bill that was read with its items."""
    due = late_fee.shown(bill)
    unpaid = bill.state == "unpaid"
    return BillView(
        pay_code=bill.pay_code,
        title=bill.title,
        unit=bill.exec_unit_name,
        total_fen=bill.total_fen,
        due_fen=due.fen if unpaid else 0,
        late_fen=due.late_fen,
        days_late=due.days_late,
        can_pay=unpaid and due.payable,
        settled_fen=bill.settled_fen,
        state=bill.state,
        expire_date=bill.expire_date,
        settled_at=bill.settled_at,
        reference=bill.reference,
        items=[
            LineView(
                one.name, one.amount_fen, one.overdue_fen, one.penalty_fen, one.late_fen, one.late_kind,
                one.late_per_day, one.late_basis,
            )
            for one in due.lines
        ],
    )  # fmt: skip
