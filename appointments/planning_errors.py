"""How planning says no, beside `appointments.errors`.

NotFound  ProposalNotFound, OverrideNotFound
Conflict  PoolHasTheSlots, PreviewAgain, ProposalOver, AlreadyApplied, CannotMove, DayChangedAlready
Invalid   ChoiceMissing, SpecialDayInvalid, OverrideInvalid, PlacesInvalid
"""

from foundation.errors import Conflict, Invalid, NotFound


class ProposalNotFound(NotFound):
    """没有找到这份变更预览，请返回重新预览。"""


class PoolHasTheSlots(Conflict):
    """这项业务使用综合窗口的号源，请到综合窗口排班。"""


class PreviewAgain(Conflict):
    """预览之后号段或预约有了变化，没有应用任何改动，请重新预览。"""


class ProposalOver(Conflict):
    """这份预览已超过 30 分钟，没有应用任何改动，请重新预览。"""


class AlreadyApplied(Conflict):
    """这份变更已经应用过，不会重复应用；还要修改请重新预览。"""


class ChoiceMissing(Invalid):
    """请为每位受影响的预约人选择：保留、改到其他时段或取消并通知。"""


class CannotMove(Conflict):
    """不能改到所选时段，它可能已约满、已停止预约，或对方当天另有同一业务的预约，请另选时段。"""


class SpecialDayInvalid(Invalid):
    """例外日填写有误，请按提示逐项修改。"""


class PlacesInvalid(Invalid):
    """号数应为 0 至 1000，并且与现在不同，请修改后重新提交。"""
