"""Asking the channel what became of an order: the repair of lost notices, and the way to expire safely.

Before an order expires here the channel is asked, then told to close, then asked again, so that money on its way
is never closed over.
"""

from datetime import timedelta

from channels.errors import OrderPaid
from channels.payment import ChannelPayment, ChannelState, PaymentChannel
from foundation import clock, database, logs
from foundation.errors import Refusal
from payments import gateway, settlement
from payments.errors import DoesNotAgree
from payments.models import PaymentOrder

log = logs.logger(__name__)

LIVE = ("created", "awaiting", "unknown")
WAIT = timedelta(seconds=15)
LONGEST_WAIT = timedelta(minutes=10)
LEASE = timedelta(minutes=1)
BATCH = 50

CLAIM = """
update payment_order set ask_at = $1 + $2::interval, asked_times = asked_times + 1
 where id in (select id from payment_order where ask_at <= $1 and state in ('created', 'awaiting', 'unknown')
               order by ask_at limit $3 for update skip locked)
returning id"""


async def ask_all_due() -> int:
    """Ask about every live order whose time has come; returns how many. Two workers never ask about the same one."""
    rows = await database.fetch(CLAIM, clock.now(), LEASE, BATCH)
    for row in rows:
        try:
            await ask(row["id"])
        except Refusal as refusal:
            log.warning("order_not_asked", order_id=row["id"], code=refusal.code)
    return len(rows)


async def ask(order_id: int, *, closing: bool = False) -> ChannelState:
    """Ask once and act on the answer. An expired order, or any when `closing`, is closed over there and asked again."""
    order = await PaymentOrder.get(id=order_id)
    channel = gateway.channel(order.channel)
    payment = await channel.query(order.out_trade_no)
    over = closing or order.expires_at <= clock.now()
    if over and payment.state is ChannelState.UNPAID:
        payment = await _close(channel, order)
    await _act(order, payment, over)
    return payment.state


async def _close(channel: PaymentChannel, order: PaymentOrder) -> ChannelPayment:
    try:
        await channel.close(order.out_trade_no)
    except OrderPaid:
        log.info("paid_while_closing", order_id=order.id)
    return await channel.query(order.out_trade_no)


async def _act(order: PaymentOrder, payment: ChannelPayment, over: bool) -> None:
    if payment.state in (ChannelState.PAID, ChannelState.REFUNDED):
        try:
            await settlement.settle(payment)
        except DoesNotAgree as problem:
            log.error("answer_does_not_agree", order_id=order.id, differing=str(problem))
        return
    if payment.state is ChannelState.CLOSED or (over and payment.state is ChannelState.ABSENT):
        await PaymentOrder.filter(id=order.id, state__in=LIVE).update(state="closed", ask_at=None)
        return
    wait = min(WAIT * 2 ** min(order.asked_times, 8), LONGEST_WAIT)
    await PaymentOrder.filter(id=order.id, state__in=LIVE).update(
        ask_at=min(clock.now() + wait, max(order.expires_at, clock.now() + timedelta(seconds=1)))
    )
