"""Payments that have settled, refunds that two of finance decide, and money given back at a merchant's console."""

from channels.payment import ChannelRefund, RefundState
from foundation.actor import Actor
from payments import settlement
from payments.models import Bill, PaymentOrder, Refund
from payments.refund_applications import approve, ask
from payments.refund_models import RefundApplication
from tests.builders.payments import Till, begun

ONE, OTHER = Actor.staff(1), Actor.staff(2)
REASON = "申请人重复缴款"


async def settled(till: Till) -> tuple[Bill, PaymentOrder, Actor]:
    """A bill that was paid on this channel; the last one is its payer."""
    bill, order, citizen = await begun(channel=till.name)
    await settlement.settle(till.pay(order.out_trade_no))
    return bill, order, Actor.citizen(citizen.id)


async def asked(order: PaymentOrder, fen: int = 3000, *, expected: int = 8000, by: Actor = ONE) -> RefundApplication:
    return await ask(out_trade_no=order.out_trade_no, amount_fen=fen, expected_fen=expected, reason=REASON, by=by)


async def made(order: PaymentOrder, fen: int, *, expected: int) -> Refund:
    """A refund that two people have decided."""
    application = await asked(order, fen, expected=expected)
    return await approve(application_id=application.id, by=OTHER)


async def console_refund(till: Till, order: PaymentOrder, fen: int, number: str = "console-1") -> ChannelRefund:
    """Somebody gives money back at the merchant's console."""
    till.refunds[number] = ChannelRefund(number, RefundState.DONE, fen, order.out_trade_no)
    return till.refunds[number]
