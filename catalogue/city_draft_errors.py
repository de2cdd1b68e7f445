"""How writing and reviewing scenarios, themes and life events says no; the rest is in `catalogue.draft_errors`."""

from foundation.errors import Conflict


class CityDraftChanged(Conflict):
    """这份草稿刚被别人保存过，您的修改还没有保存。请先复制您改动的内容，刷新后再改一次。"""


class CityDraftOutdated(Conflict):
    """写这份草稿以后，线上的内容又改过。请退回给编辑，打开草稿按现在的内容核对后再保存、提交。"""


class AlreadyInWork(Conflict):
    """它有一份没有完成的草稿，请先发布或放弃那份草稿，再停用。"""


class NothingWritten(Conflict):
    """草稿与现在的内容没有差别，请修改后再提交审核。"""


class StillNeeded(Conflict):
    """现在还不能停用，请先处理列出的内容。"""
