"""Alipay's codes as classes."""

from typing import Any

from channels.errors import (
    AccountUnusable,
    ChannelRefused,
    CodeUnusable,
    NoBill,
    NotEnoughMoney,
    OrderClosed,
    OrderNotExist,
    OrderNumberUsed,
    OrderPaid,
    OrderStateWrong,
    OutcomeUnknown,
    PayerMismatch,
    RequestWrong,
    SlowDown,
    SystemError,
)

REFUSALS: dict[str, type[ChannelRefused]] = {
    "ACQ.TRADE_HAS_SUCCESS": OrderPaid,
    "ACQ.TRADE_HAS_FINISHED": OrderPaid,
    "ACQ.TRADE_HAS_CLOSE": OrderClosed,
    "ACQ.CONTEXT_INCONSISTENT": OrderNumberUsed,
    "ACQ.DISCORDANT_REPEAT_REQUEST": OrderNumberUsed,
    "ACQ.TRADE_BUYER_NOT_MATCH": PayerMismatch,
    "ACQ.TRADE_NOT_EXIST": OrderNotExist,
    "ACQ.TRADE_STATUS_ERROR": OrderStateWrong,
    "ACQ.REASON_TRADE_STATUS_INVALID": OrderStateWrong,
    "ACQ.INVALID_PARAMETER": RequestWrong,
    "ACQ.REFUND_AMT_NOT_EQUAL_TOTAL": RequestWrong,
    "ACQ.REASON_TRADE_REFUND_FEE_ERR": RequestWrong,
    "ACQ.SELLER_BALANCE_NOT_ENOUGH": NotEnoughMoney,
    "isp.bill_not_exist": NoBill,
    "isv.code-invalid": CodeUnusable,
    "isv.app-call-limited": SlowDown,
    "isv.method-call-limited": SlowDown,
}
UNKNOWN = {"ACQ.SYSTEM_ERROR", "aop.ACQ.SYSTEM_ERROR", "isp.unknow-error", "isp.unknown-error", "aop.unknow-error"}
GATEWAY_UNKNOWN = {"20000"}
GATEWAY_REFUSALS: dict[str, type[ChannelRefused]] = {
    "40001": RequestWrong,
    "40002": RequestWrong,
    "40006": AccountUnusable,
}


def refusal(answer: dict[str, Any]) -> ChannelRefused | OutcomeUnknown:
    """The error that an answer other than 10000 stands for."""
    code, sub_code = str(answer.get("code", "")), str(answer.get("sub_code", ""))
    if code in GATEWAY_UNKNOWN or sub_code in UNKNOWN:
        return SystemError(retry_after=5)
    kind = REFUSALS.get(sub_code) or GATEWAY_REFUSALS.get(code)
    if kind:
        return kind(sub_code or code)
    return ChannelRefused(sub_code or code) if code else OutcomeUnknown(retry_after=5)
