"""How a draw says no, beside `appointments.errors`.

NotFound     DrawNotFound, DrawEntryNotFound
Conflict     DrawNotOpenYet, DrawOver, DrawCalledOff, DrawNotDone, CannotCancelDraw, AlreadyInDraw
Invalid      WishesInvalid, DrawRuleInvalid
"""

from foundation.errors import Conflict, Invalid, NotFound


class DrawNotFound(NotFound):
    """没有找到这次摇号，请返回预约业务页面重新选择。"""


class DrawEntryNotFound(NotFound):
    """您没有登记这次摇号，登记期内可以登记。"""


class DrawNotOpenYet(Conflict):
    """摇号登记还没有开始，请在登记开始之后再来。"""


class DrawOver(Conflict):
    """摇号登记已截止，不能再登记、修改或退出，请等待公布结果。"""


class DrawCalledOff(Conflict):
    """这次摇号已取消，号源将按公布的时间直接放号，请届时直接预约。"""


class DrawNotDone(Conflict):
    """摇号结果还没有公布，请在登记截止之后查看。"""


class CannotCancelDraw(Conflict):
    """登记截止以后不能取消摇号，以免结果被挑选；请等结果公布，当天不能办理的可另行停办。"""


class AlreadyInDraw(Conflict):
    """您已登记这次摇号，每人只能登记一次，请等候结果公布。"""


class WishesInvalid(Invalid):
    """志愿有误：请选择当天可以摇号的时段，最多 10 个且不重复，或选择“任意时段”。"""


class DrawRuleInvalid(Invalid):
    """摇号规则有误，请按提示逐项修改。"""
