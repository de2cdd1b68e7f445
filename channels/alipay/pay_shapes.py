"""Alipay's trades, read into the shapes both channels share. Times are Beijing time, amounts yuan."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from channels.payment import ChannelPayment, ChannelRefund, ChannelState, RefundState
from channels.shapes import text, text_or_none
from foundation import clock, money

PAID = {"TRADE_SUCCESS", "TRADE_FINISHED"}


def payment(trade: Mapping[str, Any], *, paid_when: str, app_id: str, seller_id: str) -> ChannelPayment:
    """A trade from a query or a notice; `paid_when` is the member that tells the time of payment, if there was one.

    Raises ValueError, KeyError, TypeError or NotAnAmount for another shape.
    """
    return ChannelPayment(
        channel="alipay",
        out_trade_no=text(trade, "out_trade_no"),
        transaction_no=text_or_none(trade, "trade_no"),
        state=_state(trade["trade_status"], paid=bool(trade.get(paid_when))),
        amount_fen=money.fen(trade["total_amount"]) if "total_amount" in trade else None,
        currency=text_or_none(trade, "trans_currency") or "CNY",
        payer_openid=_payer(trade),
        app_id=app_id,
        merchant_id=seller_id,
        paid_at=moment(trade, paid_when),
    )


def absent_payment(out_trade_no: str) -> ChannelPayment:
    return ChannelPayment("alipay", out_trade_no, None, ChannelState.ABSENT, None, None, None, None, None, None)


def refund(number: str, trade: Mapping[str, Any], amount_fen: int | None, *, moved_when: str) -> ChannelRefund:
    """A refund that is done; `moved_when` is the member that tells when the money moved. Raises as `payment` does."""
    return ChannelRefund(
        out_refund_no=number,
        state=RefundState.DONE,
        amount_fen=amount_fen,
        out_trade_no=text(trade, "out_trade_no"),
        refund_no=text_or_none(trade, "trade_no"),
        refunded_at=moment(trade, moved_when),
    )


def moment(trade: Mapping[str, Any], name: str) -> datetime | None:
    told = text_or_none(trade, name)
    return datetime.fromisoformat(told).replace(tzinfo=clock.SHANGHAI) if told else None


def _payer(trade: Mapping[str, Any]) -> str | None:
    named = (text_or_none(trade, name) for name in ("buyer_open_id", "buyer_user_id", "buyer_id"))
    return next(filter(None, named), None)


def _state(status: str, *, paid: bool) -> ChannelState:
    if status in PAID:
        return ChannelState.PAID
    if status == "TRADE_CLOSED":
        # one word for two things: never paid, or paid and wholly refunded
        return ChannelState.REFUNDED if paid else ChannelState.CLOSED
    if status == "WAIT_BUYER_PAY":
        return ChannelState.UNPAID
    raise ValueError(status)
