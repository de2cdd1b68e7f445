"""How reconciliation says no."""

from foundation.errors import Conflict, Forbidden, Invalid, NotFound


class DayNotOver(Conflict):
    """该日尚未结束或渠道账单尚未生成，请在次日上午十点后对账。"""


class DayTooOld(Invalid):
    """渠道只提供近三个月的账单，该日已不能对账，请向渠道申请历史账单后线下核对。"""


class ReconciliationRunning(Conflict):
    """该渠道该日正在对账，请稍候刷新查看结果。"""


class ReconciliationNotFound(NotFound):
    """没有找到该日的对账记录，请从对账日历重新进入。"""


class StatementNotFound(NotFound):
    """没有找到该账单文件，请从当日的对账页面重新下载。"""


class DifferenceNotFound(NotFound):
    """没有找到该对账差异，请刷新后重试。"""


class DifferenceMoved(Conflict):
    """该差异的状态已变化，请刷新后再处理。"""


class DeedNotFitting(Invalid):
    """该处理方式不适用于此差异，请刷新后重新选择。"""


class NoteNeeded(Invalid):
    """请填写说明：核实了什么、依据是什么。"""


class SecondPersonNeeded(Forbidden):
    """提出处理的人不能自己复核，请由另一位财务人员复核。"""


class NotGivenBack(Conflict):
    """渠道查询结果与账单不符，不能退回，请核对后重新处理。"""
