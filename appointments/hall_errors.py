"""How the queue of a hall says no, beside `appointments.errors`.

NotSignedIn  KioskUnknown
NotFound     DepartmentNotHere, NoBookingToday, KioskNotFound
Conflict     AlreadyInLine, HallClosedToday, NotInLine
Invalid      PriorityUnknown, NowhereToGo, KioskUnnamed, WindowUnnamed
"""

from foundation.errors import Conflict, Invalid, NotFound, NotSignedIn


class KioskUnknown(NotSignedIn):
    """本机尚未启用或已停用，请联系大厅工作人员，或到咨询台取号。"""


class KioskNotFound(NotFound):
    """没有找到这台自助机，请刷新后重试。"""


class DepartmentNotHere(NotFound):
    """该部门不在本大厅办理，请重新选择部门。"""


class NoBookingToday(NotFound):
    """没有查到您今天在本大厅待签到的预约，可改用预约码签到，或现场取号。"""


class AlreadyInLine(Conflict):
    """您在该部门已有排队号，请按原号等候叫号。"""


class HallClosedToday(Conflict):
    """本大厅今天停止办理，不能取号，请留意大厅公告。"""


class NotInLine(Conflict):
    """您还没有签到取号，到大厅签到后可以查看排队情况。"""


class PriorityUnknown(Invalid):
    """请选择优先事由：老年人、残疾人或军人。"""


class NowhereToGo(Invalid):
    """请选择要转往的部门或窗口。"""


class KioskUnnamed(Invalid):
    """请为自助机填写 1 至 40 字的名称，例如“一楼东侧自助机”。"""


class WindowUnnamed(Invalid):
    """请填写 1 至 20 字的窗口号。"""
