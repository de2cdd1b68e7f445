"""What a channel paid out to our bank, and days of which we heard more later."""

from contextlib import AbstractAsyncContextManager
from datetime import date, timedelta

import pytest

from channels.bills import DownloadedBill, FundRow
from channels.errors import BillNotReady
from foundation import clock, database
from payments import gateway, payouts
from payments.reconciliation_jobs import compare_again_what_moved, read_fund_bills, reconcile
from payments.reconciliation_models import Reconciliation
from tests.builders.payments import books
from tests.builders.statements import Teller, at, paid_row, yesterday
from tests.payments.conftest import Tellers
from tests.payments.test_reconciliation import kinds, paid_on, run


class Banker(Teller):
    """A teller that also tells the movements of the account."""

    movements: list[tuple[str, int]] | None = None

    def fund_bill(self, day: date) -> AbstractAsyncContextManager[DownloadedBill[FundRow]]:
        return self._moved(day)

    async def __aenter__(self) -> DownloadedBill[FundRow]:
        if self.movements is None:
            raise BillNotReady
        rows = [FundRow("F", "", business, fen, 0, at(self.day), "") for business, fen in self.movements]
        return DownloadedBill(self.name, self.day, None, "", lambda: iter(rows))

    async def __aexit__(self, *_: object) -> None: ...

    def _moved(self, day: date) -> "Banker":
        self.day = day
        return self


@pytest.fixture
async def banker(tellers: Tellers) -> Banker:
    one = Banker("wechat")
    gateway.use({"wechat": one, "alipay": tellers.alipay})
    one.statements[yesterday()] = []
    await run(yesterday())
    return one


async def test_what_was_paid_out_is_booked_once_the_fund_bill_is_there(banker: Banker):
    assert payouts.channels() == ["wechat"]
    await read_fund_bills()
    assert (await Reconciliation.get()).paid_out_fen is None
    banker.movements = [("交易", 8000), ("退款", -100), ("提现", -7000), ("提现退回", 500), ("手续费", -48)]
    await read_fund_bills()
    assert await books() == {"channel:wechat": -6500, "bank:wechat": 6500}
    assert (await Reconciliation.get()).paid_out_fen == 6500
    banker.movements = [("提现", -7000)]
    assert await payouts.book(channel="wechat", day=yesterday()) == 7000
    await payouts.book(channel="wechat", day=yesterday())
    assert await books() == {"channel:wechat": -7000, "bank:wechat": 7000}
    assert await payouts.book(channel="alipay", day=yesterday()) == 0


async def test_alipay_calls_it_by_the_same_word(tellers: Tellers):
    """业务类型 of 账务明细, beside the words for what came and went through the channel itself."""
    banker = Banker("alipay")
    gateway.use({"wechat": tellers.wechat, "alipay": banker})
    banker.movements = [("在线支付", 8000), ("退款", -100), ("收费", -48), ("提现", -7000)]
    assert payouts.channels() == ["alipay"]
    await payouts.book(channel="alipay", day=yesterday())
    assert await books() == {"channel:alipay": -7000, "bank:alipay": 7000}


async def test_a_day_we_heard_more_of_is_compared_once_more(tellers: Tellers):
    """Paid a moment before midnight, heard of after the bill was compared, listed by the channel on the next day."""
    day = yesterday() - timedelta(days=1)
    tellers.wechat.statements[day] = []
    await run(day)
    order = await paid_on(tellers, at(day, 23, 59))
    tellers.wechat.statements[yesterday()] = [paid_row(order.out_trade_no, day=yesterday())]
    await run(yesterday())
    assert await kinds(yesterday()) == {order.out_trade_no: "long open"}
    await compare_again_what_moved()
    waiting = "select args ->> 'day' as day from procrastinate_jobs where task_name like '%.reconcile' order by id"
    assert [row["day"] for row in await database.fetch(waiting)] == [str(day)]
    with clock.frozen(max(clock.now(), at(clock.today(), 11, 30))):
        await reconcile(channel="wechat", day=str(day))
    for one in (day, yesterday()):
        assert await kinds(one) == {order.out_trade_no: "day_cut resolved"}
