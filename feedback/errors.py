"""How `feedback` says no."""

from foundation.errors import Conflict, Invalid, NotFound


class NothingToRate(NotFound):
    """没有找到可以评价的服务，请在办理完成后评价。"""


class NotFinishedYet(Conflict):
    """服务尚未完成，完成后即可评价。"""


class RatedAlready(Conflict):
    """您已评价过本次服务，感谢您的反馈，无需再次评价。"""


class LevelUnknown(Invalid):
    """请从“非常满意”到“非常不满意”五个等级中选择一个。"""


class ReasonNeeded(Invalid):
    """选择“不满意”或“非常不满意”时，请说明原因，便于我们整改。"""
