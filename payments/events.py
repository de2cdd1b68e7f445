"""What `payments` tells."""

from dataclasses import dataclass

from foundation.events import Event


@dataclass(frozen=True, kw_only=True)
class BillRaised(Event):
    """A department pushed a bill."""

    about = "bill_id"
    bill_id: int
    citizen_id: int | None


@dataclass(frozen=True, kw_only=True)
class BillAmended(Event):
    """A department said an unpaid bill anew."""

    about = "bill_id"
    bill_id: int
    citizen_id: int | None
    version: int


@dataclass(frozen=True, kw_only=True)
class BillSettled(Event):
    """A bill was paid, once; `payer_id` is the citizen who paid it."""

    about = "bill_id"
    bill_id: int
    order_id: int
    payer_id: int
    channel: str
    amount_fen: int


@dataclass(frozen=True, kw_only=True)
class MoneyReturned(Event):
    """A refund reached the payer."""

    about = "order_id"
    order_id: int
    refund_id: int
    payer_id: int
    amount_fen: int


@dataclass(frozen=True, kw_only=True)
class NoticeQuarantined(Event):
    """A verified notice does not agree with its order; finance must look at it."""

    about = "channel_event_id"
    channel_event_id: int


@dataclass(frozen=True, kw_only=True)
class RefundRefused(Event):
    """Finance rejected what a citizen had applied for."""

    about = "order_id"
    order_id: int
    application_id: int
    citizen_id: int


@dataclass(frozen=True, kw_only=True)
class ReceiptIssued(Event):
    """A bill has its receipt."""

    about = "bill_id"
    bill_id: int
    receipt_id: int


@dataclass(frozen=True, kw_only=True)
class ReceiptVoided(Event):
    """A receipt was taken back by a red entry."""

    about = "bill_id"
    bill_id: int
    receipt_id: int
