"""What `assistant` tells those above."""

from dataclasses import dataclass

from foundation.events import Event


@dataclass(frozen=True, kw_only=True)
class MessageAnswered(Event):
    """Staff answered a question that was left for them (留言)."""

    about = "handover_id"
    handover_id: int
    line_id: int
