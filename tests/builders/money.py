"""Money of all kinds: settled, paid twice, given back wholly and in part, reconciled with differences of every end."""

from datetime import timedelta

from foundation import clock, database
from foundation.actor import Actor
from payments import differences, gateway, reconciliation, refunds, settlement
from payments.models import PaymentOrder
from payments.reconciliation_models import Difference
from tests.builders.payments import begin, begun
from tests.builders.statements import Teller, at, paid_row, yesterday

FIRST, SECOND = Actor.staff(1), Actor.staff(2)

# What is done to it by hand → the invariant that must name it.
BY_HAND = {
    """delete from ledger_entry where posting in (select posting from ledger_entry where memo = 'settled')""":
        "money_that_came_is_in_the_books",
    """delete from ledger_entry where posting in (select posting from ledger_entry where memo = 'returned')""":
        "money_that_came_is_in_the_books",
    "update difference set booked_fen = 0": "what_is_in_transit_was_decided",
    "update reconciliation set fee_fen = fee_fen + 1": "what_is_in_transit_was_decided",
    """alter table difference drop constraint difference_two_pairs_of_eyes;
       update difference set decided_by = proposed_by""": "nobody_alone_closed_a_difference",
}  # fmt: skip
BY_HAND_WHEN_QUIET = {
    "delete from difference where state = 'open'": "differences_are_those_of_a_recount",
    """update difference set state = 'open', resolution = '', resolved_at = null, number = 'P-agrees'
        where state = 'resolved'""": "differences_are_those_of_a_recount",
}


async def of_all_kinds() -> None:
    """Leaves both channels closed again."""
    teller, day = Teller("wechat"), yesterday()
    gateway.use({"wechat": teller, "alipay": Teller("alipay")})
    try:
        orders = [await _settled(teller) for _ in range(4)]
        await _paid_twice(teller)
        await _given_back(orders[0], orders[0].amount_fen)
        await _given_back(orders[1], 100)
        await PaymentOrder.filter(state="paid", settles=True).update(paid_at=at(day))
        listed = await PaymentOrder.filter(paid_at=at(day)).order_by("id")
        rows = [paid_row(one.out_trade_no, day=day, fee_fen=48) for one in listed[1:]]
        teller.statements[day] = [*rows, paid_row("P-nobody", day=day), paid_row("P-other", day=day)]
        with clock.frozen(max(clock.now(), at(day, 0) + timedelta(days=1, hours=11))):
            await reconciliation.run(channel="wechat", day=day, by=FIRST)
        one = await Difference.get(number="P-nobody")
        await differences.propose(difference_id=one.id, deed="book", note="先挂账", by=FIRST)
        await differences.approve(difference_id=one.id, by=SECOND)
    finally:
        gateway.use({})


async def _settled(teller: Teller) -> PaymentOrder:
    _, order, _ = await begun()
    await settlement.settle(teller.pay(order.out_trade_no))
    await order.refresh_from_db()
    return order


async def _paid_twice(teller: Teller) -> None:
    """The order that was closed here is paid, too: its money is on its way back."""
    bill, first, citizen = await begun()
    await PaymentOrder.filter(id=first.id).update(state="closed", ask_at=None)
    second = await begin(bill, citizen)
    for one in (second, first):
        await settlement.settle(teller.pay(one.out_trade_no))


async def _given_back(order: PaymentOrder, fen: int) -> None:
    async with database.transaction():
        refund = await refunds.request(order=order, amount_fen=fen, reason="多缴", by=FIRST)
    await refunds.send(refund_id=refund.id)
