"""How closures and the offers to rebook say no, beside `appointments.errors`.

NotFound     ClosureNotFound, RebookNotFound
Conflict     ClosureOver, NoticeSettled, RebookOver, NotOffered
Invalid      ClosureInvalid
"""

from foundation.errors import Conflict, Invalid, NotFound


class ClosureNotFound(NotFound):
    """没有找到这次停办，请返回停办列表重新选择。"""


class ClosureInvalid(Invalid):
    """停办的设置有误，请按提示逐项修改。"""


class ClosureOver(Conflict):
    """这次停办已经结束或已撤回，不能再撤回，请刷新页面查看现在的状态。"""


class NoticeSettled(Conflict):
    """这位预约人不需要电话通知，请刷新查看最新状态。"""


class RebookNotFound(NotFound):
    """没有找到这次改约，请在“我的预约”中查看。"""


class RebookOver(Conflict):
    """优先改约已超过期限或已处理，请在“我的预约”中查看，或重新预约。"""


class NotOffered(Conflict):
    """该时段不能优先改约，请在列出的时段中选择。"""
