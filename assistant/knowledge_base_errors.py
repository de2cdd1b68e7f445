"""How knowledge bases say no.

NotFound   BaseNotFound, LocalGuideNotFound, LocalWordNotFound, BandsNotFound
Conflict   BaseNameTaken, LocalGuideChanged, LocalGuideNotOpen, LocalWordTaken, BandsChanged
Forbidden  OwnLocalWork
Invalid    NothingLocal, LocalSectionUnknown, BaseIsTheCity, PlaceNeeded, BandsCrossed, BandsReasonNeeded
"""

from foundation.errors import Conflict, Forbidden, Invalid, NotFound


class BaseNotFound(NotFound):
    """没有这个知识库，请从知识库列表重新进入。"""


class LocalGuideNotFound(NotFound):
    """没有这份本地办法，它可能已由同事处理，请刷新页面。"""


class LocalWordNotFound(NotFound):
    """没有这条本地说法，它可能已被同事删除，请刷新页面。"""


class BandsNotFound(NotFound):
    """没有这一次的界线，请刷新页面后从记录里重新选择。"""


class BaseNameTaken(Conflict):
    """已有知识库用了这个编码或名称，请换一个。"""


class LocalGuideChanged(Conflict):
    """这份本地办法刚被别人保存过，您的修改还没有保存。请先复制改动的内容，刷新后再改一次。"""


class LocalGuideNotOpen(Conflict):
    """这份本地办法现在不能这样处理，请刷新页面查看它的最新状态。"""


class LocalWordTaken(Conflict):
    """这个知识库里已有这个说法，请先删除原来的再添加。"""


class BandsChanged(Conflict):
    """界线刚被别人改过，请刷新页面，看过现在的效果再改。"""


class OwnLocalWork(Forbidden):
    """自己编辑的本地办法须由另一位同事发布，请通知同事处理。"""


class NothingLocal(Invalid):
    """还没有写任何与上级不同的内容，请至少填写一项要素、一个说法或一条常见问题。"""


class LocalSectionUnknown(Invalid):
    """有一项要素不能在本地办法里改写，请从列出的要素中选择。"""


class BaseIsTheCity(Invalid):
    """全市的指南请在“办事指南”里编写，这里只写区县和部门与全市不同的办法。"""


class PlaceNeeded(Invalid):
    """请填写群众怎么称呼这个地方或部门，至少两个字，以便从问题里认出来。"""


class BandsCrossed(Invalid):
    """反问的界线要在 0.05 以上，并且低于回答的界线；回答的界线不超过 0.95。请调整后再试。"""


class BandsReasonNeeded(Invalid):
    """请写明为什么调整界线，以便同事知道。"""
