"""WeChat Pay's orders and refunds, read into the shapes both channels share."""

from datetime import datetime
from typing import Any

from channels.payment import ChannelPayment, ChannelRefund, ChannelState, RefundState
from channels.shapes import part, text, text_or_none, whole_or_none

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
    amount = part(order, "amount")
    return ChannelPayment(
        channel="wechat",
        out_trade_no=text(order, "out_trade_no"),
        transaction_no=text_or_none(order, "transaction_id"),
        state=STATES[order["trade_state"]],
        amount_fen=whole_or_none(amount, "total"),
        currency=text_or_none(amount, "currency"),
        payer_openid=text_or_none(part(order, "payer"), "openid"),
        app_id=text_or_none(order, "appid"),
        merchant_id=text_or_none(order, "mchid"),
        paid_at=_moment(order),
    )


def refund(answer: dict[str, Any]) -> ChannelRefund:
    """A refund from an answer (`status`) or a notice (`refund_status`). Raises as `payment` does."""
    return ChannelRefund(
        out_refund_no=text(answer, "out_refund_no"),
        state=REFUND_STATES[answer.get("status") or answer["refund_status"]],
        amount_fen=whole_or_none(part(answer, "amount"), "refund"),
        out_trade_no=text_or_none(answer, "out_trade_no"),
        refund_no=text_or_none(answer, "refund_id"),
        refunded_at=_moment(answer),
    )


def absent_payment(out_trade_no: str) -> ChannelPayment:
    return ChannelPayment("wechat", out_trade_no, None, ChannelState.ABSENT, None, None, None, None, None, None)


def _moment(answer: dict[str, Any]) -> datetime | None:
    told = text_or_none(answer, "success_time")
    moment = datetime.fromisoformat(told) if told else None
    if moment and moment.tzinfo is None:
        raise ValueError("success_time")
    return moment
