"""How the search engine says no."""

from foundation.errors import Unavailable


class EngineRefused(Unavailable):
    """智能问答的检索服务暂时不能处理，请稍后再试，或拨打 12345。"""


class StaleIndex(Unavailable):
    """智能问答的检索服务正在更新，请稍后再试，或拨打 12345。"""


class SearchUnavailable(Unavailable):
    """智能问答暂时无法检索，请稍后再试，或拨打 12345。"""
