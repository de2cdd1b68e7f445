"""How a rectification says no.

NotFound   RectificationNotFound
Conflict   NotAtThisStage, NotYourRectification, ExtendedAlready, TooLateToExtend, AppealedAlready, NoAppealOpen
Forbidden  AnotherDecides
Invalid    ExtensionTooLong
"""

from foundation.errors import Conflict, Forbidden, Invalid, NotFound


class RectificationNotFound(NotFound):
    """没有找到这条整改，请刷新列表后重试。"""


class NotAtThisStage(Conflict):
    """整改当前的阶段不能进行此操作，请刷新后查看进展。"""


class NotYourRectification(Conflict):
    """这条整改不在您名下，请先领办或请负责人指派给您。"""


class ExtendedAlready(Conflict):
    """整改期限只能延长一次，请在期限内完成。"""


class TooLateToExtend(Conflict):
    """整改期限已过，不能再延长，请尽快完成并说明原因。"""


class AppealedAlready(Conflict):
    """这条整改已提出过申诉，请等待或查看处理意见。"""


class NoAppealOpen(Conflict):
    """没有待处理的申诉，请刷新后查看。"""


class AnotherDecides(Forbidden):
    """提出申诉的人和负责整改的人不能自己裁定，请由另一位同事处理。"""


class ExtensionTooLong(Invalid):
    """延长的工作日数超出规定，请改短后重新提交。"""
