"""一起入账: notices that come at the same moment are kept and settled by one transaction.

Only the plain case: everything agrees and the bill is due, or the money is known already. Whatever else there is, and
what somebody holds in this very moment, comes back undecided and goes the careful way alone (`payments.notices`): kept
first, then understood. A notice is kept by the very transaction that settles it, so none is settled that is not kept,
and none is answered before it is.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from channels.payment import ChannelPayment
from foundation import audit, clock, database
from foundation.actor import Actor
from foundation.database import Transaction
from foundation.events import tell_each
from payments import inbox, ledger, states
from payments.errors import DoesNotAgree
from payments.events import BillSettled
from payments.inbox import Letter
from payments.orders import LIVE, Asked, Due, locked_all
from payments.settlement import Outcome, judged

ASK_ABOUT_OTHERS = "update payment_order set ask_at = $2 where bill_id = any($1) and state = any($3)"


@dataclass(frozen=True, slots=True)
class Money:
    """Money that settles its bill."""

    bill: Due
    order: Asked
    payment: ChannelPayment

    def moved(self, now: datetime) -> tuple[int, int, int, str, datetime]:
        paid_at = self.payment.paid_at or now
        return self.bill.id, self.order.id, self.order.amount_fen, self.payment.transaction_no or "", paid_at


@database.retry_on_deadlock
async def settle_together(letters: Sequence[Letter]) -> list[Outcome | None]:
    """What became of each notice of a payment; None where nothing was done, for it must be looked at alone."""
    async with database.transaction() as tx:
        bills, orders = await locked_all(tx, {one.payment.out_trade_no for one in letters})
        outcomes: list[Outcome | None] = []
        money: dict[int, Money] = {}
        for one in letters:
            order = orders.get(one.payment.out_trade_no)
            outcome = None if order is None or order.bill_id in money else _plainly(bills[order.bill_id], order, one)
            if order is not None and outcome is Outcome.SETTLED:
                money[order.bill_id] = Money(bills[order.bill_id], order, one.payment)
            outcomes.append(outcome)
        if money:
            await _settle(tx, list(money.values()))
        await inbox.keep_decided(tx, [(one, said) for one, said in zip(letters, outcomes, strict=True) if said])
    return outcomes


def _plainly(bill: Due, order: Asked, letter: Letter) -> Outcome | None:
    try:
        outcome = judged(bill, order, letter.payment)
    except DoesNotAgree:
        return None
    if outcome is Outcome.SETTLED and order.late_fen:
        return None  # what had grown must be written down with the bill's items
    return outcome if outcome in (Outcome.SETTLED, Outcome.REPEATED) else None


async def _settle(tx: Transaction, money: Sequence[Money]) -> None:
    """As `settlement.settle`, statement by statement, each for all of them."""
    now = clock.now()
    bills = [one.bill.id for one in money]
    await states.settle_each([one.moved(now) for one in money], at=now)
    await tx.execute(ASK_ABOUT_OTHERS, bills, now, LIVE)  # to be closed over there
    await ledger.received_each(
        [(one.order.channel, one.bill.exec_unit_code, one.order.amount_fen, one.order.id) for one in money]
    )
    for channel in {one.order.channel for one in money}:
        subjects = [f"bill:{one.bill.id}" for one in money if one.order.channel == channel]
        await audit.record_each("bill.settled", subjects=subjects, by=Actor.channel(channel))
    await tell_each(list(_told(money)))


def _told(money: Iterable[Money]) -> Iterable[BillSettled]:
    for one in money:
        yield BillSettled(
            bill_id=one.bill.id, order_id=one.order.id, payer_id=one.order.payer_id, channel=one.order.channel,
            amount_fen=one.order.amount_fen,
        )  # fmt: skip
