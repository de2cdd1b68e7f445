import asyncio
from dataclasses import replace

import pytest

from channels.payment import ChannelPayment, ChannelState
from foundation import clock, database
from foundation.actor import Actor
from foundation.events import tell
from payments import bills, ledger, settlement
from payments.errors import DoesNotAgree, OrderNotFound
from payments.events import BillSettled
from payments.models import Bill, LedgerEntry, PaymentOrder, Refund
from payments.settlement import Outcome
from tests.builders.appointments import told
from tests.builders.payments import UNIT, begin, begun, books, state_of
from tests.payments.conftest import Tills


async def test_a_payment_settles_its_bill(tills: Tills):
    bill, order, citizen = await begun()
    assert await settlement.settle(tills.wechat.pay(order.out_trade_no)) is Outcome.SETTLED
    await order.refresh_from_db()
    assert (order.state, order.settles, order.ask_at) == ("paid", True, None)
    assert await state_of(bill) == "settled"
    assert await books() == {"channel:wechat": 8000, "unit:3507": -8000}
    (event,) = await told("BillSettled")
    assert (event["payer_id"], event["amount_fen"]) == (citizen.id, 8000)


async def test_the_same_notice_sixteen_times_at_once_settles_once(tills: Tills):
    _, order, _ = await begun()
    paid = tills.wechat.pay(order.out_trade_no)
    outcomes = await asyncio.gather(*(settlement.settle(paid) for _ in range(16)))
    assert sorted(outcomes) == [Outcome.REPEATED] * 15 + [Outcome.SETTLED]
    assert await LedgerEntry.all().count() == 2
    assert len(await told("BillSettled")) == 1


async def naively(payment: ChannelPayment) -> None:
    """Look, then write, without a lock: what a callback handler often is."""
    async with database.transaction():
        order = await PaymentOrder.get(out_trade_no=payment.out_trade_no).prefetch_related("bill")
        if order.state == "paid":
            return
        order.state, order.paid_at, order.settles = "paid", clock.now(), True
        await order.save()
        await Bill.filter(id=order.bill.id).update(state="settled", settled_at=clock.now())
        await ledger.received(channel="wechat", unit="3507", amount_fen=order.amount_fen, order_id=order.id)
        await tell(BillSettled(bill_id=order.bill.id, order_id=order.id, payer_id=1, channel="wechat", amount_fen=1))


async def test_control_without_locks_it_settles_more_than_once(tills: Tills):
    _, order, _ = await begun()
    paid = tills.wechat.pay(order.out_trade_no)
    await asyncio.gather(*(naively(paid) for _ in range(16)))
    assert len(await told("BillSettled")) > 1


@pytest.mark.parametrize(
    ("but", "named"),
    [
        ({"amount_fen": 1}, "amount"),
        ({"amount_fen": None}, "amount"),
        ({"currency": "USD"}, "currency"),
        ({"app_id": "wx-other"}, "app_id"),
        ({"merchant_id": "other"}, "merchant"),
        ({"payer_openid": "o-somebody"}, "payer"),
        ({"channel": "alipay"}, "channel"),
        ({"amount_fen": 1, "app_id": None}, "amount, app_id"),
    ],
)
async def test_what_does_not_agree_never_settles(tills: Tills, but: dict, named: str):
    bill, order, _ = await begun()
    with pytest.raises(DoesNotAgree, match=f"^{named}$"):
        await settlement.settle(tills.wechat.pay(order.out_trade_no, **but))
    assert (await state_of(bill), await state_of(order)) == ("unpaid", "awaiting")
    assert await books() == {}


async def test_a_repeated_notice_that_now_says_otherwise_is_no_mere_repetition(tills: Tills):
    _, order, _ = await begun()
    paid = tills.wechat.pay(order.out_trade_no)
    await settlement.settle(paid)
    for other in ({"amount_fen": 1}, {"transaction_no": "T-other"}):
        with pytest.raises(DoesNotAgree):
            await settlement.settle(replace(paid, **other))
    assert await settlement.settle(replace(paid, state=ChannelState.REFUNDED)) is Outcome.REPEATED


async def test_money_that_came_and_went_before_we_heard_does_not_settle(tills: Tills):
    bill, order, _ = await begun()
    with pytest.raises(DoesNotAgree):
        await settlement.settle(replace(tills.wechat.pay(order.out_trade_no), state=ChannelState.REFUNDED))
    assert await state_of(bill) == "unpaid"


async def test_an_unknown_order(tills: Tills):
    _, order, _ = await begun()
    with pytest.raises(OrderNotFound):
        await settlement.settle(replace(tills.wechat.pay(order.out_trade_no), out_trade_no="P-unknown"))


async def test_paid_on_both_channels_one_settles_and_the_other_goes_back_once(tills: Tills):
    bill, first, citizen = await begun()
    second = await begin(bill, citizen, "alipay")
    late, quick = tills.wechat.pay(first.out_trade_no), tills.alipay.pay(second.out_trade_no)
    outcomes = await asyncio.gather(*(settlement.settle(one) for one in (quick, late, quick, late)))
    assert sorted(outcomes) == [Outcome.REPEATED] * 2 + [Outcome.RETURNED, Outcome.SETTLED]
    assert await PaymentOrder.filter(bill=bill, settles=True).count() == 1
    (refund,) = await Refund.all().prefetch_related("order")
    assert (refund.order.settles, refund.amount_fen) == (False, 8000)
    assert (await books())["owed:payer"] == -8000


async def test_paid_after_the_bill_was_withdrawn_goes_back(tills: Tills):
    bill, order, _ = await begun()
    await bills.withdraw(notice_no=bill.notice_no, by=UNIT, reason="开错")
    assert await settlement.settle(tills.wechat.pay(order.out_trade_no)) is Outcome.RETURNED
    assert (await Refund.get(order=order)).reason == "通知书已撤回"
    assert await state_of(bill) == "withdrawn"


async def test_paid_after_the_order_was_closed_here_settles_while_the_bill_is_due(tills: Tills):
    bill, order, _ = await begun()
    await PaymentOrder.filter(id=order.id).update(state="closed", ask_at=None)
    assert await settlement.settle(tills.wechat.pay(order.out_trade_no)) is Outcome.SETTLED
    assert await state_of(bill) == "settled"


async def test_settling_and_withdrawing_at_once_is_one_or_the_other(tills: Tills):
    for _ in range(5):
        bill, order, _ = await begun()
        await asyncio.gather(
            settlement.settle(tills.wechat.pay(order.out_trade_no)),
            bills.withdraw(notice_no=bill.notice_no, by=UNIT, reason="开错"),
            return_exceptions=True,
        )
        refunds = await Refund.filter(order=order).count()
        assert (await state_of(bill), refunds) in {("settled", 0), ("withdrawn", 1)}


async def test_who_settled_is_written_down(tills: Tills):
    bill, order, _ = await begun()
    await settlement.settle(tills.wechat.pay(order.out_trade_no))
    actor = await database.fetchval("select actor from audit_row where action = 'bill.settled'")
    assert actor == str(Actor.channel("wechat"))
