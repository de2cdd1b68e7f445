"""退款进度, as the payer sees it: what they applied for and the money on its way, the latest first."""

from dataclasses import dataclass
from datetime import datetime

from tortoise.expressions import Q

from payments.models import Bill, PaymentOrder, Refund
from payments.refund_models import RefundApplication

LABELS = {
    "applied": "已提交，等待财务受理",
    "asked": "财务复核中",
    "rejected": "未通过",
    "requested": "退款中",
    "processing": "退款中",
    "abnormal": "原路退回异常，财务正在处理",
    "done": "已退回原支付账户",
    "offline": "已线下退付",
    "closed": "退款未成功，款项未动",
}


@dataclass(frozen=True)
class Step:
    """An application that has not become a refund, or a refund. `state` is one of LABELS; `why` it was rejected."""

    state: str
    amount_fen: int
    reason: str
    why: str
    asked_at: datetime
    done_at: datetime | None

    @property
    def label(self) -> str:
        return LABELS[self.state]


async def of(bill: Bill, *, citizen_id: int) -> list[Step]:
    """The refunds of a bill that concerns the citizen (`bills.one_for`): of the order that settled it and of theirs."""
    orders = [one.id for one in await PaymentOrder.filter(Q(settles=True) | Q(payer_id=citizen_id), bill=bill)]
    applications = await RefundApplication.filter(
        order_id__in=orders, state__in=("applied", "asked", "rejected"), way="original"
    )
    refunds = await Refund.filter(order_id__in=orders)
    steps = [_of_application(one) for one in applications] + [_of_refund(one) for one in refunds]
    return sorted(steps, key=lambda one: one.asked_at, reverse=True)


def _of_application(one: RefundApplication) -> Step:
    why = one.verdict if one.state == "rejected" else ""
    return Step(one.state, one.amount_fen, one.reason, why, one.created_at, one.decided_at)


def _of_refund(one: Refund) -> Step:
    state = "offline" if one.offline else one.state
    return Step(state, one.amount_fen, one.reason, "", one.created_at, one.done_at)
