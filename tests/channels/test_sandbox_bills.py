"""The day's bill of both channels, fetched from the sandbox: what happened there, and all that can be wrong with it."""

import asyncio
import gzip
import hashlib
import itertools
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from typing import Any

import pytest

from channels import errors
from channels.bills import BillRow, BillRowKind, FundBills
from channels.payment import ChannelRefund, ChannelState, PaymentChannel, PaymentRequest, RefundRequest, RefundState
from channels.registry import open_channels
from foundation import clock, settings
from tests.channels.sandbox_process import Sandbox
from tests.channels.test_sandbox_payment import PAYERS

pytestmark = pytest.mark.slow

NUMBERS = itertools.count(1)


class Till:
    """A channel on a day: noon at first, and noon of the next day when bills are asked for."""

    def __init__(self, channel: PaymentChannel, sandbox: Sandbox) -> None:
        self.channel, self.sandbox = channel, sandbox
        self.noon = clock.shanghai(clock.now()).replace(hour=12, minute=0, second=0, microsecond=0)
        self.day = self.noon.date()

    async def pull(self, string: str, **asked: Any) -> Any:
        return await self.sandbox.pull(f"{self.channel.name}/{string}", **asked)

    async def turn(self, to: datetime) -> None:
        await self.sandbox.pull("dials", now=to.isoformat())

    async def paid(self, fen: int) -> str:
        number = f"bill_day_{next(NUMBERS):06d}"
        expires_at = (clock.now() + timedelta(days=2)).replace(microsecond=0)
        notify = f"{self.sandbox.url}/nobody-listens"
        payer = PAYERS[self.channel.name]
        await self.channel.prepare(PaymentRequest(number, fen, "登记费, 工本费", payer, expires_at, notify))
        await self.pull(f"pay/{number}", how="lose_notify")
        return number

    async def refunded(self, number: str, refund_no: str) -> None:
        async with asyncio.timeout(30):
            while (await self._refund(number, refund_no)).state is not RefundState.DONE:
                await asyncio.sleep(0.02)

    async def _refund(self, number: str, refund_no: str) -> ChannelRefund:
        return await self.channel.query_refund(out_refund_no=refund_no, out_trade_no=number)

    async def next_day(self) -> None:
        await self.turn(self.noon + timedelta(days=1))

    async def rows(self) -> list[BillRow]:
        async with self.channel.trade_bill(self.day) as bill:
            assert (bill.channel, bill.day, bill.empty) == (self.channel.name, self.day, False)
            return list(bill.rows())

    async def told(self) -> list[tuple[str, str | None, int]]:
        return sorted((row.out_trade_no, row.out_refund_no, row.amount_fen) for row in await self.rows())


@pytest.fixture(params=["wechat", "alipay"])
async def till(request: pytest.FixtureRequest, sandbox: Sandbox) -> AsyncIterator[Till]:
    channels = open_channels(settings.load(sandbox.env))
    made = Till(channels[request.param], sandbox)
    await made.turn(made.noon)
    yield made
    for channel in channels.values():
        await channel.aclose()


async def test_the_bill_tells_what_happened_that_day(till: Till) -> None:
    first, second = await till.paid(8000), await till.paid(350)
    await till.channel.refund(RefundRequest(first, f"R{first}", 3000, 8000, "重复缴费"))
    await till.pull(f"refund/{second}", fen=350, refund_no="console-1")  # in the merchant's console, unknown to us
    for number, refund_no in ((first, f"R{first}"), (second, "console-1")):
        await till.refunded(number, refund_no)
    await till.next_day()
    rows = {(row.kind, row.out_trade_no): row for row in await till.rows()}
    assert len(rows) == 4
    paid = rows[BillRowKind.PAYMENT, first]
    assert (paid.amount_fen, paid.fee_fen, paid.out_refund_no, paid.state) == (8000, 0, None, ChannelState.PAID)
    assert paid.transaction_no == (await till.channel.query(first)).transaction_no
    assert paid.at.date() == till.day
    assert paid.at.utcoffset() == timedelta(hours=8)
    back = rows[BillRowKind.REFUND, first]
    assert (back.amount_fen, back.out_refund_no, back.state) == (3000, f"R{first}", RefundState.DONE)
    assert rows[BillRowKind.REFUND, second].out_refund_no == "console-1"


async def test_the_file_is_whole_hashed_and_gone_afterwards(till: Till) -> None:
    await till.paid(8000)
    await till.next_day()
    async with till.channel.trade_bill(till.day) as bill:
        assert bill.path is not None
        content = bill.path.read_bytes()
        plain = gzip.decompress(content) if till.channel.name == "wechat" else content
        assert bill.sha1 == hashlib.sha1(plain).hexdigest()
        assert list(bill.rows()) == list(bill.rows())
    assert not bill.path.exists()


async def test_a_bill_that_is_not_made_yet_is_asked_for_later(till: Till) -> None:
    await till.paid(8000)
    await till.turn((till.noon + timedelta(days=1)).replace(hour=9))
    with pytest.raises(errors.BillNotReady) as early:
        await till.rows()
    assert early.value.retry_after
    await till.next_day()
    await till.pull("bill", late=True)
    with pytest.raises(errors.BillNotReady):
        await till.rows()
    await till.pull("bill")
    assert len(await till.rows()) == 1


async def test_a_day_without_trade_is_empty_and_no_fault(till: Till) -> None:
    till.day -= timedelta(days=3)  # so long ago that Alipay's "no bill" is certain, too
    async with till.channel.trade_bill(till.day) as bill:
        assert (bill.empty, bill.path, list(bill.rows())) == (True, None, [])


async def test_alipay_may_yet_make_the_bill_of_a_day_without_one(till: Till) -> None:
    await till.next_day()
    if till.channel.name == "wechat":
        async with till.channel.trade_bill(till.day) as bill:
            assert bill.empty
        return
    with pytest.raises(errors.BillNotReady):
        await till.rows()


async def test_a_file_that_is_not_what_was_announced_is_not_read(till: Till) -> None:
    await till.paid(8000)
    await till.next_day()
    await till.pull("bill", wrong_hash=True)
    with pytest.raises(errors.BillDamaged):
        await till.rows()


async def test_a_file_that_breaks_off_is_not_believed(till: Till) -> None:
    await till.paid(8000)
    await till.next_day()
    await till.pull("bill", cut=True)
    with pytest.raises((errors.BillDamaged, errors.BillUnreadable)):
        await till.rows()


async def test_lines_can_be_missing_falsified_made_up_and_on_another_day(till: Till) -> None:
    missing, falsified, moved = await till.paid(100), await till.paid(200), await till.paid(300)
    await till.next_day()
    await till.pull(f"bill/{missing}", fen=0)
    await till.pull(f"bill/{falsified}", fen=199)
    await till.pull(f"bill/{moved}", at=(till.noon + timedelta(days=1)).isoformat())
    await till.pull("bill", extra=[{"number": "never_happened", "fen": 500}])
    assert await till.told() == [(falsified, None, 199), ("never_happened", None, 500)]
    assert (await till.channel.query(missing)).state is ChannelState.PAID
    await till.pull(f"bill/{missing}")
    assert (missing, None, 100) in await till.told()


@pytest.mark.parametrize("kind", ["down", "drop", "drop_after_accept"])
async def test_a_platform_in_trouble_gives_no_bill(till: Till, kind: str) -> None:
    await till.paid(8000)
    await till.next_day()
    service = {"wechat": "wechat_pay", "alipay": "alipay"}[till.channel.name]
    await till.sandbox.pull("trouble", service=service, kind=kind, seconds=60)
    with pytest.raises(errors.OutcomeUnknown):
        await till.rows()
    await till.sandbox.pull("trouble", service=service, kind="none")
    assert len(await till.rows()) == 1


async def test_the_fund_flow_tells_every_movement(till: Till) -> None:
    number = await till.paid(8000)
    await till.channel.refund(RefundRequest(number, f"R{number}", 3000, 8000, "重复缴费"))
    await till.refunded(number, f"R{number}")
    await till.next_day()
    await till.pull(f"bill/{number}", fen=0)  # the trade bill may be wrong, the account is not
    assert isinstance(till.channel, FundBills)
    async with till.channel.fund_bill(till.day) as bill:
        came, went = bill.rows()
    assert (came.amount_fen, came.balance_fen, came.voucher_no) == (8000, 8000, number)
    assert (went.amount_fen, went.balance_fen) == (-3000, 5000)
    assert came.transaction_no == (await till.channel.query(number)).transaction_no
    async with till.channel.fund_bill(till.day - timedelta(days=3)) as bill:
        assert bill.empty
