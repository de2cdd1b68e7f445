"""What is told of a question that was left for a person (留言): the answer, once for each line of it."""

from assistant.events import MessageAnswered
from assistant.handover_models import HandoverLine
from foundation.events import on
from notifications import templates
from notifications.delivery import note

PAGE = "pages/ask"
ANSWERED = templates.in_the_app(
    "您的留言有答复了", "您问的“{question}”，工作人员答复：{answer}", kind="message_answered"
)
LONGEST = 120


@on(MessageAnswered)
async def tell_message_answered(event: MessageAnswered) -> None:
    """A visitor finds it in the conversation alone; so does whoever's conversation has been deleted meanwhile."""
    line = await HandoverLine.get_or_none(id=event.line_id).prefetch_related("handover__conversation")
    citizen_id = line.handover.conversation.citizen_id if line else None  # type: ignore[attr-defined]
    if line is None or citizen_id is None:
        return
    await note(
        citizen_id=citizen_id,
        occasion=f"message_answered:{line.id}",
        template=ANSWERED,
        page=PAGE,
        question=line.handover.question[:LONGEST],
        answer=line.text[: LONGEST * 2],
    )
