"""Asking the channel what became of an order: the repair of lost notices, and the way to expire safely.

Before an order expires here the channel is asked, then told to close, then asked again, so that money on its way
is never closed over.
"""

import asyncio
from datetime import timedelta

from channels.errors import OrderPaid
from channels.payment import ChannelPayment, ChannelState, PaymentChannel
from foundation import clock, database, logs
from foundation.actor import Actor
from foundation.errors import Refusal
from payments import gateway, notices, settlement, states
from payments.errors import DoesNotAgree
from payments.models import PaymentOrder
from payments.orders import LIVE

log = logs.logger(__name__)

WAIT = timedelta(seconds=15)
LONGEST_WAIT = timedelta(minutes=10)
LEASE = timedelta(minutes=3)  # longer than three calls to a slow channel take
BATCH = 20
BY = Actor.system("inquiry")
ROUNDS = 3  # so that a run against a dead channel ends well within the time of a job

CLAIM = """
update payment_order set ask_at = $1 + $2::interval, asked_times = asked_times + 1
 where id in (select id from payment_order where ask_at <= $1 and state in ('created', 'awaiting', 'unknown')
               order by ask_at limit $3 for update skip locked)
returning id"""


async def ask_all_due() -> int:
    """Ask about every live order whose time has come; returns how many. Two workers never ask about the same one."""
    asked = 0
    for _ in range(ROUNDS):
        rows = await database.fetch(CLAIM, clock.now(), LEASE, BATCH)
        await asyncio.gather(*(_ask_quietly(row["id"]) for row in rows))
        asked += len(rows)
        if len(rows) < BATCH:
            break
    return asked


async def _ask_quietly(order_id: int) -> None:
    """One order in trouble must not keep the others from being asked about."""
    try:
        await ask(order_id)
    except Refusal as refusal:
        log.warning("order_not_asked", order_id=order_id, code=refusal.code)
    except Exception as fault:
        log.error("order_not_understood", order_id=order_id, exc_info=fault)


async def ask(order_id: int, *, closing: bool = False) -> ChannelState:
    """Ask once and act on the answer. What may be paid no more is closed over there and asked about again:

    an expired order, one whose bill was settled or withdrawn otherwise, or any when `closing`.
    """
    order = await PaymentOrder.get(id=order_id).prefetch_related("bill")
    channel = gateway.channel(order.channel)
    payment = await channel.query(order.out_trade_no)
    over = closing or order.expires_at <= clock.now() or order.bill.state != "unpaid"
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
    live = PaymentOrder.filter(id=order.id, state__in=LIVE)
    if payment.state in (ChannelState.PAID, ChannelState.REFUNDED):
        try:
            await settlement.settle(payment)
        except DoesNotAgree as problem:
            await notices.set_aside(payment, problem)
            await live.update(ask_at=clock.now() + LONGEST_WAIT)
    elif payment.state is ChannelState.CLOSED or (over and payment.state is ChannelState.ABSENT):
        await states.move_order(order, "closed", by=BY, ask_at=None)
    else:
        again = clock.now() + min(WAIT * 2 ** min(order.asked_times, 8), LONGEST_WAIT)
        await live.update(ask_at=again if over else min(again, order.expires_at))
