"""How keeping the directory of intermediaries says no.

NotFound   ProviderNotFound
Conflict   ProviderTaken, ProviderChanged
Invalid    ProviderFaults, HidingReasonNeeded
"""

from foundation.errors import Conflict, Invalid, NotFound


class ProviderNotFound(NotFound):
    """名录里没有这家机构，可能已停止列示，请返回名录查看。"""


class ProviderTaken(Conflict):
    """这个编码已有一家机构，请换一个编码，或在名录里打开那一家修改。"""


class ProviderChanged(Conflict):
    """这家机构刚被别人改过，您的修改还没有保存。请先复制您改动的内容，刷新后再改一次。"""


class ProviderFaults(Invalid):
    """名录内容有误，请按下面所列逐条修改后再保存。"""


class HidingReasonNeeded(Invalid):
    """请写明停止列示的理由，例如已注销、被吊销资质或机构来函。"""
