"""How writing a scenario says no. Faults of its text are `catalogue.faults.FormatFaults`."""

from foundation.errors import Conflict


class ScenarioTaken(Conflict):
    """这个编码已是另一个场景的，请换一个编码，或从“全部场景”打开那一个修改。"""


class ScenarioChanged(Conflict):
    """这个场景刚被别人改过或停用，您的修改还没有保存。请先复制您的内容，刷新后再改一次。"""
