"""How places kept for some, and businesses that take several slots in a row, say no, beside `appointments.errors`.

Conflict     KeptForPriority, KeptForStaff, NotEnoughInARow
"""

from foundation.errors import Conflict


class KeptForPriority(Conflict):
    """该号段为 60 岁及以上老年人、残疾人和军人预留；残疾人、军人请凭证件到大厅或致电大厅预约，其他人请选择别的时段。"""


class KeptForStaff(Conflict):
    """该号段由大厅窗口和热线代为预约，请选择其他时段，或致电大厅由工作人员为您预约。"""


class NotEnoughInARow(Conflict):
    """这项业务需要连续占用几个号段，从该时段起的后续号段不足，请选择其他时段。"""
