"""Each verb between our database and a channel ends at its first await, at its second …, until none is left.

Afterwards the worker goes on, the payer tries again and the channel repeats its notice: each time it must come to
exactly one settlement, at most one refund, and books that balance.
"""

from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from datetime import timedelta
from itertools import count
from typing import Any
from unittest.mock import AsyncMock

import pytest

from channels.payment import RefundState
from foundation import clock, database
from foundation.actor import Actor
from identity.idnumber import Identity
from identity.models import Citizen
from payments import checkout, gateway, inbox, inquiry, ledger, notice_gathering, notices, refunds
from payments.models import Bill, PaymentOrder, Refund
from payments.orders import LIVE, locked
from payments.settling_together import settle_together
from tests.builders.hostile_till import HostileTill
from tests.builders.killing import killed_at
from tests.builders.money_jobs import work
from tests.builders.payments import a_bill, a_payer, begin
from tests.invariants import amiss
from tests.invariants.moving import MONEY

LATER = timedelta(hours=1)
FEN = 8000


class Counter:
    """One payer and a till on each side; `bill()` is a new one each time."""

    def __init__(self) -> None:
        self.wechat, self.alipay = HostileTill("wechat"), HostileTill("alipay")
        self.citizen, self.identity = Citizen(), Identity.of("id_card", "110105199001010002")

    async def bill(self) -> Bill:
        return await a_bill(payer=self.identity, fen=FEN)

    async def begun(self, channel: str = "wechat") -> tuple[Bill, PaymentOrder]:
        bill = await self.bill()
        return bill, await begin(bill, self.citizen, channel)

    async def hear(self, body: bytes) -> None:
        await notices.receive(channel="wechat", headers={}, body=body)

    async def go_on(self) -> None:
        """What happens by itself once the process is back: questions that are due, and jobs."""
        with clock.shifted(LATER):
            while await inquiry.ask_all_due():
                pass
            await refunds.chase()
            while await work(may_fail=False):
                pass


@pytest.fixture
async def desk(db: None) -> AsyncIterator[Counter]:
    desk = Counter()
    desk.citizen, desk.identity = await a_payer()
    gateway.use({"wechat": desk.wechat, "alipay": desk.alipay})
    yield desk
    gateway.use({})


async def each_settled_once(desk: Counter, bills: list[Bill], *, refunded: int = 0) -> None:
    """Everything goes on; then nothing is amiss, each bill was settled by one order, nothing is alive, and of each so
    many refunds were made."""
    await desk.go_on()
    assert await amiss(database.fetch, MONEY) == []
    for bill in bills:
        await bill.refresh_from_db()
        assert bill.state == "settled"
        assert not await PaymentOrder.exists(bill=bill, state__in=LIVE)
        made = await Refund.filter(order__bill=bill)
        assert [one.state for one in made] == ["done"] * refunded


async def each_death(case: Callable[[int], Awaitable[tuple[bool, Bill]]], *, least: int) -> list[Bill]:
    """The bills of `case(1)`, `case(2)` …, which says whether the work was still going on at its n-th await.

    There are at least so many awaits: with hardly any nothing would be proven.
    """
    bills = []
    for nth in count(1):
        died, bill = await case(nth)
        bills.append(bill)
        if not died:
            break
    assert nth >= least
    return bills


async def test_beginning_to_pay(desk: Counter) -> None:
    async def case(nth: int) -> tuple[bool, Bill]:
        bill = await desk.bill()
        by = Actor.citizen(desk.citizen.id)
        died = await killed_at(nth, checkout.begin(bill=bill, channel="wechat", by=by))
        again = await checkout.begin(bill=bill, channel="wechat", by=by)
        assert await PaymentOrder.filter(bill=bill).count() == 1  # whatever was begun is gone on with
        desk.wechat.pays(again.out_trade_no)
        return died, bill

    await each_settled_once(desk, await each_death(case, least=10))


async def test_beginning_again_on_the_other_channel(desk: Counter) -> None:
    async def case(nth: int) -> tuple[bool, Bill]:
        bill, first = await desk.begun()
        by = Actor.citizen(desk.citizen.id)
        died = await killed_at(nth, checkout.begin(bill=bill, channel="alipay", by=by))
        second = await checkout.begin(bill=bill, channel="alipay", by=by)
        assert desk.wechat.orders[first.out_trade_no].state == "closed"
        desk.alipay.pays(second.out_trade_no)
        return died, bill

    await each_settled_once(desk, await each_death(case, least=15))


@pytest.mark.parametrize("alone", [False, True], ids=["gathered", "alone"])
async def test_a_notice(desk: Counter, monkeypatch: pytest.MonkeyPatch, alone: bool) -> None:
    """Where a batch dies, the process does; a letter that is looked at alone is taken in as if nobody gathered."""

    async def case(nth: int) -> tuple[bool, Bill]:
        bill, order = await desk.begun()
        letter = desk.wechat.pays(order.out_trade_no)
        payment = desk.wechat.paid[order.out_trade_no]
        with monkeypatch.context() as patch:
            patch.setattr(notice_gathering, "settle", AsyncMock(return_value=None))
            taken_in = desk.hear(letter) if alone else settle_together([inbox.letter("wechat", {}, letter, payment)])
            died = await killed_at(nth, taken_in)
        if nth % 2:
            await desk.hear(letter)  # not answered, so it comes again; or gets lost
        return died, bill

    await each_settled_once(desk, await each_death(case, least=6))


async def paid_twice(desk: Counter) -> tuple[Bill, PaymentOrder, bytes]:
    """The bill was settled on Alipay; WeChat had closed its order and took the money all the same, and writes so."""
    bill, order = await desk.begun()
    second = await begin(bill, desk.citizen, "alipay")
    desk.alipay.pays(second.out_trade_no)
    await inquiry.ask(second.id)
    return bill, order, desk.wechat.pays(order.out_trade_no)


async def test_a_notice_of_money_that_came_again(desk: Counter) -> None:
    async def case(nth: int) -> tuple[bool, Bill]:
        bill, _, letter = await paid_twice(desk)
        died = await killed_at(nth, desk.hear(letter))
        await desk.hear(letter)
        return died, bill

    bills = await each_death(case, least=8)
    await each_settled_once(desk, bills, refunded=1)
    assert [desk.wechat.given_back(order) for order in desk.wechat.paid] == [FEN] * len(bills)


@pytest.mark.parametrize("quick", [False, True], ids=["nobody_pays", "paid_while_closing"])
async def test_asking_about_an_expired_order(desk: Counter, quick: bool) -> None:
    async def case(nth: int) -> tuple[bool, Bill]:
        bill, order = await desk.begun()
        desk.wechat.quick = quick
        with clock.frozen(order.expires_at):
            died = await killed_at(nth, inquiry.ask(order.id))
        if quick and order.out_trade_no not in desk.wechat.paid:  # we did not come as far as closing
            desk.wechat.pays(order.out_trade_no)
        return died, bill

    bills = await each_death(case, least=5)
    if not quick:
        await desk.go_on()
        for bill in bills:
            assert [one.state for one in await PaymentOrder.filter(bill=bill)] == ["closed"]
            desk.wechat.pays((await begin(bill, desk.citizen)).out_trade_no)
    await each_settled_once(desk, bills)


@pytest.mark.parametrize("verb", [refunds.send, refunds.ask], ids=["sending", "asking"])
async def test_a_refund(desk: Counter, verb: Callable[..., Coroutine[Any, Any, None]]) -> None:
    async def case(nth: int) -> tuple[bool, Bill]:
        bill, order, letter = await paid_twice(desk)
        await desk.hear(letter)
        return await killed_at(nth, verb(refund_id=(await Refund.get(order=order)).id)), bill

    bills = await each_death(case, least=4)
    await each_settled_once(desk, bills, refunded=1)
    assert [desk.wechat.given_back(order) for order in desk.wechat.paid] == [FEN] * len(bills)


async def test_a_notice_of_a_refund(desk: Counter) -> None:
    async def case(nth: int) -> tuple[bool, Bill]:
        desk.wechat.refund_state = RefundState.PROCESSING
        bill, order, letter = await paid_twice(desk)
        await desk.hear(letter)
        refund = await Refund.get(order=order)
        await refunds.send(refund_id=refund.id)
        desk.wechat.becomes(refund.out_refund_no, RefundState.DONE)
        return await killed_at(nth, desk.hear(desk.wechat.write_of_refund(refund.out_refund_no))), bill

    await each_settled_once(desk, await each_death(case, least=4), refunded=1)


async def in_two_steps(order: PaymentOrder) -> None:
    """Take the money in, and settle the bill in a transaction of its own: what must not be done."""
    async with database.transaction():
        bill, order = await locked(id=order.id)
        order.state, order.paid_at, order.settles = "paid", clock.now(), True
        await order.save()
    async with database.transaction():
        await Bill.filter(id=bill.id).update(state="settled", settled_at=clock.now())
        await ledger.received(channel="wechat", unit=bill.exec_unit_code, amount_fen=FEN, order_id=order.id)


async def test_control_settling_in_two_steps_leaves_half_of_it(desk: Counter) -> None:
    """The control: the harness finds what a crash between two transactions leaves."""
    left = []
    for nth in count(1):
        _, order = await desk.begun()
        desk.wechat.pays(order.out_trade_no)
        if not await killed_at(nth, in_two_steps(order)):
            break
        left += await amiss(database.fetch, MONEY)
    assert any("a_bill_settles_once" in one for one in left)
