"""WeChat Pay's orders and refunds, read into the shapes both channels share."""

from datetime import datetime
from typing import Any

from channels.payment import ChannelPayment, ChannelRefund, ChannelState, RefundState

STATES = {
    "SUCCESS": ChannelState.PAID,
    "REFUND": ChannelState.REFUNDED,
    "NOTPAY": ChannelState.UNPAID,
    "USERPAYING": ChannelState.UNPAID,
    "PAYERROR": ChannelState.UNPAID,
    "CLOSED": ChannelState.CLOSED,
    "REVOKED": ChannelState.CLOSED,
}
REFUND_STATES = {
    "SUCCESS": RefundState.DONE,
    "PROCESSING": RefundState.PROCESSING,
    "CLOSED": RefundState.CLOSED,
    "ABNORMAL": RefundState.ABNORMAL,
}


def payment(order: dict[str, Any]) -> ChannelPayment:
    """An order from a query or a notice. Raises ValueError, KeyError, TypeError for another shape."""
    amount = order.get("amount") or {}
    return ChannelPayment(
        channel="wechat",
        out_trade_no=order["out_trade_no"],
        transaction_no=order.get("transaction_id") or None,
        state=STATES[order["trade_state"]],
        amount_fen=amount.get("total"),
        currency=amount.get("currency"),
        payer_openid=(order.get("payer") or {}).get("openid"),
        app_id=order.get("appid"),
        merchant_id=order.get("mchid"),
        paid_at=_moment(order.get("success_time")),
    )


def refund(answer: dict[str, Any]) -> ChannelRefund:
    """A refund from an answer (`status`) or a notice (`refund_status`). Raises as `payment` does."""
    return ChannelRefund(
        out_refund_no=answer["out_refund_no"],
        state=REFUND_STATES[answer.get("status") or answer["refund_status"]],
        amount_fen=(answer.get("amount") or {}).get("refund"),
        out_trade_no=answer.get("out_trade_no"),
        refund_no=answer.get("refund_id"),
        refunded_at=_moment(answer.get("success_time")),
    )


def absent_payment(out_trade_no: str) -> ChannelPayment:
    return ChannelPayment("wechat", out_trade_no, None, ChannelState.ABSENT, None, None, None, None, None, None)


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
