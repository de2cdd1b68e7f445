import asyncio
from datetime import timedelta

import pytest

from channels.errors import OrderPaid, RequestWrong, SlowDown
from foundation import clock
from foundation.actor import Actor
from foundation.http import OutcomeUnknown, OutsideUnavailable
from payments import bills, checkout
from payments.errors import (
    AccountNeeded,
    BillAlreadySettled,
    BillExpired,
    BillWithdrawn,
    ChannelUnknown,
    PaymentInProgress,
)
from payments.models import PaymentOrder
from tests.builders import identity as people
from tests.builders.payments import UNIT, a_bill, a_payer, begin, begun, state_of
from tests.payments.conftest import Tills


async def test_beginning_twice_gives_the_same_order(tills: Tills):
    bill, order, citizen = await begun()
    again = await checkout.begin(bill=bill, channel="wechat", by=Actor.citizen(citizen.id))
    assert again.out_trade_no == order.out_trade_no
    assert again.parameters == {"package": f"prepay_id={order.out_trade_no}"}
    assert tills.wechat.asked("prepare") == [order.out_trade_no]


async def test_eight_taps_at_once_make_one_order(tills: Tills):
    citizen, identity = await a_payer()
    bill = await a_bill(payer=identity)
    tills.wechat.slow = 0.01
    orders = await asyncio.gather(*(begin(bill, citizen) for _ in range(8)))
    assert len({one.id for one in orders}) == 1
    assert set(tills.wechat.asked("prepare")) == {orders[0].out_trade_no}
    assert await state_of(orders[0]) == "awaiting"


async def test_the_order_is_committed_before_the_channel_hears_of_it(tills: Tills):
    """A notice can come before the answer to our order does."""
    seen: list[bool] = []

    class Curious(type(tills.wechat)):  # type: ignore[misc]
        async def prepare(self, request):
            seen.append(await PaymentOrder.exists(out_trade_no=request.out_trade_no))
            return await super().prepare(request)

    tills.wechat.__class__ = Curious
    await begun()
    assert seen == [True]


async def test_another_channel_asks_and_closes_the_first_order_before_it_begins(tills: Tills):
    bill, first, citizen = await begun()
    second = await begin(bill, citizen, "alipay")
    assert [verb for verb, number in tills.wechat.calls if number == first.out_trade_no] == [
        "prepare",
        "query",
        "close",
        "query",
    ]
    assert (await state_of(first), second.channel, second.state) == ("closed", "alipay", "awaiting")


async def test_paid_while_another_channel_is_chosen_settles(tills: Tills):
    bill, first, citizen = await begun()
    tills.wechat.pay(first.out_trade_no)
    with pytest.raises(BillAlreadySettled):
        await begin(bill, citizen, "alipay")
    assert (await state_of(first), await state_of(bill)) == ("paid", "settled")
    assert await PaymentOrder.all().count() == 1


async def test_paid_between_the_question_and_the_closing_settles(tills: Tills):
    bill, first, citizen = await begun()

    class Quick(type(tills.wechat)):  # type: ignore[misc]
        async def close(self, out_trade_no):
            self.pay(out_trade_no)
            await super().close(out_trade_no)

    tills.wechat.__class__ = Quick
    with pytest.raises(BillAlreadySettled):
        await begin(bill, citizen, "alipay")
    assert (await state_of(first), await state_of(bill)) == ("paid", "settled")


async def test_an_order_that_cannot_be_closed_stays(tills: Tills):
    bill, first, citizen = await begun()

    async def nothing(out_trade_no):
        return None

    tills.wechat.close = nothing  # type: ignore[method-assign]
    with pytest.raises(PaymentInProgress):
        await begin(bill, citizen, "alipay")
    assert await state_of(first) == "awaiting"


async def test_a_channel_that_is_away_leaves_the_first_order_alone(tills: Tills):
    bill, first, citizen = await begun()
    tills.wechat.trouble["query"] = OutsideUnavailable()
    with pytest.raises(OutsideUnavailable):
        await begin(bill, citizen, "alipay")
    assert await state_of(first) == "awaiting"


async def test_another_account_of_the_payer_cannot_use_the_first_ones_order(tills: Tills):
    bill, first, citizen = await begun()
    account = await people.account(citizen)
    done = await checkout.begin(bill=bill, channel="wechat", by=Actor.citizen(citizen.id), account_id=account.id)
    second = await PaymentOrder.get(out_trade_no=done.out_trade_no)
    assert second.payer_openid == account.openid != first.payer_openid
    assert await state_of(first) == "closed"


async def test_an_order_about_to_expire_is_not_handed_out(tills: Tills):
    bill, first, citizen = await begun()
    with clock.frozen(first.expires_at - checkout.STILL_USABLE + timedelta(seconds=1)):
        second = await begin(bill, citizen)
    assert second.id != first.id
    assert await state_of(first) == "closed"


@pytest.mark.parametrize("after_effect", [False, True])
async def test_an_unknown_outcome_is_asked_again_with_the_same_number(tills: Tills, after_effect: bool):
    citizen, identity = await a_payer()
    bill = await a_bill(payer=identity)
    tills.wechat.trouble["prepare"], tills.wechat.after_effect = OutcomeUnknown(), after_effect
    with pytest.raises(OutcomeUnknown):
        await begin(bill, citizen)
    order = await PaymentOrder.get(bill=bill)
    assert order.state == "unknown"
    assert (await begin(bill, citizen)).id == order.id
    assert tills.wechat.asked("prepare") == [order.out_trade_no] * 2


@pytest.mark.parametrize("trouble", [OutsideUnavailable, SlowDown])
async def test_what_did_not_happen_leaves_the_order_standing(tills: Tills, trouble: type):
    citizen, identity = await a_payer()
    bill = await a_bill(payer=identity)
    tills.wechat.trouble["prepare"] = trouble()
    with pytest.raises(trouble):
        await begin(bill, citizen)
    order = await begin(bill, citizen)
    assert tills.wechat.asked("prepare") == [order.out_trade_no] * 2


async def test_a_refused_order_is_closed_and_the_next_has_a_number_of_its_own(tills: Tills):
    citizen, identity = await a_payer()
    bill = await a_bill(payer=identity)
    tills.wechat.trouble["prepare"] = RequestWrong("PARAM_ERROR")
    with pytest.raises(RequestWrong):
        await begin(bill, citizen)
    await begin(bill, citizen)
    states = await PaymentOrder.filter(bill=bill).order_by("id").values_list("state", flat=True)
    assert states == ["closed", "awaiting"]
    assert len(set(tills.wechat.asked("prepare"))) == 2


async def test_the_channel_says_it_is_paid_already(tills: Tills):
    citizen, identity = await a_payer()
    bill = await a_bill(payer=identity)
    tills.wechat.trouble["prepare"], tills.wechat.after_effect = OutcomeUnknown(), True
    with pytest.raises(OutcomeUnknown):
        await begin(bill, citizen)
    order = await PaymentOrder.get(bill=bill)
    tills.wechat.pay(order.out_trade_no)
    with pytest.raises(OrderPaid):
        await begin(bill, citizen)
    assert (await state_of(order), await state_of(bill)) == ("paid", "settled")


async def test_what_cannot_be_paid(tills: Tills):
    citizen, identity = await a_payer("wechat")
    bill = await a_bill(payer=identity)
    with pytest.raises(AccountNeeded):
        await begin(bill, citizen, "alipay")
    with pytest.raises(ChannelUnknown):
        await begin(bill, citizen, "unionpay")
    late = await a_bill(payer=identity, expire_date=clock.today() - timedelta(days=1))
    with pytest.raises(BillExpired):
        await begin(late, citizen)
    last_day = await a_bill(payer=identity, expire_date=clock.today())
    assert (await begin(last_day, citizen)).state == "awaiting"
    await bills.withdraw(notice_no=bill.notice_no, by=UNIT, reason="开错")
    with pytest.raises(BillWithdrawn):
        await begin(bill, citizen)
    assert tills.alipay.calls == []
