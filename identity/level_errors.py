"""How 实名等级 says no, beside `identity.errors`.

Forbidden  LevelNeeded, PhoneNeeded
"""

from foundation.errors import Forbidden


class LevelNeeded(Forbidden):
    """还差一步：这件事需要更高的实名等级，请按提示完成核验后继续。"""


class PhoneNeeded(Forbidden):
    """请先绑定并验证手机号，再核对是否本人办理。"""
