"""How the assistant says no.

NotFound   ConversationNotFound, TurnNotFound
"""

from foundation.errors import NotFound


class ConversationNotFound(NotFound):
    """没有找到这段对话，请重新提问。"""


class TurnNotFound(NotFound):
    """没有找到这条回答，请刷新后再评价。"""
