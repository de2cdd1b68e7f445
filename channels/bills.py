"""A channel's own account of a day (交易账单, 资金账单), read row by row: a day of a million rows never sits in memory.

What is read here has been downloaded and found whole; the readers beside each channel still compare the rows with the
totals that the channel wrote under them.
"""

import re
from collections.abc import Callable, Iterator
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum
from pathlib import Path
from typing import Generic, Protocol, TypeVar, runtime_checkable

from channels.errors import BillUnreadable
from channels.states import ChannelState, RefundState
from foundation import clock

Row = TypeVar("Row", covariant=True)
AMOUNT = re.compile(r"-?[0-9]{1,13}(\.[0-9]{1,8})?")


class BillRowKind(StrEnum):
    PAYMENT = "payment"
    REFUND = "refund"


@dataclass(frozen=True, slots=True)
class BillRow:
    """One payment or one refund of the day. Amounts are positive fen, whichever way the money went.

    `out_refund_no` and `refund_no` (the channel's own number) are None for a payment. `fee_fen` is what the channel
    keeps; negative when it gives a fee back. `at` is when the money moved.
    """

    kind: BillRowKind
    out_trade_no: str
    out_refund_no: str | None
    transaction_no: str
    amount_fen: int
    fee_fen: int
    at: datetime
    state: ChannelState | RefundState
    refund_no: str | None = None


@dataclass(frozen=True, slots=True)
class FundRow:
    """One movement of the merchant's account (资金流水): `amount_fen` came in, or went out when it is negative.

    `business` is the channel's own word for why (交易, 退款, 手续费, 提现 …); `voucher_no` is our number, if any.
    """

    flow_no: str
    transaction_no: str
    business: str
    amount_fen: int
    balance_fen: int
    at: datetime
    voucher_no: str


@dataclass(frozen=True)
class DownloadedBill(Generic[Row]):
    """A day's bill as it lies on the disk, whole.

    `path` is the file as the channel sent it (gzip or zip), gone when the block that asked for it ends; None for a day
    on which nothing happened. `sha1` is the hash that was checked (WeChat Pay: of the plain file; Alipay, which
    announces none: of the archive). `rows()` reads from the start each time; it raises BillUnreadable, at the latest
    after the last row, when the rows do not add up to the totals.
    """

    channel: str
    day: date
    path: Path | None
    sha1: str
    rows: Callable[[], Iterator[Row]]

    @property
    def empty(self) -> bool:
        return self.path is None


@runtime_checkable
class FundBills(Protocol):
    """A channel that also tells every movement of the merchant's account."""

    def fund_bill(self, day: date) -> AbstractAsyncContextManager[DownloadedBill[FundRow]]:
        """The day's movements. Raises as `PaymentChannel.trade_bill` does."""


def nothing_happened(channel: str, day: date) -> DownloadedBill[Row]:
    """The bill of a day for which the channel has none."""
    return DownloadedBill(channel, day, None, "", lambda: iter(()))


def fen(yuan: str) -> int:
    """``"12.34"`` → 1234. Raises BillUnreadable."""
    # two decimals nearly always: a million times over, a Decimal costs several times what slicing does
    whole, point, cents = yuan.rpartition(".")
    if point and len(cents) == 2 and cents.isdecimal() and whole.isdecimal() and yuan.isascii():
        return int(whole) * 100 + int(cents)
    exact = exact_yuan(yuan) * 100
    if exact != int(exact):
        raise BillUnreadable(detail={"what": "amount"})
    return int(exact)


def exact_yuan(text: str) -> Decimal:
    """An amount that may have parts of a fen, as fees have. Raises BillUnreadable."""
    if not AMOUNT.fullmatch(text):
        raise BillUnreadable(detail={"what": "amount"})
    return Decimal(text)


def rounded_fen(yuan: Decimal) -> int:
    return int((yuan * 100).quantize(Decimal(1), ROUND_HALF_UP))


def moment(text: str) -> datetime:
    """``2026-11-20 10:30:00``, which is Beijing time wherever the host stands. Raises BillUnreadable."""
    try:
        return datetime.fromisoformat(text).replace(tzinfo=clock.SHANGHAI)
    except ValueError:
        raise BillUnreadable(detail={"what": "time"}) from None
