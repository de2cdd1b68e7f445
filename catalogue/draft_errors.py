"""How writing and reviewing of guides says no."""

from foundation.errors import Conflict, Forbidden, Invalid, NotFound


class DraftNotFound(NotFound):
    """没有这份草稿，它可能已被删除，请从指南列表重新进入。"""


class DraftChanged(Conflict):
    """这份草稿刚被别人保存过，您的修改还没有保存。请先复制您改动的内容，刷新后再改一次。"""


class DraftNotOpen(Conflict):
    """这份草稿现在不能这样处理，请刷新页面查看它的最新状态。"""


class NothingChanged(Conflict):
    """草稿与现行指南没有差别，请修改后再提交审核。"""


class DraftOutdated(Conflict):
    """写这份草稿以后，现行指南又更新过。请退回给编辑，按最新版本重新核对后再发布。"""


class NotWaiting(Conflict):
    """这一版已经生效或已被撤下，请刷新页面查看；已经生效的，可以恢复旧的一版。"""


class AlreadyDrafted(Conflict):
    """这个事项已有一份草稿，请先发布或放弃它，再恢复旧的一版。"""


class OwnWork(Forbidden):
    """自己编辑的指南须由另一位同事审核，请通知同事处理。"""


class SlugTaken(Conflict):
    """这个短名已有事项在用，请换一个。"""


class ReasonNeeded(Invalid):
    """请写明理由，以便编辑按此修改。"""
