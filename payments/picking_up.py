"""Refunds made in the channel's merchant console (商户平台退款): found in a bill, asked about, and made ours."""

from channels.payment import RefundState
from foundation import audit, database
from foundation.actor import Actor
from payments import gateway, ledger, refunds
from payments.errors import OrderNotFound, RefundTooMuch
from payments.models import PaymentOrder, Refund
from payments.orders import RECEIVED, locked

REASON = "商户平台退款"


async def pick_up(*, channel: str, out_trade_no: str, out_refund_no: str, amount_fen: int, by: Actor) -> str:
    """Take in a refund that we did not ask for, if the channel confirms it; picking it up twice changes nothing.

    Returns what came of it in words. Raises RefundTooMuch when our books hold less than was given back.
    """
    answer = await gateway.channel(channel).query_refund(out_refund_no=out_refund_no, out_trade_no=out_trade_no)
    if answer.state is not RefundState.DONE or answer.amount_fen not in (None, amount_fen):
        return f"渠道查询结果为 {answer.state}，没有登记"
    try:
        await _take_over(channel, out_trade_no, out_refund_no, amount_fen, by)
    except OrderNotFound:
        return "我方没有对应的支付单，没有登记"
    await refunds.note(answer)
    return "已登记"


@database.retry_on_deadlock
async def _take_over(channel: str, out_trade_no: str, out_refund_no: str, amount_fen: int, by: Actor) -> None:
    """The refund's row, as if we had asked for it: what follows is as with any other."""
    async with database.transaction():
        bill, order = await locked(out_trade_no=out_trade_no, channel=channel)
        if await Refund.exists(out_refund_no=out_refund_no):
            return
        if not await _left(order) >= amount_fen > 0:
            raise RefundTooMuch
        await Refund.create(
            order=order, out_refund_no=out_refund_no, amount_fen=amount_fen, reason=REASON, state="processing"
        )
        if order.settles:
            await ledger.owed_back(unit=bill.exec_unit_code, amount_fen=amount_fen, order_id=order.id)
        await audit.record("refund.picked_up", subject=f"order:{order.id}", by=by, reason=REASON)


async def _left(order: PaymentOrder) -> int:
    """How much of what the order received is not on its way back."""
    if order.state not in RECEIVED:
        return 0
    decided = await Refund.filter(order=order, state__in=refunds.COUNTED)
    return int(order.amount_fen - sum(one.amount_fen for one in decided))
