"""What a channel tells months later, or in the wrong order, moves no money a second time."""

from dataclasses import replace

from channels.payment import ChannelState, RefundState
from foundation import database
from foundation.actor import Actor
from payments import notices, refunds
from payments.models import Refund
from tests.builders.appointments import told
from tests.builders.payments import begun, books, state_of
from tests.payments.conftest import Tills

FINANCE = Actor.staff(1)


async def test_a_trade_that_finishes_after_its_refund_settles_nothing_again(tills: Tills):
    """Alipay's TRADE_FINISHED comes when no refund is possible any more: for the channel it is "paid" once again."""
    bill, order, _ = await begun(channel="alipay")
    paid = tills.alipay.pay(order.out_trade_no)
    letter = tills.alipay.letter(order=order.out_trade_no)
    assert await notices.receive(channel="alipay", headers={}, body=letter) == "settled"
    async with database.transaction():
        refund = await refunds.request(order=order, amount_fen=8000, reason="多缴", by=FINANCE)
    await refunds.send(refund_id=refund.id)
    assert (await state_of(bill), await state_of(order)) == ("refunded", "refunded")

    for state in (ChannelState.PAID, ChannelState.REFUNDED):
        tills.alipay.orders[order.out_trade_no] = replace(paid, state=state)
        late = tills.alipay.letter(order=order.out_trade_no)
        assert await notices.receive(channel="alipay", headers={}, body=late) == "repeated"
    assert (await state_of(bill), await state_of(order)) == ("refunded", "refunded")
    assert len(await told("BillSettled")) == 1
    assert await books() == {}


async def test_a_notice_of_a_refund_is_no_payment_and_the_channels_answer_decides(tills: Tills):
    """Alipay tells of a refund at the address where it tells of payments; its words alone move nothing."""
    bill, order, _ = await begun(channel="alipay")
    tills.alipay.pay(order.out_trade_no)
    await notices.receive(channel="alipay", headers={}, body=tills.alipay.letter(order=order.out_trade_no))
    async with database.transaction():
        refund = await refunds.request(order=order, amount_fen=3000, reason="多缴", by=FINANCE)
    tills.alipay.refund_state = RefundState.PROCESSING
    await refunds.send(refund_id=refund.id)
    body = tills.alipay.letter(refund=refund.out_refund_no)
    assert await notices.receive(channel="alipay", headers={}, body=body) == "noted"
    assert [one.state for one in await Refund.all()] == ["processing"]
    assert await state_of(bill) == "settled"
    assert len(await told("BillSettled")) == 1
