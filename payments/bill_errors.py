"""How pushing, changing and paying a bill say no, beside `payments.errors`."""

from foundation.errors import Conflict, Invalid


class BillUnreadable(Invalid):
    """该缴款通知书有无法识别的内容，请核对后重新推送。"""


class PayCodeMalformed(Invalid):
    """缴款识别码的格式不符合本地财政的编码规则，请核对后重新推送。"""


class LateFeeNeedsDate(Invalid):
    """按日加收滞纳金或加处罚款的项目须填写限缴日期，请补充后重新推送。"""


class BillOfAnotherPayer(Conflict):
    """变更不能更换缴款人和执收单位，请撤回原通知书后用新编号推送。"""


class CheckoutOver(Conflict):
    """本次支付已经结束，未扣款，请重新发起支付。"""
