"""Refunds the channel tells us of. Those nobody asked for here were made at the merchant's console of the channel:

they are taken in as what they are, with their ledger posting, and never started a second time by us.
"""

from channels.payment import ChannelRefund, RefundState
from foundation import audit, database, logs, metrics
from foundation.actor import Actor
from payments import gateway, ledger, quarantine_returns, refunds
from payments.errors import DoesNotAgree, OrderNotFound
from payments.models import Refund
from payments.orders import RECEIVED, find, locked

log = logs.logger(__name__)

REASON = "商户平台退款"
NOT_PAID, TOO_MUCH = "refund of an order that was not paid", "refund exceeds order"


async def hear(told: ChannelRefund, *, channel: str) -> None:
    """A notice about a refund only makes us ask: the channel's answer to a question decides.

    Raises OrderNotFound for a refund of no order of ours, DoesNotAgree for one that cannot be.
    """
    refund = await Refund.get_or_none(out_refund_no=told.out_refund_no)
    if refund is not None:
        await refunds.ask(refund_id=refund.id)
        return
    if await quarantine_returns.is_ours(told.out_refund_no):
        await quarantine_returns.ask_by_number(told.out_refund_no)
        return
    order = await find(channel=channel, out_trade_no=told.out_trade_no or "")
    if order is None:
        raise OrderNotFound
    answer = await gateway.channel(channel).query_refund(
        out_refund_no=told.out_refund_no, out_trade_no=order.out_trade_no
    )
    if answer.state is RefundState.ABSENT or answer.amount_fen is None:
        raise DoesNotAgree("refund not at the channel")
    if answer.state is not RefundState.CLOSED:  # nothing has left, and nothing will
        await take_in(order.id, answer, by=Actor.channel(channel))
        await refunds.note(answer)


@database.retry_on_deadlock
async def take_in(order_id: int, answer: ChannelRefund, *, by: Actor) -> None:
    """Write the refund down as one under way, once; what became of it is noted as of any other.

    Raises DoesNotAgree: NOT_PAID, TOO_MUCH.
    """
    async with database.transaction():
        bill, order = await locked(id=order_id)
        if await Refund.exists(out_refund_no=answer.out_refund_no):
            return  # told twice at once
        already = await Refund.filter(order=order)
        if order.state not in RECEIVED:
            raise DoesNotAgree(NOT_PAID)
        if not 0 < (answer.amount_fen or 0) <= refunds.refundable(order, already):
            raise DoesNotAgree(TOO_MUCH)
        refund = await Refund.create(
            order=order,
            out_refund_no=answer.out_refund_no,
            amount_fen=answer.amount_fen,
            reason=REASON,
            origin="merchant_console",
            state="processing",
        )
        if order.settles:
            await ledger.owed_back(unit=bill.exec_unit_code, amount_fen=refund.amount_fen, order_id=order.id)
        await audit.record("refund.found", subject=f"order:{order.id}", by=by, reason=REASON)
    metrics.count("refunds_found_total", channel=order.channel)
    log.warning("refund_made_elsewhere", order_id=order_id, refund_id=refund.id)
