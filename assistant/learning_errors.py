"""How learning from questions says no.

NotFound   ClusterNotFound, LabelNotFound
Conflict   ClusterDecided, ClusterOpen, NameKnown, QuestionKnown
Invalid    LearningReasonNeeded, NothingAsked, ItemNeeded
"""

from foundation.errors import Conflict, Invalid, NotFound


class ClusterNotFound(NotFound):
    """没有这一组问题，它可能已超过保存期限，请刷新列表。"""


class LabelNotFound(NotFound):
    """没有这条标注，它可能已被同事删除，请刷新列表。"""


class ClusterDecided(Conflict):
    """这一组问题已由同事处理，请刷新页面查看结果。"""


class ClusterOpen(Conflict):
    """这一组问题本来就在待学习中，请刷新页面。"""


class NameKnown(Conflict):
    """这份指南或它的草稿里已经有这个说法，请换一个说法或换一种处理方式。"""


class QuestionKnown(Conflict):
    """标注集里已有这个问题，请先删除原来的标注再添加。"""


class LearningReasonNeeded(Invalid):
    """请写明理由，以便同事知道为什么这样处理。"""


class NothingAsked(Invalid):
    """这句话里没有可以查找的内容，请填写市民会问的一句话。"""


class ItemNeeded(Invalid):
    """请选择应当回答的事项。"""
