"""When receipts are issued and taken back, and who looks after those that got stuck."""

from datetime import timedelta

from tortoise.expressions import Q

from foundation import clock, logs, metrics
from foundation.events import on
from foundation.jobs import scheduled
from payments import receipts
from payments.events import BillSettled, MoneyReturned
from payments.models import Bill, PaymentOrder
from payments.receipt_models import Receipt

log = logs.logger(__name__)

CHASED_AFTER = timedelta(minutes=10)
STUCK_AFTER = timedelta(hours=1)
LOOKS_BACK = timedelta(days=2)
AT_ONCE = 200


@on(BillSettled)
async def issue_for_bill(event: BillSettled) -> None:
    await receipts.follow(event.bill_id)


@on(MoneyReturned)
async def follow_refund(event: MoneyReturned) -> None:
    order = await PaymentOrder.get(id=event.order_id)
    await receipts.follow(order.bill_id)  # type: ignore[attr-defined]


@scheduled("*/10 * * * *", queue="money")
async def chase_receipts() -> None:
    """Whose job has given up is asked about again; what waits for an hour is an alarm."""
    waiting = Receipt.filter(Q(state="asked") | Q(void_wanted=True, state__not="voided"))
    stuck = await waiting.filter(wanted_at__lt=clock.now() - STUCK_AFTER).count()
    metrics.level("receipts_stuck", stuck)
    if stuck:
        log.error("receipts_stuck", number=stuck)
    for one in await waiting.filter(wanted_at__lt=clock.now() - CHASED_AFTER).order_by("id").limit(AT_ONCE):
        await receipts.ask_again(one)
    await _those_nobody_asked_for()


async def _those_nobody_asked_for() -> None:
    """A settled bill without any receipt: its event was given up, or it was settled before there were receipts."""
    since = clock.now() - LOOKS_BACK
    bills = Bill.filter(settled_at__gt=since, settled_at__lt=clock.now() - CHASED_AFTER, receipts__id__isnull=True)
    for bill in await bills.order_by("id").limit(AT_ONCE):
        await receipts.follow(bill.id)
