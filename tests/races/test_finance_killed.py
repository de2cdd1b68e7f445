"""What finance has let go ends at the first await of its job, at its second …: gone on with, the money moves once."""

from collections.abc import AsyncIterator, Awaitable
from datetime import timedelta
from itertools import count
from typing import Any

import pytest

from channels.payment import RefundState
from foundation import clock, database
from foundation.actor import Actor
from payments import gateway, notices, picking_up, quarantine_returns
from payments.models import Refund
from payments.quarantine_models import QuarantinedNotice
from tests.builders.hostile_till import HostileTill
from tests.builders.killing import killed_at
from tests.builders.money_jobs import work
from tests.builders.payments import begun
from tests.invariants import amiss
from tests.invariants.moving import MONEY

ONE, OTHER = Actor.staff(1), Actor.staff(2)


@pytest.fixture
async def till(db: None) -> AsyncIterator[HostileTill]:
    one = HostileTill("wechat")
    gateway.use({"wechat": one})
    yield one
    gateway.use({})


async def paid(till: HostileTill, **but: Any) -> str:
    """The number of an order that was paid, with what is not as we asked, and told of."""
    _, order, _ = await begun()
    await notices.receive(channel="wechat", headers={}, body=till.pays(order.out_trade_no, **but))
    return order.out_trade_no


@pytest.mark.parametrize("how", [RefundState.DONE, RefundState.PROCESSING])
async def test_money_that_quarantine_sends_back(till: HostileTill, how: RefundState) -> None:
    numbers = []
    for nth in count(1):
        number = await paid(till, amount_fen=7)
        till.refund_state = how
        held = await QuarantinedNotice.get(out_trade_no=number)
        await quarantine_returns.want(quarantine_id=held.id, note="金额不符", by=ONE)
        await quarantine_returns.let_go(quarantine_id=held.id, by=OTHER)
        numbers.append(number)
        if not await killed_at(nth, quarantine_returns.send(quarantine_id=held.id)):
            break
    assert nth >= 4
    for return_no in list(till.refunds):
        till.becomes(return_no, RefundState.DONE)
    till.refund_state = RefundState.DONE
    with clock.shifted(timedelta(hours=7)):
        await quarantine_returns.chase()
        while await work(may_fail=False):
            pass
    assert {one.state for one in await QuarantinedNotice.all()} == {"returned"}
    assert [till.given_back(number) for number in numbers] == [7] * len(numbers)
    assert await amiss(database.fetch, MONEY) == []


async def test_a_refund_of_the_console_that_is_picked_up(till: HostileTill) -> None:
    def again(number: str, made: str) -> Awaitable[str]:
        return picking_up.pick_up(channel="wechat", out_trade_no=number, out_refund_no=made, amount_fen=100, by=ONE)

    for nth in count(1):
        number = await paid(till)
        till.refund_at_console(number, 100)
        made = list(till.refunds)[-1]
        died = await killed_at(nth, again(number, made))
        assert await again(number, made) == "已登记"
        assert [(one.state, one.origin) for one in await Refund.filter(out_refund_no=made)] == [
            ("done", "merchant_console")
        ]
        if not died:
            break
    assert nth >= 6
    assert await amiss(database.fetch, MONEY) == []
