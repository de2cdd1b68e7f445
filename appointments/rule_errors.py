"""How rules say no, beside `appointments.errors`.

NotFound     RuleNotFound
Conflict     Sanctioned, TooOften
"""

from foundation.errors import Conflict, NotFound


class RuleNotFound(NotFound):
    """没有找到这条预约规则，它可能已停用，请刷新后重试。"""


class Sanctioned(Conflict):
    """您目前被限制预约，可在“我的 - 预约信用”中查看原因和期限，如有异议可在那里申诉。"""


class TooOften(Conflict):
    """您近期取消或未按约办理的次数已达规定上限，暂时不能预约，如有异议请致电大厅说明情况。"""
