"""The life of an order under hostile timing: early notices, dead workers, switching, the payer's own key."""

import asyncio
from datetime import timedelta

import pytest

from channels.errors import RequestWrong
from foundation import clock, database
from foundation.actor import Actor
from foundation.http import OutcomeUnknown, OutsideUnavailable
from foundation.idempotency import KeyReused
from payments import checkout, gateway, inquiry, notices, refunds, settlement
from payments.bill_errors import CheckoutOver
from payments.checkout import Checkout
from payments.errors import BillAlreadySettled, PaymentInProgress
from payments.models import Bill, PaymentOrder, Refund
from payments.orders import LIVE
from payments.settlement import Outcome
from tests.builders.payments import Till, a_bill, a_payer, begin, begun, books, state_of
from tests.payments.conftest import Tills

SOON = timedelta(minutes=1)


class Hasty(Till):
    """The payer has paid and the notice has come before the answer to our order does."""

    async def prepare(self, request):
        prepared = await super().prepare(request)
        self.pay(request.out_trade_no)
        letter = self.letter(order=request.out_trade_no)
        await asyncio.gather(*(notices.receive(channel=self.name, headers={}, body=letter) for _ in range(2)))
        if self.trouble.pop("answer", None):
            raise OutcomeUnknown
        return prepared


@pytest.mark.parametrize("lost", [False, True])
async def test_a_notice_before_the_answer_settles_and_nothing_is_handed_out(tills: Tills, lost: bool):
    citizen, identity = await a_payer()
    bill = await a_bill(payer=identity)
    tills.wechat.__class__ = Hasty
    if lost:
        tills.wechat.trouble["answer"] = OutcomeUnknown()
    with pytest.raises(OutcomeUnknown if lost else BillAlreadySettled):
        await begin(bill, citizen)
    order = await PaymentOrder.get(bill=bill)
    assert (order.state, order.settles, order.parameters) == ("paid", True, None)
    assert await state_of(bill) == "settled"
    assert (await books())["channel:wechat"] == 8000


async def test_what_a_worker_had_in_hand_when_it_died_is_asked_by_the_next(tills: Tills):
    bill, order, _ = await begun()
    tills.wechat.pay(order.out_trade_no)
    with clock.shifted(SOON):
        claimed = await database.fetch(inquiry.CLAIM, clock.now(), inquiry.LEASE, inquiry.BATCH)
        assert [row["id"] for row in claimed] == [order.id]  # and here its process ends
        gateway.use({"wechat": tills.wechat, "alipay": tills.alipay})
        assert await inquiry.ask_all_due() == 0
    with clock.shifted(SOON + inquiry.LEASE):
        assert await inquiry.ask_all_due() == 1
    assert await state_of(bill) == "settled"


async def test_how_often_it_was_asked_is_kept_in_the_database(tills: Tills):
    """A new process goes on with the waits where the old one stopped."""
    _, order, _ = await begun()
    for asked, wait in enumerate((30, 60, 120), start=1):
        at = (await PaymentOrder.get(id=order.id)).ask_at
        with clock.frozen(at):
            await inquiry.ask_all_due()
        again = await PaymentOrder.get(id=order.id)
        assert (again.asked_times, (again.ask_at - at).total_seconds()) == (asked, wait)


async def test_an_end_whose_outcome_is_unknown_is_tried_again(tills: Tills):
    _, order, _ = await begun()
    tills.wechat.trouble["close"] = OutcomeUnknown()
    with clock.frozen(order.expires_at):
        await inquiry.ask_all_due()
        assert await state_of(order) == "awaiting"
    with clock.frozen(order.expires_at + inquiry.LEASE):
        await inquiry.ask_all_due()
    assert await state_of(order) == "closed"
    assert tills.wechat.asked("close") == [order.out_trade_no] * 2


async def test_to_and_fro_between_the_channels_leaves_one_open_order(tills: Tills):
    bill, first, citizen = await begun()
    orders = [first, *[await begin(bill, citizen, channel) for channel in ("alipay", "wechat", "alipay")]]
    assert [await state_of(one) for one in orders] == ["closed", "closed", "closed", "awaiting"]
    assert len({one.out_trade_no for one in orders}) == 4
    assert tills.wechat.asked("close") == [orders[0].out_trade_no, orders[2].out_trade_no]


async def test_both_channels_begun_at_once_leave_one_open_order(tills: Tills):
    for _ in range(4):
        citizen, identity = await a_payer()
        bill = await a_bill(payer=identity)
        tills.wechat.slow = tills.alipay.slow = 0.01
        outcomes = await asyncio.gather(
            *(begin(bill, citizen, channel) for channel in ("wechat", "alipay") * 3), return_exceptions=True
        )
        assert {type(one) for one in outcomes} <= {PaymentOrder, PaymentInProgress}
        live = await PaymentOrder.filter(bill=bill, state__in=LIVE)
        assert len(live) <= 1
        ours = {own.out_trade_no for own in live}
        placed = [one for till in (tills.wechat, tills.alipay) for one in till.orders.values()]
        over_there = [one.out_trade_no for one in placed if one.state == "unpaid" and one.out_trade_no not in ours]
        theirs = await PaymentOrder.filter(out_trade_no__in=over_there, bill=bill)
        assert theirs == []  # nothing that we closed can be paid over there


async def test_both_orders_paid_and_one_notice_lost_the_other_goes_back_by_itself_once(tills: Tills):
    bill, first, citizen = await begun()
    tills.wechat.trouble["close"] = OutsideUnavailable()
    with pytest.raises(OutsideUnavailable):
        await begin(bill, citizen, "alipay")
    await PaymentOrder.filter(id=first.id).update(state="closed", ask_at=None)  # as by hand
    second = await begin(bill, citizen, "alipay")
    tills.wechat.pay(first.out_trade_no)
    tills.alipay.pay(second.out_trade_no)
    letter = tills.wechat.letter(order=first.out_trade_no)
    assert await notices.receive(channel="wechat", headers={}, body=letter) == Outcome.SETTLED
    await inquiry.ask_all_due()  # the notice of Alipay never came
    for _ in range(2):
        await inquiry.ask(second.id)
    (refund,) = await Refund.all()
    await refunds.send(refund_id=refund.id)
    assert [await state_of(one) for one in (bill, first, second)] == ["settled", "paid", "refunded"]
    assert tills.alipay.asked("refund") == [refund.out_refund_no]
    assert await books() == {"channel:wechat": 8000, "unit:3507": -8000}


async def pay(bill: Bill, citizen_id: int, key: str, channel: str = "wechat") -> Checkout:
    return await checkout.begin(bill=bill, channel=channel, by=Actor.citizen(citizen_id), key=key)


async def test_the_same_key_is_the_same_order_and_nothing_else(tills: Tills):
    citizen, identity = await a_payer()
    bill, other = await a_bill(payer=identity), await a_bill(payer=identity)
    first = await pay(bill, citizen.id, "intent-1")
    assert await pay(bill, citizen.id, "intent-1") == first
    for wrong in ((other, "wechat"), (bill, "alipay")):
        with pytest.raises(KeyReused):
            await pay(wrong[0], citizen.id, "intent-1", wrong[1])
    stranger, _ = await a_payer()
    assert (await pay(other, stranger.id, "intent-1")).out_trade_no != first.out_trade_no
    tills.wechat.pay(first.out_trade_no)
    await settlement.settle(tills.wechat.orders[first.out_trade_no])
    with pytest.raises(BillAlreadySettled):
        await pay(bill, citizen.id, "intent-1")


async def test_the_same_key_eight_times_at_once_is_one_order(tills: Tills):
    citizen, identity = await a_payer()
    bill = await a_bill(payer=identity)
    tills.wechat.slow = 0.01
    done = await asyncio.gather(*(pay(bill, citizen.id, "intent-8") for _ in range(8)))
    assert len({one.out_trade_no for one in done}) == 1
    assert await PaymentOrder.filter(bill=bill).count() == 1


async def test_a_key_whose_order_is_over_begins_no_other(tills: Tills):
    citizen, identity = await a_payer()
    bill = await a_bill(payer=identity)
    first = await pay(bill, citizen.id, "intent-2")
    with clock.frozen(first.expires_at):
        await inquiry.ask_all_due()
        with pytest.raises(CheckoutOver):
            await pay(bill, citizen.id, "intent-2")
        assert (await pay(bill, citizen.id, "intent-3")).out_trade_no != first.out_trade_no


async def test_a_key_survives_what_the_channel_says(tills: Tills):
    """What did not happen or is unknown is tried with the same number; what was refused is over."""
    citizen, identity = await a_payer()
    bill = await a_bill(payer=identity)
    for trouble in (OutsideUnavailable(), OutcomeUnknown()):
        tills.wechat.trouble["prepare"] = trouble
        with pytest.raises(type(trouble)):
            await pay(bill, citizen.id, "intent-4")
    first = await pay(bill, citizen.id, "intent-4")
    assert tills.wechat.asked("prepare") == [first.out_trade_no] * 3
    refused = await a_bill(payer=identity)
    tills.wechat.trouble["prepare"] = RequestWrong("PARAM_ERROR")
    with pytest.raises(RequestWrong):
        await pay(refused, citizen.id, "intent-5")
    with pytest.raises(CheckoutOver):
        await pay(refused, citizen.id, "intent-5")
