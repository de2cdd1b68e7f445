"""Money that arrived: it settles its bill once, or goes back by itself, once.

Nothing settles unless merchant, app id, order, amount and currency all agree with what we asked for; what does not is
raised as DoesNotAgree for its notice to be quarantined.
"""

from enum import StrEnum

from channels.payment import ChannelPayment, ChannelState
from foundation import audit, clock, database, logs, metrics
from foundation.actor import Actor
from foundation.events import tell
from payments import late_fee, ledger, refunds, states
from payments.errors import DoesNotAgree
from payments.events import BillSettled
from payments.models import Bill, PaymentOrder
from payments.orders import LIVE, RECEIVED, Asked, Due, locked

log = logs.logger(__name__)

CURRENCY = "CNY"
WHY = {"withdrawn": "通知书已撤回", "unpaid": "通知书已变更"}  # money that does not settle its bill


class Outcome(StrEnum):
    SETTLED = "settled"
    REPEATED = "repeated"
    RETURNED = "returned"  # the bill was settled, withdrawn or changed: the money goes back
    NOTED = "noted"  # nothing was paid


@database.retry_on_deadlock
async def settle(payment: ChannelPayment) -> Outcome:
    """Take in what the channel says of an order. Raises OrderNotFound, DoesNotAgree."""
    if payment.state not in (ChannelState.PAID, ChannelState.REFUNDED):
        return Outcome.NOTED
    async with database.transaction():
        bill, order = await locked(out_trade_no=payment.out_trade_no)
        outcome = judged(bill, order, payment)
        if outcome is Outcome.REPEATED:
            return outcome
        await states.move_order(
            order,
            "paid",
            transaction_no=payment.transaction_no or "",
            paid_at=payment.paid_at or clock.now(),
            ask_at=None,
            settles=outcome is Outcome.SETTLED,
        )
        await (_settle_bill(bill, order) if order.settles else _send_back(bill, order))
    metrics.count("payments_received_total", channel=order.channel, settles=str(order.settles))
    return outcome


def judged(bill: Bill | Due, order: PaymentOrder | Asked, payment: ChannelPayment) -> Outcome:
    """What becomes of what the channel says of an order; both rows are locked. Raises DoesNotAgree."""
    if payment.state not in (ChannelState.PAID, ChannelState.REFUNDED):
        return Outcome.NOTED
    must_agree(order, payment)
    if order.state in RECEIVED:
        _must_be_the_same_money(order, payment)
        return Outcome.REPEATED
    if payment.state is ChannelState.REFUNDED:
        raise DoesNotAgree("given back before we heard of it")
    pays = bill.state == "unpaid" and order.bill_version == bill.version
    return Outcome.SETTLED if pays else Outcome.RETURNED


async def _settle_bill(bill: Bill, order: PaymentOrder) -> None:
    await states.move_bill(bill, "settled", settled_at=clock.now(), settled_fen=order.amount_fen)
    await late_fee.fix(order)
    await PaymentOrder.filter(bill=bill, state__in=LIVE).update(ask_at=clock.now())  # to be closed over there
    await ledger.received(
        channel=order.channel, unit=bill.exec_unit_code, amount_fen=order.amount_fen, order_id=order.id
    )
    await audit.record("bill.settled", subject=f"bill:{bill.id}", by=Actor.channel(order.channel))
    await tell(
        BillSettled(
            bill_id=bill.id,
            order_id=order.id,
            payer_id=order.payer_id,  # type: ignore[attr-defined]
            channel=order.channel,
            amount_fen=order.amount_fen,
        )
    )


async def _send_back(bill: Bill, order: PaymentOrder) -> None:
    log.warning("money_came_again", bill_id=bill.id, order_id=order.id, bill_state=bill.state)
    await ledger.received_too_much(channel=order.channel, amount_fen=order.amount_fen, order_id=order.id)
    reason = WHY.get(bill.state, "重复缴款退回")
    await refunds.request(order=order, amount_fen=order.amount_fen, reason=reason, by=Actor.system("settlement"))


def must_agree(order: PaymentOrder | Asked, payment: ChannelPayment) -> None:
    """Raises DoesNotAgree naming what differs (never the values)."""
    differing = [
        what
        for what, ours, theirs in (
            ("channel", order.channel, payment.channel),
            ("amount", order.amount_fen, payment.amount_fen),
            ("currency", CURRENCY, payment.currency),
            ("app_id", order.app_id, payment.app_id),
            ("merchant", order.merchant_id, payment.merchant_id),
        )
        if ours != theirs
    ]
    if payment.payer_openid is not None and payment.payer_openid != order.payer_openid:
        differing.append("payer")
    if differing:
        raise DoesNotAgree(", ".join(differing))


def _must_be_the_same_money(order: PaymentOrder | Asked, payment: ChannelPayment) -> None:
    if payment.transaction_no and order.transaction_no and payment.transaction_no != order.transaction_no:
        raise DoesNotAgree("transaction")
