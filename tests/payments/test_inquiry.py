import asyncio
from datetime import timedelta

import pytest

from foundation import clock
from foundation.http import OutcomeUnknown
from payments import bills, inquiry, jobs
from payments.models import Bill, ChannelEvent, PaymentOrder
from tests.builders.appointments import told
from tests.builders.payments import UNIT, begin, begun, state_of
from tests.payments.conftest import Tills

SOON = timedelta(minutes=1)


async def test_a_lost_notice_is_repaired(tills: Tills):
    bill, order, _ = await begun()
    tills.wechat.pay(order.out_trade_no)
    assert await inquiry.ask_all_due() == 0  # not at once: the notice is on its way
    with clock.shifted(SOON):
        await jobs.ask_about_orders()
    assert (await state_of(bill), await state_of(order)) == ("settled", "paid")


async def test_an_expired_order_is_asked_closed_and_asked_again(tills: Tills):
    bill, order, _ = await begun()
    with clock.frozen(order.expires_at):
        await inquiry.ask_all_due()
    assert [verb for verb, _ in tills.wechat.calls] == ["prepare", "query", "close", "query"]
    assert (await state_of(order), await state_of(bill)) == ("closed", "unpaid")


async def test_paid_at_the_last_moment_settles_instead_of_expiring(tills: Tills):
    bill, order, _ = await begun()

    class Quick(type(tills.wechat)):  # type: ignore[misc]
        async def close(self, out_trade_no):
            self.pay(out_trade_no)
            await super().close(out_trade_no)

    tills.wechat.__class__ = Quick
    with clock.frozen(order.expires_at):
        await inquiry.ask_all_due()
    assert (await state_of(bill), await state_of(order)) == ("settled", "paid")


async def test_an_order_the_channel_never_heard_of_expires_too(tills: Tills):
    _, order, _ = await begun()
    tills.wechat.orders.clear()
    with clock.shifted(SOON):
        await inquiry.ask_all_due()
        assert await state_of(order) == "awaiting"
    with clock.frozen(order.expires_at):
        await inquiry.ask(order.id)
    assert await state_of(order) == "closed"


async def test_two_workers_never_ask_about_the_same_order(tills: Tills):
    orders = [(await begun())[1] for _ in range(6)]
    tills.wechat.calls.clear()
    tills.wechat.slow = 0.05
    with clock.shifted(SOON):
        await asyncio.gather(*(inquiry.ask_all_due() for _ in range(4)))
    assert sorted(tills.wechat.asked("query")) == sorted(one.out_trade_no for one in orders)


async def test_more_than_one_batch_is_worked_off_in_one_run(tills: Tills, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(inquiry, "BATCH", 2)
    for _ in range(5):
        await begun()
    with clock.shifted(SOON):
        assert await inquiry.ask_all_due() == 5


async def test_it_asks_less_and_less_often(tills: Tills):
    _, order, _ = await begun()
    waits = []
    for _ in range(4):
        await order.refresh_from_db()
        with clock.frozen(order.ask_at):
            await inquiry.ask_all_due()
            await order.refresh_from_db()
            waits.append((order.ask_at - clock.now()).total_seconds())
    assert waits == [30, 60, 120, 240]
    assert order.ask_at <= order.expires_at


async def test_an_order_that_cannot_be_closed_is_not_asked_about_without_pause(tills: Tills):
    _, order, _ = await begun()

    async def nothing(out_trade_no):
        return None

    tills.wechat.close = nothing  # type: ignore[method-assign]
    with clock.frozen(order.expires_at + timedelta(minutes=1)):
        await inquiry.ask_all_due()
        await order.refresh_from_db()
        assert order.ask_at - clock.now() >= timedelta(seconds=30)


@pytest.mark.parametrize("trouble", [OutcomeUnknown(), RuntimeError("a fault of ours")])
async def test_one_order_in_trouble_does_not_hold_up_the_others(tills: Tills, trouble: Exception):
    _, first, _ = await begun()
    bill, second, _ = await begun()
    tills.wechat.pay(second.out_trade_no)
    await PaymentOrder.filter(id=first.id).update(ask_at=clock.now())
    tills.wechat.trouble[f"query {first.out_trade_no}"] = trouble
    with clock.shifted(SOON):
        await inquiry.ask_all_due()
        assert await state_of(bill) == "settled"
        await first.refresh_from_db()
        assert (first.state, first.ask_at > clock.now()) == ("awaiting", True)


async def test_an_answer_that_does_not_agree_is_set_aside_once(tills: Tills):
    bill, order, _ = await begun()
    tills.wechat.pay(order.out_trade_no, amount_fen=1)
    for _ in range(2):
        await inquiry.ask(order.id)
    kept = await ChannelEvent.get()
    assert (kept.outcome, kept.problem, kept.out_trade_no) == ("quarantined", "amount", order.out_trade_no)
    assert len(await told("NoticeQuarantined")) == 1
    await order.refresh_from_db()
    assert await state_of(bill) == "unpaid"
    assert order.ask_at > clock.now() + timedelta(minutes=9)


async def test_a_bill_settled_or_withdrawn_closes_what_else_could_be_paid(tills: Tills):
    bill, first, citizen = await begun()
    await PaymentOrder.filter(id=first.id).update(state="closed")
    second = await begin(bill, citizen, "alipay")
    await Bill.filter(id=bill.id).update(state="unpaid")
    tills.wechat.pay(first.out_trade_no)
    await inquiry.ask(first.id)
    assert await state_of(bill) == "settled"
    await inquiry.ask_all_due()
    assert await state_of(second) == "closed"
    assert tills.alipay.asked("close") == [second.out_trade_no]

    other, order, _ = await begun()
    await bills.withdraw(notice_no=other.notice_no, by=UNIT, reason="开错")
    await inquiry.ask_all_due()
    assert await state_of(order) == "closed"
