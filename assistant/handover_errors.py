"""How a conversation with a person says no.

Conflict   HandoverOver, AlreadyTaken, NotYours
Invalid    NothingSaid
TooMany…   TooManyHandovers, TooManyListeners
NotFound   HandoverNotFound
"""

from foundation.errors import Conflict, Invalid, NotFound, TooManyRequests


class HandoverNotFound(NotFound):
    """没有找到这次人工咨询，请刷新列表后重试。"""


class HandoverOver(Conflict):
    """这次人工咨询已经结束，请重新点“找人工”。"""


class AlreadyTaken(Conflict):
    """这位市民已由其他同事接待，请接待下一位。"""


class NotYours(Conflict):
    """这次咨询不在您名下，请先接待，再答复。"""


class NothingSaid(Invalid):
    """还没有填写内容，请写好后再发送。"""


class TooManyHandovers(TooManyRequests):
    """您已有多个人工咨询在等待答复，请先等待答复，或拨打 12345。"""


class TooManyListeners(TooManyRequests):
    """同一对话打开的页面太多，请关闭其他页面后重试。"""
