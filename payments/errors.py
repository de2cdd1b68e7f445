"""How `payments` says no."""

from foundation.errors import Conflict, Forbidden, Invalid, NotFound


class BillNotFound(NotFound):
    """没有找到该缴款通知书，或验证信息不符。请核对缴款识别码和缴款人证件号码后四位。"""


class BillChanged(Conflict):
    """相同编号的缴款通知书已推送过不同的内容，请先撤回原通知书再用新编号推送。"""


class BillAlreadySettled(Conflict):
    """该缴款通知书已缴清，无需重复缴款。"""


class BillWithdrawn(Conflict):
    """该缴款通知书已由执收单位撤回，无需缴款。"""


class BillExpired(Conflict):
    """已超过限缴日期，请联系执收单位办理。"""


class TotalDoesNotAddUp(Invalid):
    """缴款金额必须大于零，并等于各执收项目金额、滞纳金与加罚之和，请核对后重新提交。"""


class PayCodeTaken(Conflict):
    """该缴款识别码已被其他通知书使用，请核对后换一个识别码。"""


class ChannelUnknown(Invalid):
    """暂不支持该支付方式，请选择微信支付或支付宝。"""


class AccountNeeded(Forbidden):
    """请先使用所选支付方式对应的账号登录，再发起支付。"""


class PaymentInProgress(Conflict):
    """该缴款通知书正在支付中，请稍候查看结果，不要重复支付。"""


class OrderNotFound(NotFound):
    """没有找到该支付单，请回到账单重新查看。"""


class RefundTooMuch(Conflict):
    """退款金额超过可退金额。"""


class MoneyUnderWay(Conflict):
    """您有正在支付或退款中的款项，请在到账后再注销。"""


class DoesNotAgree(Exception):
    """What the channel says and what we asked for differ; the notice is quarantined and nothing settles."""


class LedgerUnbalanced(Exception):
    """The entries of a posting do not add up to zero."""
