"""How ratings say no.

NotFound   NothingToRate, RatingNotFound, WordsNotFound
Conflict   NotFinishedYet, RatedAlready, TooLateToRate, SaidAgainAlready, WithdrawnAlready, WordsDecided
Invalid    LevelUnknown, TagUnknown, ReasonNeeded, NothingWritten, PersonalTraces
"""

from foundation.errors import Conflict, Invalid, NotFound


class NothingToRate(NotFound):
    """没有找到可以评价的服务，请在办理完成后评价。"""


class RatingNotFound(NotFound):
    """没有找到这条评价，请刷新后重试。"""


class WordsNotFound(NotFound):
    """没有找到这条评价内容，请刷新后重试。"""


class NotFinishedYet(Conflict):
    """服务尚未完成，完成后即可评价。"""


class RatedAlready(Conflict):
    """您已评价过本次服务，感谢您的反馈，无需再次评价。"""


class TooLateToRate(Conflict):
    """本次服务已超过评价期限，如有意见可在“咨询投诉”中反映，或拨打 12345。"""


class SaidAgainAlready(Conflict):
    """每次评价可追评一次，您已追评过。还有意见请在“咨询投诉”中反映。"""


class WithdrawnAlready(Conflict):
    """这条评价已经撤回，如有新的意见请在“咨询投诉”中反映。"""


class WordsDecided(Conflict):
    """这条评价内容已由其他同事审核，请刷新列表。"""


class LevelUnknown(Invalid):
    """请从“非常满意”到“非常不满意”五个等级中选择一个。"""


class TagUnknown(Invalid):
    """请从所选等级列出的标签中选择，其他意见可以写在文字里。"""


class ReasonNeeded(Invalid):
    """选择“不满意”或“非常不满意”时，请说明原因，便于我们整改。"""


class NothingWritten(Invalid):
    """还没有填写内容，请写好后再提交。"""


class PersonalTraces(Invalid):
    """内容里还有能认出个人的信息，请改写或删去后再公开。"""
