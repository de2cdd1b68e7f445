"""What a channel can say instead of an answer.

ChannelRefused and its kinds: it answered, and the answer is no. OutcomeUnknown (from `foundation.http`) and its kinds:
nobody knows what happened over there; ask again with the same number. ForgedNotice and StaleNotice: a message that
claims to come from the channel and is not to be believed.
"""

from typing import ClassVar

from foundation.errors import Forbidden, NotSignedIn, Refusal, TooManyRequests, Unavailable
from foundation.http import OutcomeUnknown

__all__ = [
    "AccountUnusable",
    "BillDamaged",
    "BillNotReady",
    "BillUnreadable",
    "ChannelRefused",
    "CodeUnusable",
    "ForgedAnswer",
    "ForgedNotice",
    "NoBill",
    "NotEnoughMoney",
    "OrderClosed",
    "OrderNotExist",
    "OrderNumberUsed",
    "OrderPaid",
    "OrderStateWrong",
    "OutcomeUnknown",
    "PayerMismatch",
    "RefundNotExist",
    "RequestWrong",
    "RiskyAccount",
    "SlowDown",
    "StaleNotice",
    "SystemError",
    "UnreadableNotice",
]


class ChannelRefused(Refusal):
    """合作平台没有受理本次操作，请稍后重试或到窗口办理。"""

    status = 502

    def __init__(self, vendor_code: str = "", *, retry_after: int | None = None) -> None:
        self.vendor_code = vendor_code
        super().__init__(detail={"vendor_code": vendor_code} if vendor_code else None, retry_after=retry_after)


class RequestWrong(ChannelRefused):
    """提交给合作平台的信息有误，工作人员正在处理，请稍后重试。"""


class AccountUnusable(ChannelRefused):
    """收款账户暂时不能使用，工作人员正在处理，请稍后重试。"""


class OrderPaid(ChannelRefused):
    """该订单已经支付，请勿重复支付。"""

    status = 409


class OrderClosed(ChannelRefused):
    """该订单已经关闭，请重新发起支付。"""

    status = 409


class OrderNumberUsed(ChannelRefused):
    """该订单号已被使用，请重新发起支付。"""

    status = 409


class OrderNotExist(ChannelRefused):
    """支付平台没有这笔订单。"""

    status = 404


class RefundNotExist(ChannelRefused):
    """支付平台没有这笔退款。"""

    status = 404


class PayerMismatch(ChannelRefused):
    """支付账号与下单账号不一致，请使用下单时的账号支付。"""

    status = 409


class NotEnoughMoney(ChannelRefused):
    """退款账户余额不足，退款将在补足后办理。"""


class CodeUnusable(ChannelRefused, NotSignedIn):
    """登录凭证已失效，请重新进入后再试。"""

    status = 401


class RiskyAccount(ChannelRefused, Forbidden):
    """该账号存在安全风险，暂时不能登录，请到窗口办理。"""

    status = 403


class SlowDown(ChannelRefused, TooManyRequests):
    """合作平台繁忙，请稍后再试。"""

    status = 429

    def __init__(self, vendor_code: str = "", *, retry_after: int | None = 60) -> None:
        super().__init__(vendor_code, retry_after=retry_after)


class SystemError(OutcomeUnknown):
    """合作平台系统繁忙，结果正在确认中，请勿重复操作，稍后查看结果。"""

    vendor_code: ClassVar[str] = "SYSTEM_ERROR"


class ForgedAnswer(OutcomeUnknown):
    """未能确认合作平台的答复，结果正在核实中，请勿重复操作，稍后查看结果。"""


class ForgedNotice(Forbidden):
    """通知的签名不正确。"""


class StaleNotice(ForgedNotice):
    """通知已过期。"""


class UnreadableNotice(Unavailable):
    """通知签名正确，但用现有密钥无法解读，请核对密钥配置。"""


class OrderStateWrong(ChannelRefused):
    """订单当前状态不能进行此操作，请刷新后再试。"""

    status = 409


class BillNotReady(ChannelRefused):
    """渠道账单尚未生成，请稍后再试。"""

    status = 503

    def __init__(self, vendor_code: str = "", *, retry_after: int | None = 1800) -> None:
        super().__init__(vendor_code, retry_after=retry_after)


class NoBill(ChannelRefused):
    """渠道没有该日的账单。"""

    status = 404


class BillDamaged(Unavailable):
    """渠道账单文件不完整或校验不一致，请稍后重新下载。"""


class BillUnreadable(Unavailable):
    """渠道账单的格式或合计与约定不符，请核对原文件并联系渠道。"""
