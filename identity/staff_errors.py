"""How staff accounts say no, beside `identity.errors`.

NotSignedIn    CodeNeeded, StepOver
Forbidden      PasswordDue, FactorDue, NotOneself
Conflict       FactorOn, FactorNotBegun, FactorNeeded
Invalid        WrongCode, WrongOldPassword, PasswordUsedBefore, PasswordsDiffer
"""

from foundation.errors import Conflict, Forbidden, Invalid, NotSignedIn


class CodeNeeded(NotSignedIn):
    """请输入手机上的动态口令，或一个恢复码。"""

    step = ""  # opens the second step, and nothing else

    @classmethod
    def at(cls, step: str) -> "CodeNeeded":
        needed = cls()
        needed.step = step
        return needed


class StepOver(NotSignedIn):
    """登录超过了五分钟，请重新输入用户名和密码。"""


class WrongCode(Invalid):
    """动态口令或恢复码不对，请核对手机时间后输入当前显示的 6 位数字；每个口令只能用一次。"""


class WrongOldPassword(Invalid):
    """现在的密码不对，请重新输入。连续输错多次账号会暂时锁定。"""


class PasswordDue(Forbidden):
    """密码已到期或由管理员重置过，请先在“我的账号”里设置新密码。"""


class FactorDue(Forbidden):
    """您的角色须使用动态口令，请先在“我的账号”里启用。"""


class PasswordUsedBefore(Invalid):
    """这个密码以前用过，请换一个新的。"""


class FactorOn(Conflict):
    """动态口令已经启用。换手机请先用恢复码登录并停用，再重新启用。"""


class FactorNotBegun(Conflict):
    """请先点“启用动态口令”，用手机扫码后再填写 6 位数字。"""


class FactorNeeded(Conflict):
    """您的角色必须使用动态口令，不能停用；换手机请联系系统管理员。"""


class NotOneself(Forbidden):
    """不能对自己的账号做这项操作，请由另一位系统管理员来做。"""


class PasswordsDiffer(Invalid):
    """两次输入的新密码不一样，请重新输入。"""
