"""WeChat Pay's error codes as classes."""

import json

from channels.errors import (
    AccountUnusable,
    BillNotReady,
    ChannelRefused,
    NoBill,
    NotEnoughMoney,
    OrderClosed,
    OrderNotExist,
    OrderNumberUsed,
    OrderPaid,
    OutcomeUnknown,
    PayerMismatch,
    RefundNotExist,
    RequestWrong,
    SlowDown,
    SystemError,
)

REFUSALS: dict[str, type[ChannelRefused]] = {
    "PARAM_ERROR": RequestWrong,
    "INVALID_REQUEST": RequestWrong,
    "SIGN_ERROR": RequestWrong,
    "OUT_TRADE_NO_USED": OrderNumberUsed,
    "ORDERPAID": OrderPaid,
    "ORDER_PAID": OrderPaid,
    "ORDER_CLOSED": OrderClosed,
    "ORDERCLOSED": OrderClosed,
    "ORDER_NOT_EXIST": OrderNotExist,
    "ORDERNOTEXIST": OrderNotExist,
    "RESOURCE_NOT_EXISTS": RefundNotExist,
    "APPID_MCHID_NOT_MATCH": AccountUnusable,
    "MCH_NOT_EXISTS": AccountUnusable,
    "NO_AUTH": AccountUnusable,
    "RULE_LIMIT": AccountUnusable,
    "USER_ACCOUNT_ABNORMAL": ChannelRefused,
    "ACCOUNT_ERROR": ChannelRefused,
    "NOT_ENOUGH": NotEnoughMoney,
    "OPENID_MISMATCH": PayerMismatch,
    "RATELIMIT_EXCEEDED": SlowDown,
    "RATELIMIT_EXCEED": SlowDown,
    "FREQUENCY_LIMITED": SlowDown,
    "NO_STATEMENT_EXIST": NoBill,
    "STATEMENT_CREATING": BillNotReady,
}
SAME_NUMBER_OTHER_ORDER = "订单号重复"


def refusal(status: int, body: bytes) -> ChannelRefused | OutcomeUnknown:
    """The error that an answer outside 2xx stands for; unknown when it is unreadable or a 5xx without a known code."""
    code, message = _read(body)
    if code == "INVALID_REQUEST" and SAME_NUMBER_OTHER_ORDER in message:
        return OrderNumberUsed(code)
    if code in REFUSALS:
        return REFUSALS[code](code)
    if status >= 500 or not code:
        return SystemError(retry_after=5)
    return ChannelRefused(code)


def _read(body: bytes) -> tuple[str, str]:
    try:
        answer = json.loads(body)
        return str(answer.get("code", "")), str(answer.get("message", ""))
    except (ValueError, AttributeError):
        return "", ""
