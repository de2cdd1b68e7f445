"""How `cases` says no."""

from foundation.errors import Conflict, Invalid, NotFound


class CaseNotFound(NotFound):
    """没有找到该办件，或验证信息不符。请核对办件编号和申请人证件号码后四位。"""


class CaseNeedsRegistration(Invalid):
    """该办件尚未登记，首次推送须附带事项和申请人信息（case）。"""


class CaseOfAnotherDepartment(Conflict):
    """该办件由其他部门登记，不能推送，请核对办件编号。"""


class CaseOfAnotherApplicant(Conflict):
    """该办件登记的申请人与本次推送的不是同一人，请核对办件编号。"""


class EventChanged(Conflict):
    """相同的事件编号已推送过不同的内容，办件事件只能追加，不能修改；请用新的事件编号推送更正。"""


class EventTooOld(Invalid):
    """事件发生时间过早，请核对后重新推送。"""


class EventFromTheFuture(Invalid):
    """事件发生时间晚于当前时间，请核对后重新推送。"""
