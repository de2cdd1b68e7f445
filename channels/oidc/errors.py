"""How single sign-on says no."""

from channels.errors import ChannelRefused
from foundation.errors import NotSignedIn, Unavailable


class SignOnOff(ChannelRefused):
    """本市没有接入统一身份认证，请选择其他方式登录。"""

    status = 404


class SignOnRefused(NotSignedIn):
    """统一身份认证没有通过，请重新登录。"""


class SignOnUnavailable(Unavailable):
    """统一身份认证暂时没有响应，请稍后重试，或选择其他方式登录。"""


class ForgedLogout(ChannelRefused):
    """退出通知无法核实，没有执行。"""

    status = 400
