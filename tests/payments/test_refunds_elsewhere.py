"""Refunds of the merchant's console: taken in once, on the channel's own word, and never sent by us."""

import asyncio

import pytest

from channels.payment import ChannelRefund, RefundState
from payments import refund_inbox, refunds, refunds_elsewhere
from payments.errors import DoesNotAgree, OrderNotFound
from payments.models import Refund
from tests.builders.appointments import told
from tests.builders.payments import books, state_of
from tests.payments.conftest import Tills
from tests.payments.test_refund_applications import console_refund, settled


async def test_a_refund_made_at_the_merchants_console_is_picked_up_once(tills: Tills):
    bill, order, citizen = await settled(tills)
    elsewhere = await console_refund(tills, order, 3000)
    await asyncio.gather(*(refunds_elsewhere.hear(elsewhere, channel="wechat") for _ in range(5)))
    refund = await Refund.get()
    assert (refund.origin, refund.state, refund.amount_fen) == ("merchant_console", "done", 3000)
    assert await books() == {"channel:wechat": 5000, "unit:3507": -5000}
    assert tills.wechat.asked("refund") == []  # never a second one of ours
    assert len(await told("MoneyReturned")) == 1
    (found,) = await refund_inbox.orders_of(order.out_trade_no)
    assert found.refundable_fen == 5000
    await refunds_elsewhere.hear(await console_refund(tills, order, 5000, "console-2"), channel="wechat")
    assert (await state_of(bill), await state_of(order), await books()) == ("refunded", "refunded", {})


async def test_a_refund_found_under_way_is_asked_about_like_any_other(tills: Tills):
    _, order, _ = await settled(tills)
    told_of = ChannelRefund("console-1", RefundState.PROCESSING, 3000, order.out_trade_no)
    tills.wechat.refunds["console-1"] = told_of
    await refunds_elsewhere.hear(told_of, channel="wechat")
    refund = await Refund.get()
    assert (refund.state, (await books())["owed:payer"]) == ("processing", -3000)
    await console_refund(tills, order, 3000)
    await refunds.ask(refund_id=refund.id)
    assert await state_of(refund) == "done"


async def test_only_the_channels_own_word_makes_a_refund(tills: Tills):
    _, order, _ = await settled(tills)
    with pytest.raises(DoesNotAgree, match="not at the channel"):
        await refunds_elsewhere.hear(ChannelRefund("c", RefundState.DONE, 1, order.out_trade_no), channel="wechat")
    with pytest.raises(DoesNotAgree, match="exceeds"):
        await refunds_elsewhere.hear(await console_refund(tills, order, 8001), channel="wechat")
    with pytest.raises(OrderNotFound):  # a number of the other channel is none of ours there
        await refunds_elsewhere.hear(ChannelRefund("c", RefundState.DONE, 1, order.out_trade_no), channel="alipay")
    tills.wechat.refunds["shut"] = ChannelRefund("shut", RefundState.CLOSED, 1, order.out_trade_no)
    await refunds_elsewhere.hear(tills.wechat.refunds["shut"], channel="wechat")
    assert not await Refund.exists()
