"""What became of a payment, as its payer may know it: never from what the client says."""

from dataclasses import dataclass
from datetime import datetime

from foundation import logs, redis
from foundation.errors import Refusal
from payments import bills, inquiry
from payments.models import PaymentOrder

log = logs.logger(__name__)

POLL_SECONDS = 3
STATES = {"paid": "settled", "refunded": "returned", "closed": "unpaid"}


@dataclass(frozen=True)
class Result:
    """`state`: ``settled``, ``waiting`` (the channel has not said), ``unpaid``, ``returned``."""

    state: str
    amount_fen: int
    paid_at: datetime | None


async def of(*, pay_code: str, citizen_id: int) -> Result:
    """The result of the citizen's latest attempt to pay a bill; asks the channel when no notice has come.

    Raises BillNotFound.
    """
    bill = await bills.one_for(pay_code=pay_code, citizen_id=citizen_id)
    order = await PaymentOrder.filter(bill=bill, payer_id=citizen_id).order_by("-id").first()
    if bill.state == "settled" and (order is None or order.settles or order.state == "closed"):
        return Result("settled", bill.total_fen, bill.settled_at)
    if order is None:
        return Result("unpaid", bill.total_fen, None)
    if order.state in inquiry.LIVE:
        await _ask(order)
        await order.refresh_from_db()
    state = STATES.get(order.state, "waiting")
    if order.state == "paid" and not order.settles:
        state = "returned"
    return Result(state, order.amount_fen, order.paid_at)


async def _ask(order: PaymentOrder) -> None:
    """The page that waits polls: the channel is asked every few seconds at most; without Redis only the job asks."""
    try:
        if not await redis.client().set(f"order-asked:{order.id}", "1", nx=True, ex=POLL_SECONDS):
            return
        await inquiry.ask(order.id)
    except redis.LOST:
        return
    except Refusal as refusal:
        log.info("result_not_known_yet", order_id=order.id, code=refusal.code)
