"""How 监护 says no, beside `identity.errors`.

Invalid   NotAChild
Conflict  NotTheGuardian
"""

from foundation.errors import Conflict, Invalid


class NotAChild(Invalid):
    """只能为未满 18 周岁、证件号码含出生日期的子女登记监护，已满 18 周岁的请由对方委托您代办。"""


class NotTheGuardian(Conflict):
    """登记信息显示您不是这位未成年人的监护人，请核对姓名和号码，或带户口簿、出生医学证明到窗口办理。"""
