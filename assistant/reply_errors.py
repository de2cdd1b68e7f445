"""How turning replies into common questions, and reports of the week, say no.

NotFound   ReplyNotFound, ReplyFaqNotFound, ReportNotFound
Conflict   ReplyFaqDecided
Invalid    ReplyFaqEmpty, ReplyFaqReasonNeeded
"""

from foundation.errors import Conflict, Invalid, NotFound


class ReplyNotFound(NotFound):
    """没有这条工作人员的答复，对话可能已超过保存期限，请刷新页面。"""


class ReplyFaqNotFound(NotFound):
    """没有这条由答复提出的常见问题，请刷新列表。"""


class ReportNotFound(NotFound):
    """这一周没有质量周报（每周一凌晨生成上一周的），请从历次周报里选。"""


class ReplyFaqDecided(Conflict):
    """这条常见问题已由同事处理，请刷新页面查看结果。"""


class ReplyFaqEmpty(Invalid):
    """请把问题和回答都写上再保存。"""


class ReplyFaqReasonNeeded(Invalid):
    """请写明不采用的理由，以便答复的同事知道。"""
