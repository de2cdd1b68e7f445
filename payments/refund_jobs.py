"""What refunds and receipts keep of a person, and that it follows them when two accounts become one."""

from typing import Any

from foundation import metrics, personal_data
from foundation.actor import Actor
from foundation.events import on
from foundation.jobs import scheduled
from identity.events import CitizensMerged
from payments import receipt_list, refund_applications
from payments.errors import MoneyUnderWay
from payments.models import Refund
from payments.receipt_models import Receipt
from payments.refund_models import RefundApplication
from payments.refund_progress import LABELS

APPLICATIONS = {**LABELS, "approved": "已批准"}  # what the person reads of a paper that went to finance


@scheduled("*/10 * * * *")
async def count_applications() -> None:
    """Papers that wait for finance."""
    waiting = await RefundApplication.filter(state__in=refund_applications.OPEN).count()
    metrics.level("refund_applications_open", waiting)


@on(CitizensMerged)
async def follow_merge(event: CitizensMerged) -> None:
    gone, kept = (str(Actor.citizen(one)) for one in (event.gone, event.kept))
    await RefundApplication.filter(applied_by=gone).update(applied_by=kept)


async def export(citizen_id: int) -> dict[str, list[dict[str, Any]]]:
    applied = RefundApplication.filter(applied_by=str(Actor.citizen(citizen_id))).order_by("id")
    returned = Refund.filter(order__payer_id=citizen_id).order_by("id").prefetch_related("order__bill")
    receipts = Receipt.filter(bill__citizen_id=citizen_id).order_by("id").prefetch_related("bill")
    return {
        "applications": [
            {
                "fen": one.amount_fen,
                "reason": one.reason,
                "state": APPLICATIONS[one.state],
                "verdict": one.verdict,
            }
            for one in await applied
        ],
        "refunds": [
            {
                "pay_code": one.order.bill.pay_code,
                "fen": one.amount_fen,
                "reason": one.reason,
                "state": LABELS[one.state],
            }
            for one in await returned
        ],
        "receipts": [
            {
                "pay_code": one.bill.pay_code,
                "code": one.code,
                "number": one.number,
                "fen": one.amount_fen,
                "state": receipt_list.STATES[one.state],
            }
            for one in await receipts
        ],
    }


async def forget(citizen_id: int) -> None:
    """Papers about money are books and stay. Raises MoneyUnderWay while one waits for finance."""
    if await RefundApplication.exists(applied_by=str(Actor.citizen(citizen_id)), state__in=refund_applications.OPEN):
        raise MoneyUnderWay


personal_data.register(
    "refunds", export=export, forget=forget,
    title="退款与票据",
)  # fmt: skip
