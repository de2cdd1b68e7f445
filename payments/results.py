"""What became of a payment, as its payer may know it: never from what the client says."""

import asyncio
from dataclasses import dataclass
from datetime import datetime

from foundation import logs, redis
from foundation.errors import Refusal
from payments import bills, inquiry, late_fee
from payments.models import Bill, PaymentOrder
from payments.orders import LIVE, RECEIVED

log = logs.logger(__name__)

POLL_SECONDS = 3
PATIENCE_SECONDS = 4.0  # a page that waits for its result must not wait for a slow channel


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
    if order is not None and order.state in LIVE:
        await _ask(order)
        await order.refresh_from_db()
        await bill.refresh_from_db(fields=["state", "settled_at"])
    return _read(bill, order)


def _read(bill: Bill, order: PaymentOrder | None) -> Result:
    if order is not None and order.state in RECEIVED:
        stays = order.settles and order.state == "paid"
        return Result("settled" if stays else "returned", order.amount_fen, order.paid_at)
    if bill.state == "settled":
        return Result("settled", bill.settled_fen or bill.total_fen, bill.settled_at)
    if order is not None and order.state in LIVE:
        return Result("waiting", order.amount_fen, None)
    return Result("unpaid", late_fee.shown(bill).fen, None)


async def _ask(order: PaymentOrder) -> None:
    """The page that waits polls: the channel is asked every few seconds at most; without Redis only the job asks."""
    try:
        if not await redis.client().set(f"order-asked:{order.id}", "1", nx=True, ex=POLL_SECONDS):
            return
    except redis.LOST:
        return
    try:
        async with asyncio.timeout(PATIENCE_SECONDS):
            await inquiry.ask(order.id)
    except (Refusal, TimeoutError) as trouble:
        log.info("result_not_known_yet", order_id=order.id, trouble=type(trouble).__name__)
