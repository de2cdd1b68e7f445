"""How receipts say no."""

from foundation.errors import Conflict, NotFound


class ReceiptNotFound(NotFound):
    """没有找到该票据，请核对票据代码、票据号码和校验码。"""


class ReceiptNotReady(NotFound):
    """电子票据正在开具，缴款已经到账，请稍后再看。"""


class NothingToReceipt(NotFound):
    """该缴款通知书没有电子票据：尚未缴清，或缴款已全部退回，请在缴款通知书页面查看。"""


class ReceiptInOrder(Conflict):
    """该票据已办妥，无需重试。"""
