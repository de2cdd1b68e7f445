"""How the quarantine says no."""

from foundation.errors import Conflict, NotFound


class QuarantineNotFound(NotFound):
    """没有找到该隔离通知，请刷新后再试。"""


class QuarantineOver(Conflict):
    """该隔离通知已处理完毕或款项正在退回，请刷新后查看。"""


class NothingToSendBack(Conflict):
    """支付平台上没有可以退回的款项，请重新查询渠道，或注明情况后关闭。"""


class MoneyIsBooked(Conflict):
    """这笔款项已经入账，请在退款页面申请退款。"""


class AgreesNow(Conflict):
    """支付平台的答复与支付单一致，请使用“重新查询渠道”入账，无需退回。"""


class SentBackOtherwise(Conflict):
    """这笔款项已按对账差异退回付款人，请在对账页面查看进度，并注明情况后关闭本条。"""


class ReturnNotAsked(Conflict):
    """还没有人提出退回这笔款项，请先提出，再由另一人复核。"""
