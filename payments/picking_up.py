"""A refund that a channel's bill has and we have not, made in its merchant console (商户平台退款): picked up by people.

The way in is the one of refunds that we are told of (`refunds_elsewhere`); here is what is said of the difference.
"""

from dataclasses import replace

from channels.payment import RefundState
from foundation.actor import Actor
from payments import gateway, quarantine_returns, refunds, refunds_elsewhere
from payments.errors import DoesNotAgree
from payments.orders import find

WHY_NOT = {
    refunds_elsewhere.NOT_PAID: "我方支付单未入账，没有登记",
    refunds_elsewhere.TOO_MUCH: "退款超过我方支付单可退金额，没有登记",
}


async def pick_up(*, channel: str, out_trade_no: str, out_refund_no: str, amount_fen: int, by: Actor) -> str:
    """Take in a refund that we did not ask for, if the channel confirms it; picking it up twice changes nothing.

    Returns what came of it in words.
    """
    if await quarantine_returns.is_ours(out_refund_no):
        await quarantine_returns.ask_by_number(out_refund_no)
        return "这是隔离款项的退回，已向渠道查询"
    order = await find(channel=channel, out_trade_no=out_trade_no)
    if order is None:
        return "我方没有对应的支付单，没有登记"
    answer = await gateway.channel(channel).query_refund(out_refund_no=out_refund_no, out_trade_no=out_trade_no)
    if answer.state is not RefundState.DONE or answer.amount_fen not in (None, amount_fen):
        return f"渠道查询结果为 {answer.state}，没有登记"
    try:
        await refunds_elsewhere.take_in(order.id, replace(answer, amount_fen=amount_fen), by=by)
    except DoesNotAgree as why:
        return WHY_NOT[str(why)]
    await refunds.note(answer)
    return "已登记"
