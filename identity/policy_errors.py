"""How privacy says no, beside `identity.errors`.

Forbidden  PolicyNotAgreed
NotFound   ExportNotFound, NotLeaving
Conflict   PolicyChanged, ExportUnderWay, AlreadyLeaving
"""

from foundation.errors import Conflict, Forbidden, NotFound


class PolicyNotAgreed(Forbidden):
    """请先阅读并同意隐私政策，再继续办理；不同意也可以查看、导出和注销。"""


class PolicyChanged(Conflict):
    """隐私政策已更新，请阅读新版本后再同意。"""


class ExportUnderWay(Conflict):
    """上一份副本还在准备，请稍后查看，不必重复申请。"""


class ExportNotFound(NotFound):
    """没有找到这份副本，它可能已下载过或已过期，请重新申请。"""


class AlreadyLeaving(Conflict):
    """您已申请注销，到期前可以撤回，请在“注销账号”中查看。"""


class NotLeaving(NotFound):
    """您没有等待中的注销申请，无需撤回。"""
