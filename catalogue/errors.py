"""How the catalogue says no. Faults in files are `catalogue.faults.FormatFaults`."""

from foundation.errors import Conflict, Invalid, NotFound


class ItemNotFound(NotFound):
    """没有这个事项，或它已停止办理，请换个关键词查找。"""


class HallNotFound(NotFound):
    """没有这个大厅，请重新选择。"""


class ThemeNotFound(NotFound):
    """没有这个主题，请从首页重新选择。"""


class ScenarioNotFound(NotFound):
    """没有这个场景，请从首页重新选择。"""


class UnknownAnswer(Invalid):
    """没有这个选项，请从列出的选项中选择。"""


class NothingToLoad(Conflict):
    """没有找到目录文件，请核对文件夹路径。"""
