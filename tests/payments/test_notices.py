import asyncio

import pytest

from channels.errors import ForgedNotice
from channels.payment import ChannelRefund, RefundState
from foundation import database
from foundation.actor import Actor
from foundation.http import OutsideUnavailable
from payments import notices, refunds, settlement
from payments.models import ChannelEvent
from tests.builders.appointments import told
from tests.builders.payments import begun, state_of
from tests.payments.conftest import Tills

HEADERS = {"wechatpay-serial": "5F", "authorization": "kept nowhere"}


async def receive(body: bytes) -> str:
    return await notices.receive(channel="wechat", headers=HEADERS, body=body)


async def test_a_notice_is_kept_and_settles(tills: Tills):
    bill, order, _ = await begun()
    tills.wechat.pay(order.out_trade_no)
    assert await receive(tills.wechat.letter(order=order.out_trade_no)) == "settled"
    kept = await ChannelEvent.get()
    assert (kept.outcome, kept.out_trade_no) == ("settled", order.out_trade_no)
    assert kept.headers == {"wechatpay-serial": "5F"}
    assert kept.handled_at
    assert await state_of(bill) == "settled"


async def test_the_same_letter_twice_at_once_is_one_row_that_stays_settled(tills: Tills):
    _, order, _ = await begun()
    tills.wechat.pay(order.out_trade_no)
    letter = tills.wechat.letter(order=order.out_trade_no)
    assert sorted(await asyncio.gather(receive(letter), receive(letter))) == ["repeated", "settled"]
    assert (await ChannelEvent.get()).outcome == "settled"


async def test_a_forged_notice_leaves_no_trace(tills: Tills):
    _, order, _ = await begun()
    with pytest.raises(ForgedNotice):
        await receive(b'{"seal": "mine", "order": "%s"}' % order.out_trade_no.encode())
    assert not await ChannelEvent.exists()


async def test_what_does_not_agree_is_quarantined_and_told_once(tills: Tills):
    bill, order, _ = await begun()
    tills.wechat.pay(order.out_trade_no)
    letter = tills.wechat.letter(order=order.out_trade_no, but={"amount_fen": 1})
    assert [await receive(letter) for _ in range(2)] == ["quarantined"] * 2
    kept = await ChannelEvent.get()
    assert (kept.outcome, kept.problem) == ("quarantined", "amount")
    assert [one["channel_event_id"] for one in await told("NoticeQuarantined")] == [kept.id]
    assert await state_of(bill) == "unpaid"


async def test_a_payment_we_do_not_know_is_kept(tills: Tills):
    _, order, _ = await begun()
    tills.wechat.pay(order.out_trade_no)
    body = tills.wechat.letter(order=order.out_trade_no, but={"out_trade_no": "P-of-a-former-life"})
    assert await receive(body) == "unknown_order"
    assert (await ChannelEvent.get()).body == body.decode()
    assert len(await told("NoticeQuarantined")) == 1


async def test_a_refund_of_no_order_of_ours_is_kept(tills: Tills):
    assert await receive(tills.wechat.letter(refund="console-1")) == "unknown_order"
    assert len(await told("NoticeQuarantined")) == 1


async def test_a_refund_notice_that_we_cannot_follow_up_is_not_accepted(tills: Tills):
    """The channel repeats what was not accepted."""
    _, order, _ = await begun()
    await settlement.settle(tills.wechat.pay(order.out_trade_no))
    async with database.transaction():
        refund = await refunds.request(order=order, amount_fen=8000, reason="多缴", by=Actor.staff(1))
    tills.wechat.refunds[refund.out_refund_no] = ChannelRefund(refund.out_refund_no, RefundState.DONE, 8000)
    tills.wechat.trouble["query_refund"] = OutsideUnavailable()
    letter = tills.wechat.letter(refund=refund.out_refund_no)
    with pytest.raises(OutsideUnavailable):
        await receive(letter)
    assert await receive(letter) == "noted"
    assert await state_of(refund) == "done"
