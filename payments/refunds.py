"""Money on its way back. A refund is decided in a transaction and sent by a job, always with the same number."""

from collections.abc import Collection
from datetime import datetime, timedelta

from tortoise.expressions import Q

from channels.payment import ChannelRefund, RefundRequest, RefundState
from foundation import audit, clock, crypto, database, jobs, logs, metrics, settings
from foundation.actor import Actor
from foundation.events import tell
from foundation.http import OutcomeUnknown
from payments import gateway, ledger, states
from payments.errors import RefundTooMuch
from payments.events import MoneyReturned
from payments.models import Bill, PaymentOrder, Refund
from payments.orders import RECEIVED, locked
from payments.refund_errors import RefundTooLate, TooManyRefunds

log = logs.logger(__name__)

UNDER_WAY = ("requested", "processing", "abnormal")
COUNTED = (*UNDER_WAY, "done")
ASK_AGAIN = timedelta(seconds=30)
ASK_LONGEST = timedelta(hours=6)
CHASED_AFTER = timedelta(minutes=10)
STUCK_AFTER = timedelta(days=1)
# WeChat Pay takes refunds within a year of payment, 50 for an order, a minute between two parts. Alipay's contract
# names the year too.
LONGEST = timedelta(days=365)
MOST = 50
BETWEEN_PARTS = timedelta(minutes=1)


async def request(*, order: PaymentOrder, amount_fen: int, reason: str, by: Actor) -> Refund:
    """Decide a refund in the caller's transaction; it is sent once that commits.

    Raises RefundTooMuch, TooManyRefunds, RefundTooLate.
    """
    bill, order = await locked(id=order.id)
    already = await Refund.filter(order=order)
    if not 0 < amount_fen <= refundable(order, already):
        raise RefundTooMuch
    if len(already) >= MOST:
        raise TooManyRefunds
    if order.paid_at and order.paid_at + LONGEST < clock.now():
        raise RefundTooLate
    refund = await Refund.create(
        order=order,
        out_refund_no=f"R{clock.today():%Y%m%d}{crypto.random_code(16)}",
        amount_fen=amount_fen,
        reason=reason,
        send_at=_not_before(already),
    )
    if order.settles:
        await ledger.owed_back(unit=bill.exec_unit_code, amount_fen=amount_fen, order_id=order.id)
    await audit.record("refund.requested", subject=f"order:{order.id}", by=by, reason=reason)
    await jobs.enqueue(send, lock=f"refund:{refund.id}", at=refund.send_at, refund_id=refund.id)
    return refund


def refundable(order: PaymentOrder, already: Collection[Refund]) -> int:
    """What of an order can still go back: what it received, less what went back or is on its way."""
    received = order.amount_fen if order.state in RECEIVED else 0
    return int(received - sum(one.amount_fen for one in already if one.state in COUNTED))


def _not_before(already: Collection[Refund]) -> datetime | None:
    """A minute after the part before, wherever that was asked for; None when that is over."""
    latest = max((one.send_at or one.created_at for one in already), default=None)
    return latest + BETWEEN_PARTS if latest and latest + BETWEEN_PARTS > clock.now() else None


@jobs.job(queue="money", retries=30)
async def send(*, refund_id: int) -> None:
    """Ask the channel for the refund; a job, so it goes on after a crash. The channel knows the number from before."""
    refund = await Refund.get(id=refund_id).prefetch_related("order")
    if refund.state not in UNDER_WAY:
        return
    order, channel = refund.order, gateway.channel(refund.order.channel)
    answer = await channel.refund(
        RefundRequest(
            out_trade_no=order.out_trade_no,
            out_refund_no=refund.out_refund_no,
            amount_fen=refund.amount_fen,
            total_fen=order.amount_fen,
            reason=refund.reason,
            notify_url=f"{settings.current().processes.public_api_url}/callbacks/{order.channel}/pay",
        )
    )
    await note(answer)


@jobs.job(queue="money", retries=30)
async def ask(*, refund_id: int) -> None:
    """Ask what became of a refund that the channel is working on."""
    refund = await Refund.get(id=refund_id).prefetch_related("order")
    if refund.state not in UNDER_WAY:
        return
    channel = gateway.channel(refund.order.channel)
    try:
        answer = await channel.query_refund(out_refund_no=refund.out_refund_no, out_trade_no=refund.order.out_trade_no)
    except OutcomeUnknown:
        answer = ChannelRefund(refund.out_refund_no, RefundState.PROCESSING, None)
    if answer.state is not RefundState.ABSENT:
        await note(answer)
    elif refund.send_at is None or refund.send_at <= clock.now():
        await send(refund_id=refund_id)


async def note(answer: ChannelRefund) -> None:
    """Take in what the channel says of a refund; saying it twice changes nothing."""
    async with database.transaction():
        found = await Refund.get_or_none(out_refund_no=answer.out_refund_no)
        if found is None:
            log.warning("refund_unknown")
            return
        bill, order = await locked(id=found.order_id)  # type: ignore[attr-defined]
        refund = await Refund.select_for_update().get(id=found.id)
        if answer.state is RefundState.DONE and refund.state == "closed":
            await _reopen(bill, order, refund)
        if refund.state not in UNDER_WAY:
            return
        if answer.amount_fen not in (None, refund.amount_fen):
            metrics.count("refunds_stuck_total", state="other_amount")
            log.error("refund_of_another_amount", refund_id=refund.id)
        elif answer.state is RefundState.DONE:
            await _done(bill, order, refund)
        else:
            await _not_yet(bill, order, refund, answer.state)


async def _reopen(bill: Bill, order: PaymentOrder, refund: Refund) -> None:
    """The channel gave back what we had given up: the money counts, unless it has gone back otherwise meanwhile."""
    if refund.amount_fen > refundable(order, await Refund.filter(order=order)):
        metrics.count("refunds_stuck_total", state="gone_twice")
        log.error("refund_gone_twice", refund_id=refund.id)
        return
    refund.state = "processing"
    if order.settles:
        await ledger.owed_back(unit=bill.exec_unit_code, amount_fen=refund.amount_fen, order_id=order.id)


async def _done(bill: Bill, order: PaymentOrder, refund: Refund) -> None:
    refund.state, refund.done_at = "done", clock.now()
    await refund.save(update_fields=["state", "done_at"])
    await ledger.returned(channel=order.channel, amount_fen=refund.amount_fen, order_id=order.id)
    await conclude(bill, order, refund)


async def conclude(bill: Bill, order: PaymentOrder, refund: Refund) -> None:
    """What follows from money that is back with its payer."""
    returned = await Refund.filter(order=order, state="done")
    if sum(one.amount_fen for one in returned) == order.amount_fen:
        await states.move_order(order, "refunded")
        if order.settles:
            await states.move_bill(bill, "refunded")
    await tell(
        MoneyReturned(
            order_id=order.id,
            refund_id=refund.id,
            payer_id=order.payer_id,  # type: ignore[attr-defined]
            amount_fen=refund.amount_fen,
        )
    )


async def _not_yet(bill: Bill, order: PaymentOrder, refund: Refund, state: RefundState) -> None:
    refund.state = {RefundState.CLOSED: "closed", RefundState.ABNORMAL: "abnormal"}.get(state, "processing")
    refund.asked_times += 1
    await refund.save(update_fields=["state", "asked_times"])
    if refund.state != "processing":
        metrics.count("refunds_stuck_total", state=refund.state)
        log.error("refund_needs_a_person", refund_id=refund.id, state=refund.state)
    if refund.state != "closed":
        wait = min(ASK_AGAIN * 2 ** min(refund.asked_times, 10), ASK_LONGEST)
        await _ask_later(refund, wait)
    elif order.settles:
        await ledger.kept_after_all(unit=bill.exec_unit_code, amount_fen=refund.amount_fen, order_id=order.id)


async def _ask_later(refund: Refund, wait: timedelta) -> bool:
    """One question waits at a time, however often we are told something meanwhile."""
    at = clock.now() + wait
    return await jobs.enqueue_once(ask, mark=f"refund-asked:{refund.id}", at=at, refund_id=refund.id)


async def chase() -> int:
    """Ask about every refund that is under way for long and that no job asks about; returns how many are under way."""
    long_ago = clock.now() - CHASED_AFTER
    sent = Q(send_at__isnull=True) | Q(send_at__lt=long_ago)
    rows = await Refund.filter(sent, state__in=UNDER_WAY, created_at__lt=long_ago).order_by("id")
    for row in rows:
        await _ask_later(row, timedelta())
    return len(rows)


async def stuck() -> int:
    """How many refunds a person must look at: abnormal ones, and those that are under way for too long."""
    late = Q(state__in=UNDER_WAY, created_at__lt=clock.now() - STUCK_AFTER)
    return await Refund.filter(Q(state="abnormal") | late).count()
