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


class EventIncomplete(Invalid):
    """办件事件的内容不完整或有误，请按提示修改后重新推送。"""


class CaseHasEnded(Conflict):
    """该办件已经终结，不能再办理。如登记有误，请先撤销有误的事件。"""


class CaseCannotMoveSo(Conflict):
    """办件的当前状态不能进行这一步，请刷新页面核对后再试。"""


class ReasonNeeded(Invalid):
    """请填写原因，申请人会看到。"""


class NothingMissing(Invalid):
    """请至少填写一项需要补正的材料，并写明怎样提交。"""


class NoNotice(NotFound):
    """没有找到这份告知书，请核对后重试。"""


class NoConflict(NotFound):
    """没有找到这条矛盾信息，可能已由同事处理，请刷新后查看。"""


class NoteEmpty(Invalid):
    """请填写备注内容。"""


class CannotFollow(NotFound):
    """没有找到该办件，或您不能订阅它。请核对办件编号和申请人证件号码后四位。"""


class TooManyFollowed(Conflict):
    """您订阅的办件已达上限，请先取消不再需要的订阅。"""
