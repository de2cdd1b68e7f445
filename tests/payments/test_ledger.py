"""The books. A machine plays payments and refunds in any order against a plain sum kept beside them."""

import asyncio
import uuid

import asyncpg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from foundation import database
from foundation.actor import Actor
from foundation.errors import Refusal
from payments import jobs, ledger, refunds, settlement
from payments.errors import LedgerUnbalanced
from payments.models import Bill, PaymentOrder, Refund
from tests.builders.payments import Till, begin, begun, books
from tests.payments.conftest import Tills

INSERT = "insert into ledger_entry (posting, account, amount_fen, memo, at) values ($1, $2, $3, '', now())"


@pytest.mark.usefixtures("db")
async def test_a_posting_that_does_not_balance_is_refused_here_and_by_the_database():
    with pytest.raises(LedgerUnbalanced):
        async with database.transaction():
            await ledger.post(ledger.Entry("channel:wechat", 5), ledger.Entry("unit:1", -4), order_id=1, memo="")
    with pytest.raises(asyncpg.CheckViolationError):
        async with database.transaction() as tx:
            await tx.execute(INSERT, uuid.uuid4(), "channel:wechat", 5)
    assert await ledger.trial_balance() == {}


async def test_an_entry_can_be_neither_changed_nor_taken_away(tills: Tills):
    _, order, _ = await begun()
    await settlement.settle(tills.wechat.pay(order.out_trade_no))
    for change in ("update ledger_entry set memo = 'x'", "delete from ledger_entry", "truncate ledger_entry"):
        with pytest.raises(asyncpg.RestrictViolationError):
            await database.execute(change)
    await jobs.watch_ledger()
    assert sum((await ledger.trial_balance()).values()) == 0


# Often what moves money, so that few examples go far.
KINDS = [
    *["begin wechat", "begin alipay", "pay", "settle", "close"],
    *["arrive"] * 3,
    *["give back"] * 3,
    *["carry out", "turn down"] * 2,
]
DEEDS = st.lists(st.tuples(st.sampled_from(KINDS), st.integers(0, 5)), min_size=8, max_size=20)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(deeds=DEEDS)
async def test_whatever_happens_the_books_agree_with_what_came_and_went(tills: Tills, deeds: list):
    await Play(tills).through(deeds)


class Play:
    """One bill, its payer, both tills: deeds that are refused change nothing."""

    def __init__(self, tills: Tills) -> None:
        self.tills = tills
        self.before: dict[str, int] = {}

    async def through(self, deeds: list[tuple[str, int]]) -> None:
        self.before = await books()
        self.bill, first, self.citizen = await begun(fen=900)
        self.orders = [first]
        for deed, nth in deeds:
            order = self.orders[nth % len(self.orders)]
            try:
                await self.do(deed, order, nth)
            except Refusal:
                pass
            await self.check()

    async def do(self, deed: str, order: PaymentOrder, nth: int) -> None:
        till: Till = getattr(self.tills, order.channel)
        if deed.startswith("begin"):
            begun_now = await begin(self.bill, self.citizen, deed.split()[1])
            if begun_now.id not in {one.id for one in self.orders}:
                self.orders.append(begun_now)
        elif deed in ("pay", "settle", "arrive"):
            if deed != "settle" and not till.orders[order.out_trade_no].transaction_no:
                till.pay(order.out_trade_no)
            if deed != "pay":
                told = till.orders[order.out_trade_no]
                await asyncio.gather(settlement.settle(told), settlement.settle(told))
        elif deed == "close":
            await PaymentOrder.filter(id=order.id, state="awaiting").update(state="closed", ask_at=None)
        elif deed == "give back":
            async with database.transaction():
                await refunds.request(order=order, amount_fen=100 * (nth + 1), reason="多缴", by=Actor.staff(1))
        else:
            for refund in await Refund.filter(order__bill=self.bill, state="requested").limit(1):
                if deed == "turn down":
                    await refunds.note(refunds.ChannelRefund(refund.out_refund_no, refunds.RefundState.CLOSED, None))
                else:
                    await refunds.send(refund_id=refund.id)

    async def check(self) -> None:
        orders = await PaymentOrder.filter(bill=self.bill).prefetch_related("refunds")
        bill = await Bill.get(id=self.bill.id)
        received = [one for one in orders if one.paid_at]
        assert sum(one.settles for one in orders) == (bill.state in ("settled", "refunded"))
        wanted = {"channel:wechat": 0, "channel:alipay": 0, "unit:3507": 0, "owed:payer": 0}
        for one in received:
            done = sum(refund.amount_fen for refund in one.refunds if refund.state == "done")
            decided = sum(refund.amount_fen for refund in one.refunds if refund.state != "closed")
            assert decided <= one.amount_fen
            wanted[f"channel:{one.channel}"] += one.amount_fen - done
            if one.settles:
                wanted["unit:3507"] -= one.amount_fen - decided
                wanted["owed:payer"] -= decided - done
            else:
                wanted["owed:payer"] -= one.amount_fen - done
        now = await books()
        assert {account: now.get(account, 0) - self.before.get(account, 0) for account in wanted} == wanted
