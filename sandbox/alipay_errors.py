"""Alipay's refusals: {code, msg, sub_code, sub_msg} under HTTP 200."""

from typing import Any, TypeVar

import msgspec

MESSAGES = {
    "10000": "Success",
    "20000": "Service Currently Unavailable",
    "20001": "Insufficient Token Permissions",
    "40001": "Missing Required Arguments",
    "40002": "Invalid Arguments",
    "40004": "Business Failed",
    "40006": "Insufficient Permissions",
}
SENTENCES = {
    "ACQ.TRADE_NOT_EXIST": "交易不存在",
    "ACQ.TRADE_HAS_SUCCESS": "交易已被支付",
    "ACQ.TRADE_HAS_CLOSE": "交易已经关闭",
    "ACQ.TRADE_HAS_FINISHED": "交易已完结",
    "ACQ.TRADE_STATUS_ERROR": "交易状态不合法",
    "ACQ.CONTEXT_INCONSISTENT": "交易信息被篡改",
    "ACQ.SYSTEM_ERROR": "系统错误",
    "ACQ.SELLER_BALANCE_NOT_ENOUGH": "卖家余额不足",
    "ACQ.REFUND_AMT_NOT_EQUAL_TOTAL": "退款金额超限",
    "ACQ.REASON_TRADE_REFUND_FEE_ERR": "退款金额无效",
    "ACQ.DISCORDANT_REPEAT_REQUEST": "请求信息不一致",
    "ACQ.BUYER_NOT_EXIST": "买家不存在",
}
Content = TypeVar("Content", bound=msgspec.Struct)


class AlipayError(Exception):
    """A refusal. ``bare``: told as ``error_response``, for calls that have no response of their own name."""

    def __init__(self, code: str, sub_code: str, sub_msg: str, *, bare: bool = False) -> None:
        super().__init__(sub_code)
        self.bare = bare
        self.body = {"code": code, "msg": MESSAGES[code], "sub_code": sub_code, "sub_msg": sub_msg}


def business(sub_code: str, sentence: str = "") -> AlipayError:
    """40004: the call was understood, the business says no."""
    return AlipayError("40004", sub_code, sentence or SENTENCES[sub_code])


def content(params: dict[str, str], kind: type[Content]) -> Content:
    """The call's biz_content as ``kind``; ACQ.INVALID_PARAMETER names the field at fault."""
    try:
        return msgspec.json.decode(params.get("biz_content", "{}").encode(), type=kind, strict=False)
    except msgspec.DecodeError as fault:
        raise business("ACQ.INVALID_PARAMETER", f"参数无效：{fault}") from fault


def success(**told: Any) -> dict[str, Any]:
    """10000 with what there is to tell; empty values are left out, as the gateway does."""
    return {"code": "10000", "msg": "Success"} | {
        name: value for name, value in told.items() if value not in (None, "")
    }
