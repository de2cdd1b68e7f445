"""What finance has on its desk: applications to decide, refunds under way and what became of the others."""

from dataclasses import dataclass
from datetime import datetime

from tortoise.expressions import Q

from foundation import clock
from identity.realname import masked_sealed
from payments import refunds
from payments.models import Bill, PaymentOrder, Refund
from payments.refund_applications import OPEN
from payments.refund_models import RefundApplication
from payments.refund_repairs import masked_card
from payments.refunds import STUCK_AFTER

AT_ONCE = 200  # on one page
NUMBERS = {"out_trade_no": 32, "transaction_no": 64, "bill__pay_code": 40}  # and how long each can be


@dataclass(frozen=True, kw_only=True)
class OrderFacts:
    """The payment behind a refund, as finance sees it."""

    out_trade_no: str
    pay_code: str
    title: str
    unit: str
    payer: str  # masked
    owner: int | None  # whose bill it is, where we know
    channel: str
    amount_fen: int
    refundable_fen: int
    state: str
    settles: bool
    paid_at: datetime | None


@dataclass(frozen=True, kw_only=True)
class Paper:
    """An application with its payment. `asked_by` and the others are texts of an Actor."""

    id: int
    order: OrderFacts
    way: str
    card: str  # masked
    state: str
    amount_fen: int
    reason: str
    applied_by: str
    asked_by: str
    decided_by: str
    verdict: str
    at: datetime
    decided_at: datetime | None


@dataclass(frozen=True, kw_only=True)
class Going:
    """A refund with its payment. `stuck`: somebody must look."""

    id: int
    order: OrderFacts
    out_refund_no: str
    origin: str
    state: str
    offline: bool
    amount_fen: int
    reason: str
    at: datetime
    done_at: datetime | None
    stuck: bool


async def to_decide() -> list[Paper]:
    """Applications that wait for somebody, the oldest first."""
    rows = RefundApplication.filter(state__in=OPEN).order_by("id").limit(AT_ONCE)
    return [_paper(one) for one in await rows.prefetch_related("order__bill", "order__refunds")]


async def decided(limit: int = 50) -> list[Paper]:
    """Applications that were decided, the latest first."""
    rows = RefundApplication.exclude(state__in=OPEN).order_by("-decided_at").limit(limit)
    return [_paper(one) for one in await rows.prefetch_related("order__bill", "order__refunds")]


async def under_way() -> list[Going]:
    """Refunds that have not arrived, the oldest first."""
    rows = Refund.filter(state__in=refunds.UNDER_WAY).order_by("id").limit(AT_ONCE)
    return [_going(one) for one in await rows.prefetch_related("order__bill", "order__refunds")]


async def over(limit: int = 50) -> list[Going]:
    """Refunds that have arrived or were closed, the latest first."""
    rows = Refund.exclude(state__in=refunds.UNDER_WAY).order_by("-id").limit(limit)
    return [_going(one) for one in await rows.prefetch_related("order__bill", "order__refunds")]


async def orders_of(number: str) -> list[OrderFacts]:
    """Payments by 支付单号, 渠道交易号 or 缴款识别码, those that received money first."""
    number = number.strip()
    fitting = [Q(**{name: number}) for name, most in NUMBERS.items() if 0 < len(number) <= most]
    if not fitting:
        return []
    wanted = Q(*fitting, join_type="OR")
    rows = await PaymentOrder.filter(wanted).order_by("paid_at", "id").prefetch_related("bill", "refunds")
    return [_facts(one) for one in sorted(rows, key=lambda one: one.paid_at is None)]


def _facts(order: PaymentOrder) -> OrderFacts:
    """With its bill and its refunds read along."""
    bill: Bill = order.bill
    already = list(order.refunds)  # type: ignore[attr-defined]
    return OrderFacts(
        out_trade_no=order.out_trade_no,
        pay_code=bill.pay_code,
        title=bill.title,
        unit=bill.exec_unit_name,
        payer=masked_sealed(bill.payer_name_sealed),
        owner=bill.citizen_id,  # type: ignore[attr-defined]
        channel=order.channel,
        amount_fen=order.amount_fen,
        refundable_fen=refunds.refundable(order, already),
        state=order.state,
        settles=order.settles,
        paid_at=order.paid_at,
    )


def _paper(one: RefundApplication) -> Paper:
    return Paper(
        id=one.id,
        order=_facts(one.order),
        way=one.way,
        card=masked_card(one),
        state=one.state,
        amount_fen=one.amount_fen,
        reason=one.reason,
        applied_by=one.applied_by,
        asked_by=one.asked_by,
        decided_by=one.decided_by,
        verdict=one.verdict,
        at=one.created_at,
        decided_at=one.decided_at,
    )


def _going(one: Refund) -> Going:
    waits = one.state in refunds.UNDER_WAY
    return Going(
        id=one.id,
        order=_facts(one.order),
        out_refund_no=one.out_refund_no,
        origin=one.origin,
        state=one.state,
        offline=one.offline,
        amount_fen=one.amount_fen,
        reason=one.reason,
        at=one.created_at,
        done_at=one.done_at,
        stuck=one.state == "abnormal" or (waits and one.created_at < clock.now() - STUCK_AFTER),
    )
