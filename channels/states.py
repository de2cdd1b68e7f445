"""In what state an order or a refund can be at a channel."""

from enum import StrEnum


class ChannelState(StrEnum):
    """State of an order over there (订单状态)."""

    UNPAID = "unpaid"
    PAID = "paid"
    CLOSED = "closed"
    REFUNDED = "refunded"  # paid once, then refunded wholly or (WeChat) in part
    ABSENT = "absent"


class RefundState(StrEnum):
    """State of a refund over there (退款状态)."""

    PROCESSING = "processing"
    DONE = "done"
    CLOSED = "closed"
    ABNORMAL = "abnormal"  # not final: the payer's card refused the money
    ABSENT = "absent"
