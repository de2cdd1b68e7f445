"""How refunds say no."""

from foundation.errors import Conflict, Forbidden, Invalid, NotFound


class RefundableChanged(Conflict):
    """可退金额与您看到的不一致，可能刚有其他退款，请刷新页面核对后重新提交。"""

    status = 412  # as GOV.UK Pay answers a refund whose `refund_amount_available` is not what it was


class TooManyRefunds(Conflict):
    """该支付单的退款次数已达上限，请改为线下退付。"""


class RefundTooLate(Conflict):
    """该支付单已超过一年，支付平台不再受理退款，请改为线下退付。"""


class RefundNotFound(NotFound):
    """没有找到该退款单，请刷新后再试。"""


class ApplicationNotFound(NotFound):
    """没有找到该退款申请，请刷新后再试。"""


class RefundAlreadyAsked(Conflict):
    """该支付单已有一份退款申请正在处理，请等待处理结果。"""


class ApplicationDecided(Conflict):
    """该退款申请已处理完毕，请刷新后查看。"""


class NotTakenUp(Conflict):
    """该申请还没有财务人员受理，请先受理，再由另一人复核。"""


class SecondPersonNeeded(Forbidden):
    """涉及资金的操作须由另一人复核，请请同事办理。"""


class NothingToRefund(Conflict):
    """该缴款没有可以退还的金额。"""


class ReasonFault(Invalid):
    """请填写原因，5 至 200 字。"""


class NotAbnormal(Conflict):
    """只有退款异常的退款单才能改为线下退付，请刷新后再试。"""


class CardFault(Invalid):
    """请核对银行类型、卡号和持卡人姓名，应为缴款人本人的银行卡。"""


class NoOtherCard(Conflict):
    """该支付渠道不支持退到其他银行卡，请改为线下退付。"""


class ChannelKnowsRefund(Conflict):
    """支付平台已受理这笔退款，不能撤销，请刷新后查看最新状态。"""
