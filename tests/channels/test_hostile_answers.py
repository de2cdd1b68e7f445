"""Signed nonsense: whatever a platform answers, a verb ends in what it promises to end in and in nothing else."""

import asyncio
import io
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from channels import errors
from channels.alipay import bills as alipay_bills
from channels.alipay.client import AlipayClient
from channels.alipay.pay import Alipay
from channels.payment import PaymentChannel, RepairsRefunds
from channels.wechat import bills as wechat_bills
from channels.wechat.pay import WeChatPay
from channels.wechat.pay_gateway import PayGateway
from tests.builders import channels as build
from tests.channels.conftest import KeyFolder
from tests.channels.test_alipay import TRADE
from tests.channels.test_bill_download import DAY
from tests.channels.test_bills import ALIPAY, WECHAT
from tests.channels.test_wechat_pay import REFUND, REQUEST

SOME = settings(max_examples=60, deadline=None, database=None, derandomize=True)
PROMISED = (errors.ChannelRefused, errors.OutcomeUnknown, errors.BillDamaged)
ODD = st.none() | st.booleans() | st.integers() | st.text(max_size=8) | st.just([]) | st.just({"x": 1})
VERBS: dict[str, Callable[[PaymentChannel], Awaitable[Any]]] = {
    "prepare": lambda channel: channel.prepare(REQUEST),
    "query": lambda channel: channel.query("bill-0001"),
    "close": lambda channel: channel.close("bill-0001"),
    "refund": lambda channel: channel.refund(REFUND),
    "query_refund": lambda channel: channel.query_refund(out_refund_no="refund-1", out_trade_no="bill-0001"),
    "trade_bill": lambda channel: bill(channel),
}
WECHAT_ANSWER = build.wechat_order() | {
    "prepay_id": "p",
    "out_refund_no": "refund-1",
    "refund_id": "5000",
    "status": "SUCCESS",
    "amount": {"total": 1234, "refund": 200, "currency": "CNY"},
    "hash_type": "SHA1",
    "hash_value": "0" * 40,
    "download_url": "https://api.mch.weixin.qq.com/v3/billdownload/file?token=t",
}
ALIPAY_ANSWER = TRADE | {
    "fund_change": "Y",
    "refund_fee": "2.00",
    "refund_status": "REFUND_SUCCESS",
    "refund_amount": "2.00",
    "out_request_no": "refund-1",
    "gmt_refund_pay": "2026-11-21 10:00:00",
    "bill_download_url": "https://dwbillcenter.alipay.com/x",
}


async def bill(channel: PaymentChannel) -> None:
    async with channel.trade_bill(DAY):
        raise AssertionError("nothing was there to be downloaded")


def spoiled(answer: dict[str, Any]) -> st.SearchStrategy[dict[str, Any]]:
    """The right answer with some members left out or of another kind."""
    changes = st.dictionaries(st.sampled_from(sorted(answer)), ODD, min_size=1, max_size=4)
    gone = st.sets(st.sampled_from(sorted(answer)), max_size=3)
    return st.builds(
        lambda changed, left_out: {name: one for name, one in (answer | changed).items() if name not in left_out},
        changes,
        gone,
    )


@pytest.mark.parametrize("verb", VERBS)
@pytest.mark.parametrize("name", ["wechat", "alipay"])
def test_a_verb_ends_as_it_promises(keys: KeyFolder, monkeypatch: pytest.MonkeyPatch, name: str, verb: str) -> None:
    said: dict[str, Any] = {}

    async def answered(*_: Any, **__: Any) -> dict[str, Any]:
        return dict(said)

    def nowhere(*_: Any, **__: Any) -> Any:
        raise errors.BillDamaged

    for line in (PayGateway, AlipayClient):
        monkeypatch.setattr(line, "ask", answered)
        monkeypatch.setattr(line, "file", nowhere)

    channel: PaymentChannel = (WeChatPay if name == "wechat" else Alipay)(keys.settings())

    async def attempt() -> None:
        try:
            await VERBS[verb](channel)
            if isinstance(channel, RepairsRefunds) and verb == "query_refund":
                await channel.repair_refund(
                    await channel.query_refund(out_refund_no="refund-1", out_trade_no=""), to=None
                )
        except PROMISED:
            pass

    @SOME
    @given(answer=spoiled(WECHAT_ANSWER if name == "wechat" else ALIPAY_ANSWER))
    def answers(answer: dict[str, Any]) -> None:
        said.clear()
        said.update(answer)
        asyncio.run(attempt())

    answers()
    asyncio.run(channel.aclose())


@SOME
@given(cut=st.integers(0, 2000), noise=st.binary(max_size=30), length=st.integers(0, 40))
def test_a_bill_is_read_or_unreadable(cut: int, noise: bytes, length: int) -> None:
    for content, read in (
        (WECHAT.encode(), wechat_bills.trade_rows),
        (ALIPAY.encode("gbk"), alipay_bills.trade_rows),
    ):
        spoiled = content[:cut] + noise + content[cut + length :]
        try:
            rows = list(read(io.BytesIO(spoiled)))
        except errors.BillUnreadable:
            continue
        assert all(row.amount_fen >= 0 for row in rows)
