import pytest
from redis.asyncio import Redis

from foundation.http import OutcomeUnknown
from payments import inquiry, refunds, results, settlement
from payments.errors import BillNotFound
from payments.models import PaymentOrder, Refund
from tests.builders.payments import a_bill, a_payer, begin, begun
from tests.payments.conftest import Tills

pytestmark = pytest.mark.usefixtures("redis_db")


async def test_the_result_is_what_the_channel_says(tills: Tills):
    citizen, identity = await a_payer()
    bill = await a_bill(payer=identity)

    async def state() -> str:
        return (await results.of(pay_code=bill.pay_code, citizen_id=citizen.id)).state

    assert await state() == "unpaid"
    order = await begin(bill, citizen)
    assert await state() == "waiting"
    tills.wechat.pay(order.out_trade_no)
    assert await state() == "waiting"  # asked a moment ago
    await settlement.settle(tills.wechat.orders[order.out_trade_no])
    assert await state() == "settled"


async def test_a_page_that_polls_asks_the_channel_now_and_then(tills: Tills, redis_db: Redis):
    bill, order, citizen = await begun()
    for _ in range(5):
        await results.of(pay_code=bill.pay_code, citizen_id=citizen.id)
    assert tills.wechat.asked("query") == [order.out_trade_no]
    await redis_db.flushdb()
    tills.wechat.pay(order.out_trade_no)
    found = await results.of(pay_code=bill.pay_code, citizen_id=citizen.id)
    assert (found.state, found.amount_fen) == ("settled", 8000)


async def test_a_channel_in_trouble_means_waiting(tills: Tills):
    bill, _, citizen = await begun()
    tills.wechat.trouble["query"] = OutcomeUnknown()
    assert (await results.of(pay_code=bill.pay_code, citizen_id=citizen.id)).state == "waiting"


async def test_a_slow_channel_does_not_keep_the_page_waiting(tills: Tills, monkeypatch: pytest.MonkeyPatch):
    bill, order, citizen = await begun()
    tills.wechat.pay(order.out_trade_no)
    tills.wechat.slow = 30
    monkeypatch.setattr(results, "PATIENCE_SECONDS", 0.05)
    assert (await results.of(pay_code=bill.pay_code, citizen_id=citizen.id)).state == "waiting"


async def test_the_second_payment_of_two_is_returned(tills: Tills):
    bill, first, citizen = await begun()
    second = await begin(bill, citizen, "alipay")
    await settlement.settle(tills.wechat.pay(first.out_trade_no))
    await settlement.settle(tills.alipay.pay(second.out_trade_no))
    await refunds.send(refund_id=(await Refund.get()).id)
    assert (await results.of(pay_code=bill.pay_code, citizen_id=citizen.id)).state == "returned"


async def test_settled_by_somebody_else_while_mine_is_open(tills: Tills, redis_db: Redis):
    bill, mine, citizen = await begun()
    stranger, _ = await a_payer()
    await PaymentOrder.filter(id=mine.id).update(state="closed")
    theirs = await begin(bill, stranger)
    await PaymentOrder.filter(id=theirs.id).update(state="closed")
    again = await begin(bill, citizen)
    await settlement.settle(tills.wechat.pay(theirs.out_trade_no))
    found = await results.of(pay_code=bill.pay_code, citizen_id=citizen.id)
    assert found.state == "settled"
    assert (await PaymentOrder.get(id=again.id)).state == "closed"
    assert await inquiry.ask_all_due() == 0


async def test_somebody_elses_result_is_not_there(tills: Tills):
    bill, _, _ = await begun()
    stranger, _ = await a_payer()
    with pytest.raises(BillNotFound):
        await results.of(pay_code=bill.pay_code, citizen_id=stranger.id)
