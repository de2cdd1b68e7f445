"""What both payment channels have in common, so that the room above treats them alike.

Amounts are fen, times aware. What a channel leaves out is None: compare with what you expect, and None never agrees.
"""

from collections.abc import Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Any, Protocol

from channels.bills import BillRow, DownloadedBill
from channels.states import ChannelState, RefundState

__all__ = [
    "ChannelPayment",
    "ChannelRefund",
    "ChannelState",
    "Notice",
    "NoticeKind",
    "PaymentChannel",
    "PaymentRequest",
    "Prepared",
    "RefundRequest",
    "RefundState",
]


class NoticeKind(StrEnum):
    PAYMENT = "payment"
    REFUND = "refund"


@dataclass(frozen=True)
class PaymentRequest:
    """One order to be paid by one person. `out_trade_no` is ours: 6 to 32 letters, digits or `_`, which both take."""

    out_trade_no: str
    amount_fen: int
    description: str
    payer_openid: str
    expires_at: datetime
    notify_url: str


@dataclass(frozen=True)
class Prepared:
    """What the payer's client hands to the wallet: WeChat `requestPayment`, Alipay `my.tradePay`."""

    parameters: dict[str, str]


@dataclass(frozen=True)
class ChannelPayment:
    """An order as the channel sees it, from a verified answer or notice."""

    channel: str
    out_trade_no: str
    transaction_no: str | None
    state: ChannelState
    amount_fen: int | None
    currency: str | None
    payer_openid: str | None
    app_id: str | None
    merchant_id: str | None
    paid_at: datetime | None


@dataclass(frozen=True)
class RefundRequest:
    """`amount_fen` back to the payer, out of an order of `total_fen`. A retry uses the same `out_refund_no`."""

    out_trade_no: str
    out_refund_no: str
    amount_fen: int
    total_fen: int
    reason: str
    notify_url: str = ""


@dataclass(frozen=True)
class ChannelRefund:
    """A refund as the channel sees it. Alipay's notices leave out the amount of this one refund: ask `query_refund`."""

    out_refund_no: str
    state: RefundState
    amount_fen: int | None
    out_trade_no: str | None = None
    refund_no: str | None = None
    refunded_at: datetime | None = None


@dataclass(frozen=True)
class Notice:
    """A verified notice (通知). `notice_id` names the delivery; the transaction is what must be settled once."""

    channel: str
    notice_id: str
    kind: NoticeKind
    payment: ChannelPayment | None
    refund: ChannelRefund | None = None
    raw: dict[str, Any] = field(default_factory=dict)


class PaymentChannel(Protocol):
    """A way to be paid. All verbs raise OutsideUnavailable (nothing was sent), OutcomeUnknown or a ChannelRefused."""

    @property
    def name(self) -> str: ...

    async def prepare(self, request: PaymentRequest) -> Prepared:
        """Place the order; the same request gives the same order. Raises OrderPaid, OrderClosed, OrderNumberUsed."""

    async def query(self, out_trade_no: str) -> ChannelPayment:
        """The order over there; state ABSENT when there is none."""

    async def close(self, out_trade_no: str) -> None:
        """Let the order be paid no more; closing a closed or absent one is quiet. Raises OrderPaid."""

    async def refund(self, request: RefundRequest) -> ChannelRefund:
        """Give money back. The same number again changes nothing."""

    async def query_refund(self, *, out_refund_no: str, out_trade_no: str) -> ChannelRefund:
        """The refund over there; state ABSENT when there is none."""

    async def read_notice(self, headers: Mapping[str, str], body: bytes) -> Notice:
        """The content of a notice, from its raw body. Raises ForgedNotice, StaleNotice, UnreadableNotice."""

    def trade_bill(self, day: date) -> AbstractAsyncContextManager[DownloadedBill[BillRow]]:
        """The channel's own account of the day in Beijing, as a file that lives as long as the block.

        Raises BillNotReady (not made yet), BillDamaged (the file is not whole); both may be asked again later.
        """

    async def aclose(self) -> None: ...
