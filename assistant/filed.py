"""A question that nobody took up (留言) is filed with the consultations (咨询): with its transcript, and what follows.

The inbox of consultations and the desk of the chat show the same question; whoever answers first has answered it.
Called within the verbs of `handover`, which hold the conversation: consultations are locked after it.
"""

from assistant import inbox
from assistant.handover_models import Handover
from feedback import from_chat
from foundation.actor import Actor

SIDES = {"citizen": "市民", "bot": "办事助手", "agent": "工作人员", "system": "系统"}
LONGEST = 8000


def source_of(one: Handover) -> str:
    return f"handover:{one.id}"


async def file(one: Handover, *, citizen_id: int | None, by: Actor) -> None:
    """With the day that was told to the asker. Raises NotInTransaction."""
    assert one.due_on is not None, "only a message has a day"
    said = await inbox.transcript(one.conversation_id)  # type: ignore[attr-defined]
    lines = [f"{SIDES[line.by]}：{line.text}" for line in said]
    await from_chat.begin(
        source=source_of(one),
        question=one.question,
        transcript="\n".join(lines)[-LONGEST:],
        citizen_id=citizen_id,
        due_on=one.due_on,
        by=by,
    )


async def add(one: Handover, text: str, *, by: Actor) -> None:
    """The asker said more. Raises NotInTransaction."""
    if one.due_on is not None:
        await from_chat.add(source=source_of(one), text=text, by=by)


async def answered(one: Handover, text: str, *, by: Actor) -> None:
    """Staff answered in the chat. Raises NotInTransaction."""
    if one.due_on is not None:
        await from_chat.answered_there(source=source_of(one), text=text, by=by)


async def ended(one: Handover, *, by: Actor) -> None:
    """The asker needs nobody any more. Raises NotInTransaction."""
    if one.due_on is not None:
        await from_chat.ended_there(source=source_of(one), by=by)
