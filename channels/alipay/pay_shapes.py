"""Alipay's trades, read into the shapes both channels share. Times are Beijing time, amounts yuan."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from channels.payment import ChannelPayment, ChannelState
from foundation import clock, money

PAID = {"TRADE_SUCCESS", "TRADE_FINISHED"}


def payment(trade: Mapping[str, Any], *, paid_at: str | None, app_id: str, seller_id: str) -> ChannelPayment:
    """A trade from a query or a notice; `paid_at` is the time of payment in Alipay's words, if there was one.

    Raises ValueError, KeyError, TypeError or NotAnAmount for another shape.
    """
    return ChannelPayment(
        channel="alipay",
        out_trade_no=trade["out_trade_no"],
        transaction_no=trade.get("trade_no"),
        state=_state(trade["trade_status"], paid=bool(paid_at)),
        amount_fen=money.fen(trade["total_amount"]) if "total_amount" in trade else None,
        currency=trade.get("trans_currency") or "CNY",
        payer_openid=trade.get("buyer_open_id") or trade.get("buyer_user_id") or trade.get("buyer_id"),
        app_id=app_id,
        merchant_id=seller_id,
        paid_at=moment(paid_at),
    )


def absent_payment(out_trade_no: str) -> ChannelPayment:
    return ChannelPayment("alipay", out_trade_no, None, ChannelState.ABSENT, None, None, None, None, None, None)


def moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text).replace(tzinfo=clock.SHANGHAI) if text else None


def _state(status: str, *, paid: bool) -> ChannelState:
    if status in PAID:
        return ChannelState.PAID
    if status == "TRADE_CLOSED":
        # one word for two things: never paid, or paid and wholly refunded
        return ChannelState.REFUNDED if paid else ChannelState.CLOSED
    if status == "WAIT_BUYER_PAY":
        return ChannelState.UNPAID
    raise ValueError(status)
